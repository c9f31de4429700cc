"""A stretch of a loop's body, divided in two."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Piece:
    """Both sides of a stretch of the body; lines carry their indentation.

    bound   names surely bound in the worker after it; None if its end is never reached
    tail    last assignments of the worker's side, name -> (row in `worker`, expression)
    """

    worker: list[str] = field(default_factory=list)
    commit: list[str] = field(default_factory=list)
    bound: set[str] | None = field(default_factory=set)
    tail: dict[str, tuple[int, str]] = field(default_factory=dict)
