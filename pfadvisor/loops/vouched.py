"""What a loop takes on the user's word: functions marked as pure, and lines of the configuration."""

from __future__ import annotations

from pfadvisor.loops.analysis import Analysis
from pfadvisor.model import Assumption


def vouched(analysis: Analysis) -> tuple[Assumption, ...]:
    """What the user states of calls of the loop, each statement once."""
    loop, stated = analysis.body.loop, analysis.body.ev.vouched
    here = (one for i in range(loop.start, loop.end) for one in sorted(stated.get(i, ()), key=repr))
    return tuple(dict.fromkeys(here))
