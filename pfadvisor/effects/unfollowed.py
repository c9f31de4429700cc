"""Functions that cannot be followed to their end: what is plain of them all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Function
from pfadvisor.effects.substitution import Passed
from pfadvisor.effects.summary import NO_EFFECTS, Summary
from pfadvisor.effects.values import FIXED

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation

STORES: Final = frozenset({"setitem", "setattr", "delitem", "delattr"})


def enter_what_is_plain(
    ev: Evaluation, i: int, function: Function, begun: Summary | None, bound: list[Arg]
) -> None:
    """Enter what the function stores into its parameters, and what was found of what it does to
    globals and resources before it was given up: that the rest is unknown hides none of it."""
    for number, elem in _plain_stores(function):
        ev.access(i, bound[number].val, elem, write=True, how="store")
    if begun is not None:
        found = tuple(effect for effect in begun.effects if effect.root[0] in FIXED)
        values = [argument.val for argument in bound]
        keys = [argument.value for argument in bound]
        ev.enter(i, NO_EFFECTS._replace(effects=found), keys, Passed(ev, i, values))


def _plain_stores(function: Function) -> set[tuple[int, str]]:
    """What the code of a function that cannot be followed stores into its parameters itself."""
    found: set[tuple[int, str]] = set()
    for instr in function.code:
        base = function.code[instr.args[0]] if instr.op in STORES else None
        if base is not None and base.op == "param":
            found.add((base.args[0], f".{instr.args[1]}" if "attr" in instr.op else "[]"))
    return found
