"""Which objects that the function makes others may know, and which lead to which."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.values import Root
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.whole import whole_of

ALWAYS: Final = -1


@dataclass(frozen=True, slots=True)
class Escaped:
    """`since`: where others come to know the roots; `start`: where the loop begins."""

    since: Mapping[Root, int]
    start: int

    def __contains__(self, root: object) -> bool:
        return self.since.get(root, self.start) < self.start  # type: ignore[call-overload, no-any-return]


def escaped(body: Body) -> Container[Root]:
    """Roots of objects made before the loop that others may know by then."""
    return Escaped(body.whole.made(_since_given_away, body.ev), body.loop.start)


def stored(body: Body) -> Container[Root]:
    """Those of them that others than nested functions may know."""
    return Escaped(body.whole.made(_since_stored_away, body.ev), body.loop.start)


def _since_given_away(ev: Evaluation) -> dict[Root, int]:
    return _with_shown(ev, whole_of(ev).given_away)


def _since_stored_away(ev: Evaluation) -> dict[Root, int]:
    return _with_shown(ev, whole_of(ev).stored_away)


def _with_shown(ev: Evaluation, given: frozenset[Root]) -> dict[Root, int]:
    """Where roots become known, those that objects lead to among them."""
    shown = {ALWAYS: given}
    for call in sorted(ev.unknowns, key=lambda call: call.instr):
        roots = frozenset(root for root, _ in call.args if root[0] == "fresh")
        shown[call.instr] = shown.get(call.instr, roots) | roots
    found: dict[Root, int] = {}
    for at, roots in shown.items():
        found |= dict.fromkeys(whole_of(ev).with_contents(roots, found), at)
    return found


def reaches(body: Body, root: Root) -> set[Root]:
    """Roots that an object of this root may lead to through its contents, itself included."""
    return body.whole.with_contents({root})
