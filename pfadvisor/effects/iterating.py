"""What comes out of an object that is iterated over, beside what its place says that it holds.

An object of a class of the program gives what its `__iter__` gives: that is kept where the
iteration was seen. One that is looked at as of any type may be a mapping, which gives its keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, mappings
from pfadvisor.effects.values import BOTTOM, Obj, Val, join, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

YIELDED: Final = "yielded"


def remember(ev: Evaluation, value: Val, iterator: Val, drawn: Val) -> None:
    """Iterating over the value gives what was drawn, or what the iterator gives."""
    if iterator != BOTTOM:
        drawn = join(drawn, access.element(ev, iterator))
    for obj in value.objs if drawn.objs else ():
        ev.store(obj, YIELDED, drawn)


def yielded(ev: Evaluation, objs: Iterable[Obj]) -> Val:
    """What is known to come out of objects, whatever their type."""
    held = [obj for obj in objs if obj in ev.held]
    found = [ev.heap.get((obj, step), BOTTOM) for obj in held for step in (mappings.KEYS, YIELDED)]
    return join_all([given for given in found if given.objs])
