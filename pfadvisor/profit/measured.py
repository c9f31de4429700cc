"""What a profile measured of a loop, in the terms of the prediction.

Which part of the CPU time holds the GIL is not seen from outside: the code's own estimate
divides it. Time in which the thread was ready and did not run belongs to nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pfadvisor.model import Gil, Kind, Measured, Profit, Term
from pfadvisor.profit.estimate import NONE, Estimate
from pfadvisor.profit.profiles import LoopProfile
from pfadvisor.profit.workload import Workload

SPREAD: Final = 0.1
WIDEST: Final = 0.25
MOSTLY: Final = 0.6
HARDLY: Final = 0.15
CHUNKS_PER_WORKER: Final = 4


def workload_of(work: Workload, found: LoopProfile) -> Workload:
    """The work of an iteration as it was measured; `work` is what the code says of it."""
    computed = work.held.mid + work.released.mid
    free = work.released.mid / computed if computed else 0.0
    held, released = found.cpu * (1 - free), found.cpu * free + found.children
    terms = (
        Term("computing, measured", _around(held + released).interval, "CPU time of an iteration"),
        Term("waiting, measured", (found.waiting, found.waiting), "the thread gave way"),
    )
    return replace(
        work,
        kind=work.kind if work.kind == "async" else _kind(found),
        gil=_gil(held, released + found.waiting),
        held=_around(held),
        released=_around(released),
        waiting=_around(found.waiting),
        terms=terms,
        iterations=found.trips[1] or found.iterations // max(found.entries, 1),
    )


def rest_of(found: LoopProfile) -> Estimate:
    return _around(found.rest)


def transfer_of(found: LoopProfile, workers: int, *, alone: bool) -> Estimate | None:
    """Seconds per iteration to pickle, pass and unpickle; None if nothing was sampled."""
    if found.sent is None:
        return None
    trips = max(found.trips[1], 1)
    messages = trips if alone else min(trips, CHUNKS_PER_WORKER * workers)
    return _around(found.sent + found.shared * messages / trips)


def told(profit: Profit, found: LoopProfile) -> Profit:
    """The prediction with what was measured, and what it would save over the whole program."""
    low, high = profit.likely * (1 - WIDEST), profit.likely * (1 + WIDEST)
    seconds = found.iterations * (found.cpu + found.children + found.waiting + found.rest)
    saves = tuple(seconds * (1 - 1 / gain) if gain > 0 else 0.0 for gain in (low, high))
    measured = Measured(found.entries, found.iterations, seconds, (saves[0], saves[1]))
    return replace(profit, speedup=(low, high), measured=measured)


def never_ran(profit: Profit) -> Profit:
    return replace(profit, measured=Measured(0, 0, 0.0, (0.0, 0.0)))


def _kind(found: LoopProfile) -> Kind:
    whole = found.cpu + found.children + found.waiting
    share = (found.children + found.waiting) / whole if whole else 0.0
    return "io" if share > MOSTLY else "cpu" if share < HARDLY else "mixed"


def _gil(held: float, free: float) -> Gil:
    share = free / (free + held) if free else 0.0
    return "released" if share > 0.75 else "held" if share < 0.25 else "mixed"


def _around(seconds: float) -> Estimate:
    if not seconds:
        return NONE
    return Estimate(seconds * (1 - SPREAD), seconds, seconds * (1 + SPREAD))
