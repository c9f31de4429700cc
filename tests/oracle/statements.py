"""The statements and expressions of a generated body, over names of known kinds.

Kinds: n number, l list of numbers, s set, d dict, g dict of lists, b box, bl list of boxes,
ll list of lists, t text, it iterator, i index.
"""

from __future__ import annotations

from typing import Any

DEPTH = 3


class Body:
    def __init__(self, choose: Any, known: dict[str, str]) -> None:
        self.choose, self.known = choose, dict(known)
        self.outer = set(known)
        self.late: list[str] = []
        self.inner = 0
        self.count = 0
        self._targets: list[str] = []

    # -- names

    def bind(self, name: str, kind: str) -> str:
        self.known[name] = kind
        if name not in self.outer and name not in self.late:
            self.late.append(name)
        return name

    def fresh(self, kind: str) -> str:
        self.count += 1
        return self.bind(f"v{self.count}", kind)

    def names(self, kind: str) -> list[str]:
        found = [name for name, known in self.known.items() if known == kind]
        return found[::-1]

    def targets(self, kinds: list[str]) -> str:
        names = ["x", "y"] if len(kinds) > 1 else ["x"]
        self._targets = names[: len(kinds)]
        return ", ".join(self.bind(n, k) for n, k in zip(names, kinds, strict=False))

    def uses_target(self, text: str) -> bool:
        return any(name in text for name in (*self._targets, "z"))

    def one(self, kind: str, otherwise: str) -> str:
        found = self.names(kind)
        return str(self.choose.of(found)) if found else otherwise

    # -- expressions

    def atom(self) -> str:
        names = [*self.names("n"), *self.names("i")]
        if not names or self.choose.once_in(6):
            return str(self.choose.number(9))
        return str(self.choose.of(names))

    def number(self, depth: int = 2) -> str:
        if depth == 0:
            return self.atom()
        a = self.atom()
        forms = [
            a, f"plain({a})", f"picky({a})", f"{a} * 3 % 17 + {self.atom()}", f"lookup({a})",
            f"abs({a} - {self.atom()})", f"same({a})", f"fetch({a})", f"len({self.several()})",
            f"sum({self.several()})", f"({a} if {self.test(0)} else {self.atom()})",
            f"max({a}, {self.atom()})", f"first({self.several()})", f"split({a})[1]",
            f"sum(plain(q) for q in {self.several()})",
        ]  # fmt: skip
        if depth > 1:
            inner = self.number(depth - 1)
            forms += [f"plain({inner})", f"picky({inner}) % 23", f"LIMIT + {inner}"]
        forms += self._of_objects(a)
        if self.choose.once_in(14):
            forms = [
                f"tally({a})", f"deep_tally({a})", f"journal({a})", "journaled()", f"loud({a})",
                f"counted({a})", f"(w := plain({a}))", f"Box.made + {a}", "len(JOURNAL)",
                f"(lambda q: q + {a})({self.atom()})",
            ]  # fmt: skip
        return str(self.choose.of(forms))

    def _of_objects(self, a: str) -> list[str]:
        forms = []
        for box in self.names("b")[:2]:
            forms += [f"{box}.level", f"{box}.scaled({a})", f"{box}.size()", f"{box}.double"]
        for table in self.names("d")[:1]:
            forms += [f"{table}.get({a}, 0)", f"len({table})", f"{table}[{a}]"]
        for group in self.names("g")[:1]:
            forms += [f"len({group}.get({a}, ()))", f"first({group}.get({a}, []))"]
        for rows in self.names("ll")[:1]:
            forms += [f"{rows}[{self.index()}][0]", f"len({rows})"]
        for rows in self.names("l")[:2]:
            forms += [f"{rows}[{self.index()}]", f"{rows}[-1]"]
        for text in self.names("t")[:1]:
            forms.append(f"len({text})")
        for ticks in self.names("it")[:1]:
            forms.append(f"next({ticks}, 0)")
        return forms

    def several(self) -> str:
        a = self.atom()
        forms = [f"fresh({a})", f"range({a} % 4)", "xs", "ys", f"[{a}, {self.atom()}]"]
        forms += [f"list(range({a} % 5))", f"[q + {a} for q in xs]", *self.names("l")[:2]]
        return str(self.choose.of(forms))

    def index(self) -> str:
        i = self.one("i", "") or self.one("n", "0")
        forms = [
            i,
            f"{i} - 1",
            f"{i} + 1",
            f"2 * {i}",
            "0",
            f"{i} // 2",
            f"{i} % 3",
            f"2 * {i} + 1",
        ]
        return str(self.choose.of(forms))

    def test(self, depth: int = 1) -> str:
        a = self.number(depth) if depth else self.atom()
        forms = [f"{a} % 2", f"{a} > {self.atom()}", f"{a} % 3 == 1", f"not {a}", f"{a} in xs"]
        for seen in [*self.names("s")[:1], *self.names("d")[:1]]:
            forms += [f"{a} in {seen}", f"{a} not in {seen}"]
        for kept in [*self.names("l")[:1], *self.names("t")[:1]]:
            forms += [f"{kept}", f"len({kept}) > 3"]
        return str(self.choose.of(forms))

    # -- statements

    def block(self, depth: int) -> list[str]:
        before = dict(self.known)
        rows = []
        for _ in range(1 + self.choose.number(4 if depth == 1 else 2)):
            rows += self.statement(depth)
            if rows[-1].strip() in ("continue", "break") and not rows[-1].startswith(" "):
                break
        if depth > 1 and not self.choose.once_in(12):
            self.known = before
        return rows

    def statement(self, depth: int) -> list[str]:
        kinds = [
            self._assign, self._assign, self._collect, self._collect, self._fold, self._store,
            self._object, self._mutable, self._show,
        ]  # fmt: skip
        if depth < DEPTH:
            kinds += [self._if, self._if, self._skip, self._nested, self._try, self._rare]
        rows: list[str] = self.choose.of(kinds)(depth)
        return rows

    def _assign(self, depth: int) -> list[str]:
        value = self.number()
        old = [n for n in self.names("n") if n not in self._targets]
        if old and self.choose.once_in(4):
            return [f"{self.choose.of(old)} = {value}"]
        if self.choose.once_in(8):
            one, two = self.fresh("n"), self.fresh("n")
            return [
                f"{one}, {two} = {self.choose.of([f'split({value})', f'{value}, {self.atom()}'])}"
            ]
        return [f"{self.fresh('n')} = {value}"]

    def _collect(self, depth: int) -> list[str]:
        v = self.number()
        forms = []
        for rows in self.names("l")[:3]:
            forms += [
                f"{rows}.append({v})", f"{rows}.extend({self.several()})", f"{rows} += [{v}]",
                f"{rows}.insert(0, {v})", f"put({rows}, {v})", f"{rows}.pop()",
            ]  # fmt: skip
        for seen in self.names("s"):
            forms += [
                f"{seen}.add({v})",
                f"{seen}.update({self.several()})",
                f"{seen}.discard({v})",
            ]
        for table in self.names("d"):
            k = self.choose.of([self.atom(), v])
            forms += [
                f"{table}[{k}] = {v}", f"{table}[{k}] = {table}.get({k}, 0) + {v}",
                f"{table}.setdefault({k}, {v})", f"{table}.pop({k}, 0)", f"{table}[{k}] += {v}",
            ]  # fmt: skip
        for group in self.names("g"):
            forms += [
                f"{group}.setdefault({self.atom()}, []).append({v})",
                f"{group}[{self.atom()}] = {self.several()}",
            ]
        return [self.choose.of(forms)] if forms else self._assign(depth)

    def _fold(self, depth: int) -> list[str]:
        v = self.number()
        old = [n for n in self.names("n") if n not in self._targets]
        forms = [f"{n} {op}= {v}" for n in old[:2] for op in ("+", "^", "-")]
        forms += [f"{n} = max({n}, {v})" for n in old[:1]]
        forms += [f"{n} = {n} * 2 % 31 + {v}" for n in old[:1]]
        forms += [f"{text} += str({v})" for text in self.names("t")]
        return [self.choose.of(forms)] if forms else self._assign(depth)

    def _store(self, depth: int) -> list[str]:
        i = self.index()
        forms = []
        for cells in [name for name in self.names("l") if name in ("cells", "copy")]:
            forms += [
                f"{cells}[{i}] = {self.number()}", f"{cells}[{i}] += {self.atom()}",
                f"{cells}[{i}] = {cells}[{self.index()}] + {self.atom()}",
                f"{cells}[{i}:{i} + 1] = [{self.atom()}]",
            ]  # fmt: skip
        for rows in self.names("ll"):
            forms += [
                f"{rows}[{i}][0] = {self.number()}", f"{rows}[{i}] = {self.several()}",
                f"{rows}[{i}].append({self.number()})",
            ]  # fmt: skip
        return [self.choose.of(forms)] if forms else self._collect(depth)

    def _object(self, depth: int) -> list[str]:
        v = self.number(1)
        boxes = self.names("b")
        if not boxes or self.choose.once_in(4):
            return [
                f"{self.fresh('b')} = {self.choose.of([f'Box({v})', f'boxed({v})', *boxes[:1]])}"
            ]
        box = self.choose.of(boxes)
        forms = [
            f"{box}.level = {v}", f"{box}.push({v})", f"{box}.grow({v})", f"{box}.level += {v}",
            f"relevel({box}, {v})", f"{box}.items.append({v})", f"{box}.items = {self.several()}",
            f"{box}.stamp({v})", f"Box.made = {v}",
        ]  # fmt: skip
        forms += [f"{rows}.append({box})" for rows in self.names("bl")]
        return [self.choose.of(forms)]

    def _mutable(self, depth: int) -> list[str]:
        old = self.names("l")
        if old and self.choose.once_in(3):
            name, other = self.choose.of(old), self.several()
            forms = [
                f"{name} = {other}",
                f"{name}.clear()",
                f"{name}.sort()",
                f"{name}[:] = {other}",
            ]
            forms += [f"{rows}.append({name})" for rows in self.names("ll")]
            forms += [f"{group}[{self.atom()}] = {name}" for group in self.names("g")]
            forms += [f"{box}.items = {name}" for box in self.names("b")]
            return [self.choose.of(forms)]
        value = self.several()
        if value.startswith("range"):
            value = f"list({value})"
        return [f"{self.fresh('l')} = {value}"]

    def _show(self, depth: int) -> list[str]:
        if self.choose.once_in(2):
            return [f"print({self.number()}, {self.atom()})"]
        call = self.choose.of(["journal", "tally", "loud", "picky", "plain"])
        return [f"{call}({self.number()})"]

    def _if(self, depth: int) -> list[str]:
        rows = [f"if {self.test()}:", *_inside(self.block(depth + 1))]
        if self.choose.once_in(2):
            rows += ["else:", *_inside(self.block(depth + 1))]
        return rows

    def _skip(self, depth: int) -> list[str]:
        leave = self.choose.of(["continue", "continue", "break"])
        if not self.inner and self.choose.once_in(6):
            leave = f"return {self.atom()}"
        if self.choose.once_in(6):
            leave = f"raise ValueError({self.atom()})"
        return [f"if {self.test()}:", f"    {leave}"]

    def _nested(self, depth: int) -> list[str]:
        self.inner += 1
        source = self.several()
        target = self.fresh("n")
        rows = [f"for {target} in {source}:", *_inside(self.block(depth + 1))]
        if self.choose.once_in(8):
            name = self.fresh("n")
            rows = [f"{name} = {self.atom()} % 4", f"while {name} > 0:", f"    {name} -= 1"]
            rows += _inside(self.block(depth + 1))
        self.inner -= 1
        return rows

    def _try(self, depth: int) -> list[str]:
        rows = ["try:", *_inside(self.block(depth + 1))]
        if self.choose.once_in(5):
            return [*rows, "finally:", *_inside(self.block(depth + 1))]
        kind = self.choose.of(["ValueError", "(ValueError, LookupError)", "Exception as error"])
        rows += [f"except {kind}:", *_inside(self.block(depth + 1))]
        if self.choose.once_in(5):
            rows += ["else:", *_inside(self.block(depth + 1))]
        return rows

    def _rare(self, depth: int) -> list[str]:
        a, names = self.atom(), self.names("n")
        match self.choose.number(6):
            case 0:
                return ["with suppress(ValueError):", *_inside(self.block(depth + 1))]
            case 1:
                box = self.one("b", "Box(1)")
                return [f"with {box}:", *_inside(self.block(depth + 1))]
            case 2:
                name = self.fresh("n")
                return [
                    f"{name} = 0",
                    "def inner(q):",
                    f"    return q + {a}",
                    f"{name} = inner({a})",
                ]
            case 3 if names:
                return [f"assert {self.test(0)}, {a}"]
            case 4:
                rows = [f"match {a}:", "    case 0 | 1:", *_inside(_inside(self.block(depth + 1)))]
                return [*rows, "    case _:", *_inside(_inside(self.block(depth + 1)))]
            case 5 if len(names) > 1:
                one, two = names[:2]
                return [f"{one}, {two} = {two}, {one}"]
        start, rest = self.fresh("n"), self.fresh("l")
        return [f"{start}, *{rest} = fresh({a})"]


def _inside(rows: list[str]) -> list[str]:
    return ["    " + row for row in rows]
