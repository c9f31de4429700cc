"""`functools.partial`: what is called, with what was given before, at the place that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import calls, hidden
from pfadvisor.effects.values import NOTHING, Val, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.summary import Target


def make(ev: Evaluation, i: int, args: list[Arg]) -> Val:
    ev.partials[i] = (args[0].val, args[1:])
    held = join_all([a.val for a in args])
    ev.store((("fresh", i), ()), hidden.ANYWHERE, held._replace(const=NOTHING))
    return ev.fresh(i, frozenset({"function"}))._replace(funcs=frozenset({("partial", i)}))


def call(
    ev: Evaluation, i: int, site: int, args: list[Arg], targets: list[Target], subject: str
) -> Val:
    """A partial of itself is not followed: how deep it goes is not known."""
    if site in ev.applied:
        return calls.unknown(ev, i, subject, args, targets)
    inner, bound = ev.partials[site]
    ev.applied.add(site)
    try:
        return calls.invoke(ev, i, inner, [*bound, *args], targets, subject)
    finally:
        ev.applied.discard(site)
