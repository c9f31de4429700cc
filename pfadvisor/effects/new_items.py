"""Sources that make the items that they give: nobody else has those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfadvisor.effects import access
from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def drawn(ev: Evaluation, site: Any, source: Val, found: Val) -> Val:
    """What iterating over the source gives: `found`, or an object that it makes for the turn."""
    if not _makes_items(ev, source):
        return found
    stated = access.join_types([ev.program.element_type(name) for name in source.types or ()])
    return ev.fresh(site, found.types if stated is None else stated)


def _makes_items(ev: Evaluation, source: Val) -> bool:
    traits = [ev.program.traits_of(t) for t in source.types or ()]
    return bool(traits) and all(t is not None and t.new_items for t in traits)
