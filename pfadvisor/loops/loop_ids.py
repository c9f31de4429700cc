"""The identity of each loop of a file."""

from __future__ import annotations

from pfadvisor.effects.facts import Loop, ModuleFacts
from pfadvisor.model import LoopId


def identity(facts: ModuleFacts, loop: Loop, enclosed_by: int | None = None) -> LoopId:
    return LoopId(
        facts.filename,
        loop.form,
        loop.ordinal,
        loop.for_row,
        loop.for_column,
        loop.span,
        loop.header,
        enclosed_by,
    )


def all_loops(facts: ModuleFacts) -> list[tuple[int, int, Loop]]:
    """(function, index in it, loop) in source order."""
    every = [
        (f, i, loop)
        for f, function in enumerate(facts.functions)
        for i, loop in enumerate(function.loops)
    ]
    return sorted(every, key=lambda entry: entry[2].ordinal)
