"""What a generator returns: the value of `yield from`, and of the StopIteration at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import hidden, raising
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.values import BOTTOM, Val, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

RETURNED: Final = "returned"


def delegated(ev: Evaluation, i: int, instr: Instr) -> Val:
    source = ev.values[instr.args[0]]
    found = returned(ev, source)
    return found if found != BOTTOM else hidden.reached(ev, source)


def exhausted(ev: Evaluation, source: Val) -> None:
    """The source may come to its end here, and its last value with the exception."""
    raising.thrown(ev, returned(ev, source))


def returned(ev: Evaluation, source: Val) -> Val:
    return join_all([ev.heap.get((obj, RETURNED), BOTTOM) for obj in source.objs])
