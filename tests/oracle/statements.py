"""The statements and expressions of a generated body, over names of known kinds.

Kinds: n number, l list of numbers, s set, d dict, g dict of lists, b box, bl list of boxes,
ll list of lists, t text, it iterator, i index. Forms are templates: what stands in braces is
drawn when the form was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

DEPTH = 3
SLOT = re.compile(r"\{(\w+)\}")

NUMBERS = [
    "{a}", "plain({a})", "picky({a})", "{a} * 3 % 17 + {a}", "lookup({a})", "abs({a} - {a})",
    "same({a})", "fetch({a})", "len({several})", "sum({several})", "({a} if {check} else {a})",
    "max({a}, {a})", "first({several})", "split({a})[1]", "sum(plain(q) for q in {several})",
]  # fmt: skip
NESTED = ["plain({inner})", "picky({inner}) % 23", "LIMIT + {inner}", "same({inner}) - {a}"]
EFFECTS = [
    "tally({a})", "deep_tally({a})", "journal({a})", "journaled()", "loud({a})", "counted({a})",
    "(w := plain({a}))", "Box.made + {a}", "len(JOURNAL)", "(lambda q: q + {a})({a})",
]  # fmt: skip
READS = {
    "b": ["{b}.level", "{b}.scaled({a})", "{b}.size()", "{b}.double"],
    "d": ["{d}.get({a}, 0)", "len({d})", "{d}[{a}]"],
    "g": ["len({g}.get({a}, ()))", "first({g}.get({a}, []))"],
    "ll": ["{ll}[{index}][0]", "len({ll})"],
    "l": ["{l}[{index}]", "{l}[-1]"],
    "t": ["len({t})"],
    "it": ["next({it}, 0)"],
}
SEVERAL = [
    "fresh({a})", "range({a} % 4)", "xs", "ys", "[{a}, {a}]", "list(range({a} % 5))",
    "[q + {a} for q in xs]",
]  # fmt: skip
INDICES = ["{j}", "{j} - 1", "{j} + 1", "2 * {j}", "0", "{j} // 2", "{j} % 3", "2 * {j} + 1"]
TESTS = ["{v} % 2", "{v} > {a}", "{v} % 3 == 1", "not {v}", "{v} in xs"]
CHECKS = {
    "s": ["{a} in {s}", "{v} not in {s}"],
    "d": ["{a} in {d}", "{v} not in {d}"],
    "l": ["{l}", "len({l}) > 3"],
    "t": ["len({t}) > 3"],
}
COLLECTS = {
    "l": [
        "{l}.append({v})", "{l}.extend({several})", "{l} += [{v}]", "{l}.insert(0, {v})",
        "put({l}, {v})", "{l}.pop()",
    ],
    "s": ["{s}.add({v})", "{s}.update({several})", "{s}.discard({v})"],
    "d": [
        "{d}[{a}] = {v}", "{d}[{v}] = {a}", "{d}[{same_key}] = {same_d}.get({same_key}, 0) + {v}",
        "{d}.setdefault({a}, {v})", "{d}.pop({a}, 0)", "{d}[{a}] += {v}",
    ],
    "g": ["{g}.setdefault({a}, []).append({v})", "{g}[{a}] = {several}"],
}  # fmt: skip
FOLDS = ["{old} += {v}", "{old} ^= {v}", "{old} = max({same_old}, {v})"]
FOLDS += ["{old} = {same_old} * 2 % 31 + {v}", "{old} -= {v}"]
STORES = {
    "ll": ["{ll}[{index}][0] = {v}", "{ll}[{index}] = {several}", "{ll}[{index}].append({v})"],
    "l": [
        "{l}[{index}] = {v}", "{l}[{index}] += {a}", "{l}[{index}] = {same_l}[{index}] + {a}",
        "{l}[{same_index}:{same_index} + 1] = [{a}]",
    ],
}  # fmt: skip
OBJECTS = [
    "{b}.level = {v}", "{b}.push({v})", "{b}.grow({v})", "{b}.level += {v}", "relevel({b}, {v})",
    "{b}.items.append({v})", "{b}.items = {several}", "{b}.stamp({v})", "Box.made = {v}",
]  # fmt: skip
CHANGES = ["{l} = {several}", "{l}.clear()", "{l}.sort()", "{l}[:] = {several}"]
KEEPS = {
    "ll": ["{ll}.append({l})", "{ll}[{index}] = {l}"],
    "g": ["{g}[{a}] = {l}"],
    "b": ["{b}.items = {l}"],
    "bl": ["{bl}.append(Box({a}))"],
}


class Body:
    def __init__(self, choose: Any, known: dict[str, str]) -> None:
        self.choose, self.known = choose, dict(known)
        self.outer = set(known)
        self.late: list[str] = []
        self.inner = self.count = 0
        self._targets: list[str] = []
        self._slots: dict[str, Callable[[], str]] = {
            "a": self.atom, "v": self.number, "inner": lambda: self.number(1), "j": self._place,
            "several": self.several, "index": lambda: self._filled(self.choose.of(INDICES)),
            "check": lambda: self._filled(self.choose.of(TESTS[1:]).replace("{v}", "{a}")),
            "key": self.atom, "old": lambda: str(self.choose.of(self._old())),
        }  # fmt: skip

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
        return [name for name, known in self.known.items() if known == kind][::-1]

    def targets(self, kinds: list[str]) -> str:
        self._targets = ["x", "y"][: len(kinds)]
        return ", ".join(self.bind(n, k) for n, k in zip(self._targets, kinds, strict=True))

    def uses_target(self, text: str) -> bool:
        return any(name in text for name in (*self._targets, "z"))

    def _old(self) -> list[str]:
        return [name for name in self.names("n") if name not in self._targets]

    # -- expressions

    def _filled(self, form: str) -> str:
        """The template with its slots drawn; `same_X` is what the slot X was before."""
        drawn: dict[str, str] = {}

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("same_") and name[5:] in drawn:
                return drawn[name[5:]]
            base = name.removeprefix("same_")
            made = self._slots.get(base)
            drawn[base] = made() if made else str(self.choose.of(self.names(base)))
            return drawn[base]

        return SLOT.sub(fill, form)

    def _of_known(self, table: dict[str, list[str]]) -> list[str]:
        kinds = set(self.known.values())
        return [form for kind, forms in table.items() if kind in kinds for form in forms]

    def atom(self) -> str:
        names = [*self.names("n"), *self.names("i")]
        if not names or self.choose.once_in(6):
            return str(self.choose.number(9))
        return str(self.choose.of(names))

    def number(self, depth: int = 2) -> str:
        if self.choose.once_in(14):
            return self._filled(self.choose.of(EFFECTS))
        forms = [*NUMBERS, *self._of_known(READS)]
        return self._filled(self.choose.of(forms + NESTED if depth > 1 else forms))

    def several(self) -> str:
        return self._filled(self.choose.of([*SEVERAL, *self.names("l")[:2]]))

    def _place(self) -> str:
        return str(self.choose.of(self.names("i") or self.names("n") or ["0"]))

    def test(self) -> str:
        return self._filled(self.choose.of([*TESTS, *self._of_known(CHECKS)]))

    # -- statements

    def block(self, depth: int) -> list[str]:
        before = dict(self.known)
        rows = []
        for _ in range(1 + self.choose.number(4 if depth == 1 else 2)):
            rows += self.statement(depth)
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

    def _simple(self, forms: list[str]) -> list[str]:
        return [self._filled(self.choose.of(forms))] if forms else self._assign(0)

    def _assign(self, _: int) -> list[str]:
        value = self.number()
        if self._old() and self.choose.once_in(4):
            return [f"{self.choose.of(self._old())} = {value}"]
        if self.choose.once_in(8):
            right = self.choose.of([f"split({value})", f"{value}, {self.atom()}"])
            return [f"{self.fresh('n')}, {self.fresh('n')} = {right}"]
        return [f"{self.fresh('n')} = {value}"]

    def _collect(self, _: int) -> list[str]:
        return self._simple(self._of_known(COLLECTS))

    def _fold(self, _: int) -> list[str]:
        texts = ["{t} += str({v})"] if self.names("t") else []
        return self._simple([*(FOLDS if self._old() else []), *texts])

    def _store(self, _: int) -> list[str]:
        return self._simple(self._of_known(STORES))

    def _object(self, _: int) -> list[str]:
        if not self.names("b") or self.choose.once_in(4):
            made = self._filled(self.choose.of(["Box({v})", "boxed({v})", *self.names("b")[:1]]))
            return [f"{self.fresh('b')} = {made}"]
        return self._simple([*OBJECTS, *(["{bl}.append({b})"] if self.names("bl") else [])])

    def _mutable(self, _: int) -> list[str]:
        if self.names("l") and self.choose.once_in(3):
            return self._simple([*CHANGES, *self._of_known(KEEPS)])
        value = self.several()
        value = f"list({value})" if value.startswith("range") else value
        return [f"{self.fresh('l')} = {value}"]

    def _show(self, _: int) -> list[str]:
        calls = ["journal", "tally", "loud", "picky", "plain"]
        return self._simple(["print({v}, {a})", self.choose.of(calls) + "({v})"])

    def _if(self, depth: int) -> list[str]:
        rows = [f"if {self.test()}:", *inside(self.block(depth + 1))]
        if self.choose.once_in(6):
            rows += [f"elif {self.test()}:", *inside(self.block(depth + 1))]
        if self.choose.once_in(2):
            rows += ["else:", *inside(self.block(depth + 1))]
        return rows

    def _skip(self, _: int) -> list[str]:
        leave = self.choose.of(["continue", "continue", "break", "raise ValueError({a})"])
        if not self.inner and self.choose.once_in(6):
            leave = "return {a}"
        before = self.statement(DEPTH) if self.choose.once_in(3) else []
        return [f"if {self.test()}:", *inside([*before, self._filled(leave)])]

    def _nested(self, depth: int) -> list[str]:
        self.inner += 1
        rows = [f"for {self.fresh('n')} in {self.several()}:", *inside(self.block(depth + 1))]
        if self.choose.once_in(8):
            name = f"left{self.count}"
            rows = [f"{name} = {self.atom()} % 4", f"while {name} > 0:", f"    {name} -= 1"]
            rows += inside(self.block(depth + 1))
        self.inner -= 1
        return rows

    def _try(self, depth: int) -> list[str]:
        rows = ["try:", *inside(self.block(depth + 1))]
        if self.choose.once_in(5):
            return [*rows, "finally:", *inside(self.block(depth + 1))]
        kind = self.choose.of(["ValueError", "(ValueError, LookupError)", "Exception as error"])
        rows += [f"except {kind}:", *inside(self.block(depth + 1))]
        if self.choose.once_in(5):
            rows += ["else:", *inside(self.block(depth + 1))]
        return rows

    def _rare(self, depth: int) -> list[str]:
        a, names = self.atom(), self.names("n")
        match self.choose.number(6):
            case 0:
                return ["with suppress(ValueError):", *inside(self.block(depth + 1))]
            case 1:
                box = self.choose.of(self.names("b") or ["Box(1)"])
                return [f"with {box}:", *inside(self.block(depth + 1))]
            case 2:
                name = self.fresh("n")
                return ["def inner(q):", f"    return q + {a}", f"{name} = inner({a})"]
            case 3 if names:
                return [f"assert {self.test()}, {a}"]
            case 4:
                rows = [f"match {a}:", "    case 0 | 1:", *inside(inside(self.block(depth + 1)))]
                return [*rows, "    case _:", *inside(inside(self.block(depth + 1)))]
            case 5 if len(names) > 1:
                one, two = names[:2]
                return [f"{one}, {two} = {two}, {one}"]
        start, rest = self.fresh("n"), self.fresh("l")
        return [f"{start}, *{rest} = fresh({a})"]


def inside(rows: list[str]) -> list[str]:
    return ["    " + row for row in rows]
