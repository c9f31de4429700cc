"""One module, one output format: render(report, view) -> str. `View` is what a format may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pfadvisor.config import Settings


def _no_line(filename: str, row: int) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class View:
    """`line` gives a row of a file's source, "" where there is none; `colour` allows ANSI codes."""

    line: Callable[[str, int], str] = _no_line
    colour: bool = False
    statistics: bool = False
    settings: Settings = field(default_factory=Settings)
