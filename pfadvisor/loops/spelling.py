"""How an iteration spells a path: of constant text, what stays the same, and what its item gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pfadvisor.loops.listings import counts, distinct, of_one_folder, plain_names
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.own_files import made_at

MOST_PARTS: Final = 24
PATHS: Final = frozenset({"pathlib.Path", "pathlib.PurePath", "os.fspath", "str"})
JOINS: Final = frozenset({"os.path.join", *PATHS})
NUMBERS: Final = frozenset({"int", "float"})
TEXT: Final = frozenset({"str"})
NUMBER: Final = frozenset({"int"})
STEADY: Final = frozenset({"name", "builtin", "free", "const"})
WHOLE_NUMBER: Final = re.compile(r"0?\d*[dxXob]?")  # no two have the same digits


class Part(NamedTuple):
    """`own`: another text in each iteration. `lone`: and names one entry of a folder, so that none
    of them leads into another one. `plain`: names an entry of whatever stands before it."""

    kind: str  # text, steady, item
    key: object
    own: bool = False
    lone: bool = False
    plain: bool = False


Spelling = tuple[Part, ...]
SLASH: Final = Part("text", "/")
UP: Final = Part("text", "..")
MADE: Final = "made"
LAST_PARTS: Final = frozenset({"name", "stem", "suffix"})


class Speller:
    def __init__(self, body: Body) -> None:
        self.body = body
        self.known: dict[int, Spelling] = {}

    def of(self, value: int) -> Spelling:
        found = self.known.get(value)
        if found is None:
            opaque = (Part("item", value, plain=self._is_entry(value)),)
            self.known[value] = opaque  # of what is made of itself nothing is said
            found = _tidy(self._parts(value))
            alone = found == (Part("item", value),)
            told = 0 < len(found) <= MOST_PARTS and not alone
            self.known[value] = found = found if told else opaque
        return found

    def _parts(self, value: int) -> Spelling:
        const = self.body.ev.values[value].const
        if isinstance(const, str):
            return (Part("text", const),)
        made, item = made_at(self.body, value), self._of_item(value)
        if made >= 0 or item:
            return item or (Part("item", (MADE, made), True, True),)
        key = self._steady(value)
        return (Part("steady", key),) if key is not None else self._composed(value)

    def _steady(self, value: int) -> object:
        """What tells values apart that are the same in all iterations, None for others."""
        body = self.body
        if not body.inside(value):
            changing = value in body.heads or value == body.loop.elem
            return None if changing else value
        instr = body.function.code[value]
        if instr.op in STEADY:
            return (instr.op, str(instr.args[0]))
        base = self._steady(instr.args[0]) if instr.op == "attr" else None
        return None if base is None else (base, instr.args[1])

    def _composed(self, value: int) -> Spelling:
        instr, ev = self.body.function.code[value], self.body.ev
        types = ev.values[value].types
        match instr.op:
            case "op" if instr.args[0] == "/" and not (types or frozenset()) & NUMBERS:
                return self._joined(instr.args[1:])
            case "op" if instr.args[0] == "+" and types == TEXT:
                return tuple(p for v in instr.args[1:] for p in self.of(v))
            case "op" if instr.args[0] in ("+", "-"):
                return self._sum(value, instr.args)
            case "op" if instr.args[0] == "fmt":
                return self._formatted(value)
            case "call" if all(kind == "pos" for kind, _, _ in instr.args[1]):
                return self._called(value)
        return (Part("item", value),)

    def _called(self, value: int) -> Spelling:
        instr = self.body.function.code[value]
        given = [v for _, _, v in instr.args[1]]
        names = {t.name for t in self.body.ev.targets.get(value, ())}
        if names and names <= JOINS and given:
            return self._joined(given)
        callee = self.body.function.code[instr.args[0]]
        if callee.op == "attr" and names and all(n.endswith("joinpath") for n in names):
            return self._joined([callee.args[0], *given])
        return (Part("item", value),)

    def _joined(self, values: list[int] | tuple[int, ...]) -> Spelling:
        """What is absolute leaves all that stands before it."""
        parts = self.of(values[0])
        for told in map(self.of, values[1:]):
            parts = told if told[:1] == (SLASH,) else (*parts, SLASH, *told)
        return parts

    def _formatted(self, value: int) -> Spelling:
        values = self.body.function.code[value].args[1:]
        marks = [self.body.ev.values[v].const for v in values[1:2]]
        if not any(isinstance(mark, str) and mark.startswith("!") for mark in marks):
            return tuple(p for v in values for p in self.of(v))
        inner, how = self.of(values[0]), tuple(p for v in values[1:] for p in self.of(v))
        told = "".join(str(p.key) for p in how if p.kind == "text").lstrip("!")
        kept = self._is_number(values[0]) and WHOLE_NUMBER.fullmatch(told) and steady(how)
        return (self._made_of(inner, ("fmt", inner, how), kept=bool(kept)),)

    def _sum(self, value: int, args: tuple[Any, ...]) -> Spelling:
        """A number that is added to the item's leaves different items different."""
        sides = [self.of(v) for v in args[1:]]
        changing = [s for s in sides if not steady(s)]
        kept = self._is_number(value) and len(changing) == 1 and len(sides) == 2
        return (self._made_of(changing[0] if kept else (), (args[0], *sides), kept=kept),)

    def _made_of(self, inner: Spelling, key: object, *, kept: bool) -> Part:
        if kept and len(inner) == 1:
            return Part("item", key, inner[0].own, inner[0].lone)
        return Part("item", key)

    # -- the item ---------------------------------------------------------------------------

    def _of_item(self, value: int) -> Spelling:
        body, instr = self.body, self.body.function.code[value]
        if value == body.loop.elem:
            return tuple(self._whole_item(value))
        if value in body.header and instr.op == "unpack":
            own = instr.args[:2] == (body.loop.elem, 0) and counts(body) and self._is_plain(value)
            return (Part("item", value, own, own and self._is_number(value)),)
        if instr.op == "attr" and instr.args[0] == body.loop.elem and of_one_folder(body):
            entry = tuple(self._whole_item(body.loop.elem))
            return {"name": entry[-1:], "path": entry}.get(instr.args[1], ())
        return ()

    def _whole_item(self, elem: int) -> Iterator[Part]:
        body = self.body
        own, plain = distinct(body), self._is_plain(elem)
        if own and of_one_folder(body) and not plain_names(body):
            yield from (Part("steady", ("folder", elem)), SLASH, Part("item", elem, True, True))
        else:
            lone = plain_names(body) or self._is_number(elem)
            yield Part("item", elem, own and plain, own and plain and lone)

    def _is_entry(self, value: int) -> bool:
        """Whether it is the last part of a path, or a number."""
        instr = self.body.function.code[value]
        types = self.body.ev.values[instr.args[0]].types if instr.op == "attr" else None
        last = bool(types) and all(t.startswith("pathlib.") for t in types or ())
        return self._is_number(value) or (last and instr.args[1] in LAST_PARTS)

    def _is_number(self, value: int) -> bool:
        return self.body.ev.values[value].types == NUMBER

    def _is_plain(self, value: int) -> bool:
        """Whether all are of one type, of which no two that differ are written alike."""
        types = self.body.ev.values[value].types or frozenset()
        return len(types) == 1 and all(
            t in ("str", "int", "bytes") or t.startswith("pathlib.") for t in types
        )


