"""How an iteration spells a path: of constant text, what stays the same, and what its item gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from pfadvisor.effects.opening import OPENED
from pfadvisor.effects.paths import step
from pfadvisor.effects.returning import returned
from pfadvisor.effects.subscripts import Form
from pfadvisor.loops.listings import counts, distinct, of_one_folder, plain_names
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.own_files import made_at

MOST_PARTS: Final = 24
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
    number: bool = False


Spelling = tuple[Part, ...]
SLASH: Final = Part("text", "/")
UP: Final = Part("text", "..")
HERE: Final = Part("text", ".")
MADE: Final = "made"
LAST_PARTS: Final = frozenset({"name", "stem", "suffix"})


class Speller:
    def __init__(self, body: Body) -> None:
        self.body = body
        self.known: dict[int, Spelling] = {}

    def of(self, value: int) -> Spelling:
        found = self.known.get(value)
        if found is None:
            number = self._is_number(value)
            opaque = (Part("item", value, plain=self._is_entry(value), number=number),)
            self.known[value] = opaque  # of what is made of itself nothing is said
            found = tidy(self._parts(value))
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
        made = step(self.body.ev, value)
        if made is not None:
            return self._made(made.kind, made.told, [self.of(v) for v in made.values], value)
        form, values = returned(self.body.ev, value)
        return self.told(form, values, value) if form is not None else (Part("item", value),)

    def told(self, form: Form, values: Sequence[int], by: object) -> Spelling:
        """A path that a callee puts together of what it is given."""
        match form:
            case ("value", number) if (value := values[number] if values else number) >= 0:
                return self.of(value)
            case ("text", text):
                return tidy((Part("text", text),))
            case ("steady", key):
                return (Part("steady", key),)
            case ("path", kind, told, *inner):
                parts = [self.told(p, values, by) for p in inner]
                return tidy(self._made(kind, told, parts, (by, form)))
        return (Part("item", (by, form)),)

    def _made(
        self, kind: str, told: tuple[object, ...], parts: list[Spelling], key: object
    ) -> Spelling:
        match kind:
            case _ if kind == OPENED:
                return parts[0]
            case "join":
                return _joined(parts)
            case "concat":
                return tuple(p for each in parts for p in each)
            case "fmt":
                return (_formatted(parts),)
            case "sum":
                return (_sum(told, parts),)
            case "filled":
                return tuple(p for piece in told for p in _filled(piece, parts))
            case "name" if (last := _last(parts[0])) is not None:
                return last
            case "name":
                return (Part("item", ("name", parts[0]), plain=True),)
            case "renamed":
                return _renamed(*parts) or (Part("item", key),)
            case "attr" if len(parts[0]) == 1 and parts[0][0].kind == "steady":
                return (Part("steady", (parts[0][0].key, *told)),)
        return (Part("item", key),)

    # -- the item ---------------------------------------------------------------------------

    def _of_item(self, value: int) -> Spelling:
        body, instr = self.body, self.body.function.code[value]
        if value == body.loop.elem:
            return tuple(self._whole_item(value))
        if value in body.header and instr.op == "unpack":
            own = instr.args[:2] == (body.loop.elem, 0) and counts(body) and self._is_plain(value)
            number = self._is_number(value)
            return (Part("item", value, own, own and number, number=number),)
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
            number = self._is_number(elem)
            lone = plain_names(body) or number
            yield Part("item", elem, own and plain, own and plain and lone, number=number)

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


def _joined(parts: list[Spelling]) -> Spelling:
    """What is absolute leaves all that stands before it."""
    found = parts[0]
    for told in parts[1:]:
        found = told if told[:1] == (SLASH,) else (*found, SLASH, *told)
    return found


def _formatted(parts: list[Spelling]) -> Part:
    """A number's digits tell it from others."""
    inner, how = parts[0], tuple(p for each in parts[1:] for p in each)
    told = "".join(str(p.key) for p in how if p.kind == "text").lstrip("!")
    kept = WHOLE_NUMBER.fullmatch(told) and steady(how) and all(p.number for p in inner)
    return _made_of(inner, ("fmt", inner, how), kept=bool(kept))


def _filled(piece: object, parts: list[Spelling]) -> Spelling:
    """A text of a template, or the value that is written into it."""
    match piece:
        case (int(number), ""):
            return parts[number]
        case (int(number), spec):
            return (_formatted([parts[number], (Part("text", f"!{spec}"),)]),)
    return (Part("text", piece),)


def _sum(told: tuple[object, ...], sides: list[Spelling]) -> Part:
    """A number that is added to the item's leaves different items different."""
    symbol, number = told
    changing = [s for s in sides if not steady(s)]
    kept = bool(number) and len(changing) == 1
    return _made_of(changing[0] if kept else (), (symbol, *sides), kept=kept)


def _made_of(inner: Spelling, key: object, *, kept: bool) -> Part:
    if kept and len(inner) == 1:
        return inner[0]._replace(kind="item", key=key)
    return Part("item", key)


def _last(path: Spelling) -> Spelling | None:
    """What follows the last separator, if it is one name."""
    start = max((n + 1 for n, p in enumerate(path) if p == SLASH), default=0)
    last = path[start:]
    named = start and all(p.kind == "text" or p.plain or p.lone for p in last)
    return last if named and last not in ((), (HERE,)) and UP not in last else None


def _renamed(path: Spelling, name: Spelling) -> Spelling:
    """The path with another last part, () where it is not known what it is put behind."""
    last, own_name = _last(path), Part("item", ("name", path), plain=True)
    if any(p == SLASH for p in name):
        return ()
    if last is not None:
        return (*path[: len(path) - len(last)], *name)
    return (*path, *name[1:]) if len(path) == 1 and name[:1] == (own_name,) else ()


def tidy(parts: Spelling) -> Spelling:
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
    return any(
        p == UP or (before == SLASH and p.kind != "text" and not (p.plain or p.lone))
        for before, p in below
    )


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


def text_end(path: Spelling) -> str:
    """The text that the path ends in, as far as it is stated."""
    return str(path[-1].key) if path and path[-1].kind == "text" else ""


def end_apart(one: str, two: str) -> bool:
    """Whether no text ends as both do."""
    return not one.endswith(two) and not two.endswith(one)
