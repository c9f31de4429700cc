"""Classes that calls make: `type("Made", (Rule,), {"check": check})`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pfadvisor.effects.facts import Instr, ModuleFacts, last_name
from pfadvisor.effects.outside_stores import ANY, Store

MAKERS: Final = frozenset({"type", "new_class", "make_dataclass"})


def overrides(module: ModuleFacts) -> dict[str, list[Store]]:
    """Where calls of the module make classes, by the names that these bind: their bases, and what
    stands there instead of theirs; `ANY` for what only a run tells."""
    found: dict[str, list[Store]] = {}
    for index, function in enumerate(module.functions):
        for call in (instr for instr in function.code if instr.op == "call"):
            for base, name, value in _members(function.code, call):
                found.setdefault(name, []).append((index, base, value))
    return found


def nameless(module: ModuleFacts) -> list[Store]:
    """The bases of the classes that calls of the module make and that their names do not lead to,
    so that instances cannot be sent."""
    return [
        (index, base, base)
        for index, function in enumerate(module.functions)
        for i, call in enumerate(function.code)
        if call.op == "call" and (made := _made(function.code, call)) is not None
        if index or not _is_named(function.code, i)
        for base in _parts(function.code, made.bases)
    ]


class Made(NamedTuple):
    """The values that a class is made of, -1 for one that is not given."""

    bases: int
    space: int


NOTHING: Final = Made(-1, -1)


def _made(code: tuple[Instr, ...], call: Instr) -> Made | None:
    placed = [value for kind, _, value in call.args[1] if kind == "pos"]
    named = {keyword: value for _, keyword, value in call.args[1] if keyword}
    if last_name(code[call.args[0]]) not in MAKERS and not _looks_so(code, placed):
        return None
    bases = named.get("bases", placed[1] if len(placed) > 1 else -1)
    return Made(bases, named.get("namespace", placed[2] if len(placed) > 2 else -1))


def _is_named(code: tuple[Instr, ...], call: int) -> bool:
    """Whether what the call makes is bound to the very name that it is given."""
    given = [code[value] for _, _, value in code[call].args[1][:1]]
    names = {i.args[0] for i in code if i.op == "setname" and i.args[1] == call}
    return any(each.op == "const" and each.args[0] in names for each in given)


def _members(code: tuple[Instr, ...], call: Instr) -> Iterator[tuple[int, str, int]]:
    made = _made(code, call) or NOTHING
    for base in _parts(code, made.bases):
        for name, value in _bindings(code, made.space):
            yield base, name, value if value >= 0 else base


def _looks_so(code: tuple[Instr, ...], placed: list[int]) -> bool:
    """Whether it may call a metaclass."""
    kinds = [code[v].args[0] for v in placed[1:] if code[v].op == "display"]
    return len(placed) == 3 and kinds == ["tuple", "dict"]


def _parts(code: tuple[Instr, ...], bases: int) -> tuple[int, ...]:
    if bases < 0:
        return ()
    instr = code[bases]
    return instr.args[1:] if instr.op == "display" and instr.args[0] == "tuple" else (bases,)


def _bindings(code: tuple[Instr, ...], space: int) -> Iterator[tuple[str, int]]:
    instr = code[space] if space >= 0 else None
    if instr is None or instr.op != "display" or instr.args[0] != "dict":
        yield ANY, -1
        return
    for key, value in zip(instr.args[1::2], instr.args[2::2], strict=True):
        known = code[key].op == "const" and isinstance(code[key].args[0], str)
        yield (code[key].args[0], value) if known else (ANY, -1)
