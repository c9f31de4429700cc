"""Objects that nothing else leads to: who has them is the only one that can change them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfadvisor.effects import within
from pfadvisor.effects.values import Root, Val

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation


def is_alone(ev: Evaluation, bound: list[Arg], number: int) -> bool:
    """Whether the callee can get at what a call passes for a parameter by no other way: neither
    another argument, nor anything outside of the scope, leads to it."""
    mine = {root for root, _ in bound[number].val.objs}
    if not mine or any(root[0] not in ("fresh", "param") for root in mine):
        return False
    others = [argument.val for n, argument in enumerate(bound) if n != number]
    return mine.isdisjoint(_led_to(ev, others)) and mine.isdisjoint(_held(ev, mine))


def is_changed(ev: Evaluation, value: Val) -> bool:
    """Whether something may have changed it since it was made, or came into the scope: seen here,
    or unseen by way of an object that holds it."""
    return any(ev.changed_at(root) for root, _ in value.objs) or _is_held(ev, value)


def _is_held(ev: Evaluation, value: Val) -> bool:
    mine = {obj for obj in value.objs if not obj[1]}
    inside = (obj for held in ev.contents.values() for objs in held.values() for obj in objs)
    return bool(mine) and not mine.isdisjoint(inside)


def _led_to(ev: Evaluation, values: list[Val]) -> Iterator[Root]:
    receivers = [value.recv for value in values if value.recv is not None]
    for value in (*values, *receivers, *ev.cells.values()):
        yield from (root for root, _ in within.reached(ev, value.objs))
    for made, arguments in ev.partials.values():
        for value in (made, *(argument.val for argument in arguments)):
            yield from (root for root, _ in value.objs)


def _held(ev: Evaluation, mine: set[Root]) -> Iterator[Root]:
    """Roots of what is in objects of other roots."""
    for holder, inside in ev.contents.items():
        if holder not in mine:
            for stored in inside.values():
                yield from (root for root, _ in stored)
