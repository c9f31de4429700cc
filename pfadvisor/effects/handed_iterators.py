"""Parameters and attributes that a file gives iterators to.

What is of an unknown type may be gone through again and again, as a list may be. What a caller in
sight passes an iterator for, or a method keeps one in, may not; nor may what is in a container
that is given with iterators in it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.iterator_flow import Flow
from pfadvisor.effects.iterator_lines import Elsewhere
from pfadvisor.effects.tokens import ANYBODY, Given, Received, Slot, depths_of
from pfadvisor.effects.values import parse_type

Sent = tuple[tuple[str, tuple[Given, ...]], ...]
Attributes = dict[str, tuple[bool, frozenset[int]]]
NEITHER: Final = False, frozenset[int]()
SPARING: Final = "Iterable"  # all that it promises is to be gone through once


class Handed(NamedTuple):
    """How far down iterators are in what each slot gets, 0 where it gets some themselves; `kept`
    are parameters with whose iterators a caller may go on, `sent` calls of what other files define
    that pass iterators."""

    depths: dict[Slot, frozenset[int]]
    kept: frozenset[Slot]
    sent: Sent

    def to(self, slot: Slot) -> tuple[bool, frozenset[int]]:
        """Whether the slot gets iterators, and how far down they are in holders that it gets."""
        depths = self.depths.get(slot, frozenset())
        return 0 in depths, depths - {0}

    def attributes(self) -> Attributes:
        """The same for attributes, of whatever objects, by their names."""
        return {name: self.to((owner, name)) for owner, name in self.depths if owner == ANYBODY}


def may_be(types: frozenset[str] | None) -> bool:
    """Whether the type of what is given an iterator leaves open that it is one."""
    return types is None or any(parse_type(t)[0] == SPARING for t in types)


def handed(module: ModuleFacts, elsewhere: Elsewhere, received: tuple[Received, ...]) -> Handed:
    """`received` are calls in other files."""
    flow = Flow(module, elsewhere)
    for token, given in received:
        flow.receive(token, given)
    flow.run()
    depths = ((slot, depths_of(tokens)) for slot, tokens in flow.slots.items())
    got = {slot: found for slot, found in depths if found}
    return Handed(got, frozenset(flow.kept), tuple(flow.sent))
