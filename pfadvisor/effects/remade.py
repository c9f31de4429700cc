"""Attributes that methods make anew out of what they hold: `self.found |= others`.

What else is put there says what such a store begins with; it is looked at again and again until
nothing is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.values import UNKNOWN, Val, join, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

ROUNDS: Final = 4


class Remaking(NamedTuple):
    """A store of the value into the attribute that the instructions `reads` have read."""

    module: ModuleFacts
    function: int
    value: int
    reads: frozenset[int]


def own_reads(function: Function, value: int, attribute: str) -> frozenset[int]:
    """Where a method reads the attribute of its own object for the value."""
    from pfadvisor.effects.program import operands

    code, found = function.code, set[int]()
    seen, waiting = set[int](), [value]
    while waiting:
        at = waiting.pop()
        if at < 0 or at in seen:
            continue
        seen.add(at)
        base = code[code[at].args[0]] if code[at].op == "attr" else None
        own = base is not None and base.op == "param" and base.args[0] == 0
        if own and code[at].args[1] == attribute:
            found.add(at)
        else:
            waiting += operands(code[at])
    return frozenset(found)


def remade(program: Program, attribute: str, held: Val | None, stores: list[Remaking]) -> Val:
    """What the attribute may hold if `held` is what all other stores put there."""
    if held is None:
        alone = [(s.module, program.slice_value(s.module, s.function, s.value)) for s in stores]
        return join_all([program.kept(module, attribute, value) for module, value in alone])
    for _ in range(ROUNDS):
        found = held
        for store in stores:
            given = dict.fromkeys(store.reads, _read(program, attribute, held))
            made = program.sliced(store.module, store.function, store.value, given)
            if made is None:
                return UNKNOWN
            found = join(found, program.kept(store.module, attribute, made))
        if found == held:
            return held
        held = found
    return UNKNOWN


def _read(program: Program, attribute: str, held: Val) -> Val:
    place = frozenset({(("param", 0), (f".{attribute}",))})
    return held._replace(objs=frozenset() if program.plain(held.types) else place)
