"""The profit of one analysed loop: from the costs of its code, or from what was measured of it."""

from __future__ import annotations

from typing import Final

from pfadvisor.config import Settings
from pfadvisor.effects.program import Program
from pfadvisor.loops.analysis import Analysis
from pfadvisor.model import Mode, Profit
from pfadvisor.profit.basis import Basis
from pfadvisor.profit.cost import cost_of
from pfadvisor.profit.estimate import NONE, exactly, times
from pfadvisor.profit.machine import worker_count
from pfadvisor.profit.speedup import predict
from pfadvisor.profit.transfer import transfer_seconds
from pfadvisor.profit.workload import Workload

NOTHING_TO_DO: Final = 2e-6  # seconds: less than any hand-over


def profit_of(
    program: Program,
    analysis: Analysis,
    work: Workload,
    mode: Mode,
    settings: Settings,
    basis: Basis,
) -> Profit:
    """What running the compute stage in `mode` is predicted to gain."""
    rest = cost_of(program, analysis.body.ev, analysis.rest_instrs)
    machine = basis.machine
    transfer = transfer_seconds(analysis, machine.rates) if mode == "processes" else NONE
    stated = (analysis.source.literal_length, work.iterations, basis.iterations)
    return predict(
        work,
        times(rest.time, exactly(machine.pace)),
        next((n for n in stated if n is not None), None),
        mode,
        transfer,
        workers=worker_count("processes", settings.workers),
        threads=worker_count(mode, settings.workers),
        min_speedup=_wanted(analysis, settings, work),
        max_break_even=settings.max_break_even,
        start_method=basis.start_method,
        machine=machine,
    )


def _wanted(analysis: Analysis, settings: Settings, work: Workload) -> float:
    """`min_speedup` 0 asks for all that is legal, but not for workers that have nothing to do."""
    cheap = analysis.tree is not None and analysis.tree.cheap
    likely = work.held.mid + work.released.mid + work.waiting.mid
    return (
        max(settings.min_speedup, 1.0) if cheap or likely < NOTHING_TO_DO else settings.min_speedup
    )
