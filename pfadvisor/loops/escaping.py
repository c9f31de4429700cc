"""Which objects that the function makes others may know, and which lead to which."""

from __future__ import annotations

from pfadvisor.effects.values import Root
from pfadvisor.loops.nodes import Body


def escaped(body: Body) -> set[Root]:
    """Roots of objects made before the loop that others may know by then."""
    if body.escaped is None:
        found = set(body.whole.given_away)
        for unknown in body.ev.unknowns:
            if unknown.instr < body.loop.start:
                found |= {root for root, _ in unknown.args if root[0] == "fresh"}
        body.escaped = body.whole.with_contents(found)
    return body.escaped


def reaches(body: Body, root: Root) -> set[Root]:
    """Roots that an object of this root may lead to through its contents, itself included."""
    return body.whole.with_contents({root})
