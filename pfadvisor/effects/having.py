"""Which of the types that a value may be of have an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects.values import parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def having(ev: Evaluation, types: frozenset[str], name: str) -> list[str]:
    """Those that may have it; of what is known to lack it, reading it raises."""
    lacking = {t for t in types if _lacks(ev, parse_type(t)[0], name)}
    return sorted((types - lacking or types) - {"None"})


def _lacks(ev: Evaluation, head: str, name: str) -> bool:
    traits = None if name.startswith("__") else ev.program.knowledge.traits(head)
    whole = head == "None" or (traits is not None and traits.whole)
    return whole and not _has(ev, head, name)


def _has(ev: Evaluation, head: str, name: str) -> bool:
    known = ev.program.knowledge.method(head, name) is not None
    return known or ev.program.attribute_type(head, name) is not None
