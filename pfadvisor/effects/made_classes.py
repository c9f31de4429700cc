"""Classes that calls make: `type("Made", (Rule,), {"check": check})`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

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


def _members(code: tuple[Instr, ...], call: Instr) -> Iterator[tuple[int, str, int]]:
    placed = [value for kind, _, value in call.args[1] if kind == "pos"]
    named = {keyword: value for _, keyword, value in call.args[1] if keyword}
    if last_name(code[call.args[0]]) not in MAKERS and not _looks_so(code, placed):
        return
    bases = named.get("bases", placed[1] if len(placed) > 1 else -1)
    space = named.get("namespace", placed[2] if len(placed) > 2 else -1)
    for base in _parts(code, bases):
        for name, value in _bindings(code, space):
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
