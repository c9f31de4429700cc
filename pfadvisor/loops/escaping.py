"""Which objects that the function makes others may know, and which lead to which."""

from __future__ import annotations

from pfadvisor.effects.values import Root
from pfadvisor.loops.nodes import Body


def escaped(body: Body) -> set[Root]:
    """Roots of objects made before the loop that others may know by then."""
    if body.escaped is None:
        body.escaped = _with_shown(body, body.whole.given_away)
    return body.escaped


def stored(body: Body) -> set[Root]:
    """Those of them that others than nested functions may know."""
    return _with_shown(body, body.whole.stored_away)


def _with_shown(body: Body, given: frozenset[Root]) -> set[Root]:
    found = set(given)
    for unknown in body.ev.unknowns:
        if unknown.instr < body.loop.start:
            found |= {root for root, _ in unknown.args if root[0] == "fresh"}
    return body.whole.with_contents(found)


def reaches(body: Body, root: Root) -> set[Root]:
    """Roots that an object of this root may lead to through its contents, itself included."""
    return body.whole.with_contents({root})
