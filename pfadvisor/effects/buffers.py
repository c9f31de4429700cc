"""Buffers that a call is given together, in a list, and fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import access
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.values import DEEP, Val

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def filled(ev: Evaluation, i: int, line: Line, given: dict[str, Val], how: str) -> None:
    """What the call both goes through and writes is written item by item."""
    for argument in line.iterates:
        if argument in line.writes and argument in given:
            inside = access.contents(ev, given[argument])
            ev.access(i, inside, DEEP, write=True, how=how)
