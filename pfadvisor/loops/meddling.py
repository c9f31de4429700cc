"""Unknown code that commit calls, and that may change what the loop has still to go through.

As the program stands, such a change is seen by the next iteration; in a window the items have been
handed out by then.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Root, Val, parse_type
from pfadvisor.loops.conflicts import unknown_conflict
from pfadvisor.loops.escaping import escaped
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.source import iterated_values
from pfadvisor.loops.touches import OPEN
from pfadvisor.model import Assumption

STEADY: Final = frozenset(
    {"range", "tuple", "frozenset", "str", "bytes", "int", "type", "function"}
)


def meddling(body: Body, compute: frozenset[int]) -> list[Assumption]:
    """What must be true of the unknown calls outside compute for the source to stay as it is."""
    calls = body.whole.unknowns_of(i for i, node in body.node_of.items() if node not in compute)
    roots = {root for value in iterated_values(body) for root in _changeable(body, value)}
    if not calls or not roots:
        return []
    loose = escaped(body)
    known = any(root[0] in OPEN or root in loose for root in roots)
    asked = [c for c in calls if known or not roots.isdisjoint(root for root, _ in c.args)]
    found = (unknown_conflict(body, call, set()).assumption for call in asked)
    return [assumption for assumption in found if assumption is not None]


def _changeable(body: Body, value: Val) -> set[Root]:
    if value.types and all(parse_type(t)[0] in STEADY for t in value.types):
        return set()
    return {root for root, _ in value.objs}
