"""What `pfadvisor profile` prints when the program has ended: the hottest loops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pfadvisor.profit.profiles import LoopProfile, Profile

MOST: Final = 10


def hottest(profile: Profile, cwd: Path, written: str) -> str:
    """A line for each of the loops that took most, then what was left out."""
    return "\n".join(_lines(profile, cwd, written)) + "\n"


def _lines(profile: Profile, cwd: Path, written: str) -> Iterator[str]:
    loops = sorted(profile.loops(), key=lambda one: -_seconds(one[1]))
    ran = [one for one in loops if one[1].iterations]
    took = f"{profile.seconds:.2f} s, measuring took {profile.overhead:.1%} of it"
    yield f"pfadvisor: {len(ran)} of {len(loops)} candidate loops ran in {took}"
    for path, loop in ran[:MOST]:
        yield f"  {_line(path, loop, profile, cwd)}"
    if len(ran) > MOST:
        yield f"  and {len(ran) - MOST} more"
    yield f"pfadvisor: wrote {written}; next: pfadvisor check --profile {written}"


def _line(path: str, loop: LoopProfile, profile: Profile, cwd: Path) -> str:
    seconds = _seconds(loop)
    share = seconds / profile.seconds if profile.seconds else 0.0
    place = f"{os.path.relpath(path, cwd)}:{loop.row}"
    count = f"{loop.iterations} x {loop.mean * 1e6:.4g} us"
    wait = loop.waiting / loop.mean if loop.mean else 0.0
    waiting = f", waiting {wait:.0%}" if wait > 0.01 else ""
    pickles = f"; does not pickle: {loop.unpicklable[0]}" if loop.unpicklable else ""
    return f"{seconds:8.3f} s {share:5.1%}  {place}  {count}{waiting}{pickles}"


def _seconds(loop: LoopProfile) -> float:
    """In compute: what workers could share. Iterations in iterations are not counted again."""
    return min(loop.mean * loop.iterations, loop.total)