@lru_cache(maxsize=4)
def speller(body: Body) -> Speller:
    return Speller(body)


def _tidy(parts: Spelling) -> Spelling:
    """Neighbouring texts as one, and each separator by itself, once."""
    found: list[Part] = []
    for part in parts:
        pieces = re.split("(/)", str(part.key)) if part.kind == "text" else [""]
        for piece in pieces if part.kind == "text" else ():
            _add(found, piece)
        if part.kind != "text":
            found.append(part)
    return tuple(found)


def _add(found: list[Part], piece: str) -> None:
    last = found[-1] if found else None
    if not piece or (piece == "/" and last == SLASH):
        return
    if piece != "/" and last is not None and last.kind == "text" and last != SLASH:
        found[-1] = Part("text", f"{last.key}{piece}")
    else:
        found.append(Part("text", piece))


def branch(spelling: Spelling) -> Spelling:
    """As far as an entry of a folder that is each iteration's own, () where there is none."""
    end = next((n + 1 for n, p in enumerate(spelling) if p.kind == "item"), 0)
    while end and end < len(spelling) and spelling[end] != SLASH:
        end += 1
    items = [p for p in spelling[:end] if p.kind == "item"]
    if any(isinstance(p.key, tuple) and p.key[:1] == (MADE,) for p in items):
        return spelling[:1] if below_made(spelling) >= 0 else ()
    stays = len(items) == 1 and items[0].lone and not _climbs(spelling)
    return spelling[:end] if stays else ()


def _climbs(spelling: Spelling) -> bool:
    """Whether it may lead out of a folder that an item names: upwards, or to what is absolute."""
    start = next((n for n, p in enumerate(spelling) if p.kind == "item"), len(spelling))
    below = zip(spelling[start:], spelling[start + 1 :], strict=False)
    return any(p == UP or (p.kind == "steady" and before == SLASH) for before, p in below)


def leaf(spelling: Spelling) -> Spelling:
    """What follows the last separator, if that names one entry for each iteration."""
    start = max((n + 1 for n, p in enumerate(spelling) if p == SLASH), default=0)
    items = [p for p in spelling[start:] if p.kind == "item"]
    return spelling[start:] if len(items) == 1 and items[0].lone else ()


def below_made(spelling: Spelling) -> int:
    """The call that makes what the path is or lies in, -1 if it may lead elsewhere."""
    made = spelling[0].key if spelling else None
    if not isinstance(made, tuple) or made[:1] != (MADE,):
        return -1
    stays = all(p.plain or p.lone or (p.kind == "text" and p != UP) for p in spelling[1:])
    return int(made[1]) if stays else -1


def own(spelling: Spelling) -> bool:
    """Whether no other iteration spells it the same."""
    items = [p for p in spelling if p.kind == "item"]
    return len(items) == 1 and items[0].own and not _climbs(spelling)


def steady(spelling: Spelling) -> bool:
    return all(p.kind != "item" for p in spelling)


def end_apart(one: Spelling, two: Spelling) -> bool:
    """Whether no text ends as both do."""
    ends = [str(s[-1].key) if s and s[-1].kind == "text" else "" for s in (one, two)]
    return not ends[0].endswith(ends[1]) and not ends[1].endswith(ends[0])
