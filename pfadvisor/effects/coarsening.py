"""Summaries of functions that call themselves, told so that they come to rest.

What holds what a call of the function gave would nest one level deeper with every round. After some
rounds a summary says, besides what is found, all that it said before, and types less deeply.
"""

from __future__ import annotations

from typing import Any, Final

from pfadvisor.effects.summary import Summary
from pfadvisor.effects.values import BOTTOM, Effect, Val, join, shallow_type

NESTED: Final = 2


def widened(before: Summary | None, now: Summary) -> Summary:
    """What holds of both."""
    if before is None:
        return now
    heap = {place: _shallow(value) for place, value in before.heap}
    for place, value in now.heap:
        heap[place] = join(heap.get(place, BOTTOM), _shallow(value))
    made = {number: set(names) for number, names in before.made}
    for number, names in now.made:
        made.setdefault(number, set()).update(names)
    loose = {
        number for each in (before, now) for number, _ in each.made if number not in each.exact
    }
    return now._replace(
        effects=_all_of(before.effects, now.effects),
        unknowns=tuple({(u.subject, u.where): u for u in before.unknowns + now.unknowns}.values()),
        returns=join(_shallow(before.returns), _shallow(now.returns)),
        heap=tuple(heap.items()),
        exact=(before.exact | now.exact) - loose,
        raises=tuple(dict.fromkeys(before.raises + now.raises)),
        thrown=join(_shallow(before.thrown), _shallow(now.thrown)),
        made=tuple((number, frozenset(names)) for number, names in made.items()),
        vouched=before.vouched | now.vouched,
        gives=now.gives if now.gives == before.gives else None,
    )


def _all_of(before: tuple[Effect, ...], now: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Each access once, with the way to it that is known longest."""
    found = dict[Any, Effect]()
    for effect in before + now:
        found.setdefault((*effect[:8], effect.form), effect)
    return tuple(found.values())


def _shallow(value: Val) -> Val:
    recv = None if value.recv is None else _shallow(value.recv)
    types = value.types and frozenset(shallow_type(t, NESTED) for t in value.types)
    return value._replace(types=types, recv=recv)
