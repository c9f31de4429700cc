"""The profit of one analysed loop: from the costs of its code, or from what was measured of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pfadvisor.config import Settings
from pfadvisor.effects.program import Program
from pfadvisor.loops.analysis import Analysis
from pfadvisor.model import Mode, Outlook, Plan, Profit
from pfadvisor.profit import measured
from pfadvisor.profit.basis import Basis
from pfadvisor.profit.cost import cost_of
from pfadvisor.profit.estimate import NONE, ONCE, Estimate, exactly, plus, times
from pfadvisor.profit.machine import Machine, worker_count
from pfadvisor.profit.nesting import between_elements, elements_of_item
from pfadvisor.profit.profiles import LoopProfile
from pfadvisor.profit.speedup import predict
from pfadvisor.profit.transfer import transfer_seconds
from pfadvisor.profit.workload import Workload

NOTHING_TO_DO: Final = 2e-6  # seconds: less than any hand-over
WHAT_IF_WORKERS: Final = (1, 2, 4, 8, 16, 64)
WHAT_IF_ITERATIONS: Final = (10, 1_000, 1_000_000)
Guess = Callable[[int, int, int | None], Profit]


def profit_of(
    program: Program,
    analysis: Analysis,
    work: Workload,
    plan: Plan,
    settings: Settings,
    basis: Basis,
    found: LoopProfile | None,
) -> Profit:
    """What running the compute stage as planned is predicted to gain.

    `found` is what was measured; then `work` is too.
    """
    mode, machine = plan.mode, basis.machine
    ran = found if found is not None and found.iterations else None
    alone = sent_alone(plan) and not plan.collected
    stated = (analysis.source.literal_length, work.iterations, basis.iterations)
    if ran is not None:
        stated = (basis.iterations, work.iterations, None)
    nested = plan.nested
    rest, sent = _around_compute(program, analysis, mode, basis, ran, alone=alone, nested=nested)

    def guess(processes: int, threads: int, iterations: int | None) -> Profit:
        return predict(
            work,
            rest,
            iterations,
            mode,
            sent,
            workers=processes,
            threads=threads,
            min_speedup=_wanted(analysis, settings, work),
            max_break_even=settings.max_break_even,
            calls_per_program=ran.entries if ran is not None else 1,
            start_method="spawn" if plan.fresh else basis.start_method,
            machine=machine,
            alone=alone,
            divided=plan.collected and not sent_alone(plan),
            once=_imports(mode, machine),
            certain=ran is not None,
        )

    processes = worker_count("processes", settings.workers)
    threads = worker_count(mode, settings.workers)
    profit = guess(processes, threads, next((n for n in stated if n is not None), None))
    if basis.what_if:
        profit = replace(profit, outlooks=_outlooks(guess))
    if found is None:
        return profit
    return measured.told(profit, ran) if ran is not None else measured.never_ran(profit)


def sent_alone(plan: Plan) -> bool:
    """Whether items go to processes one by one: an executor's `map` and window do that."""
    pooled = plan.collected and plan.builtin_errors and plan.pure
    return plan.mode == "processes" and not pooled


def _imports(mode: Mode, machine: Machine) -> Estimate:
    """Importing pools, which a program that was run without them is certain to do."""
    if mode == "async":
        return NONE
    figures = machine.imports_processes, machine.imports_threads
    return figures[mode == "threads"].seconds


def _around_compute(
    program: Program,
    analysis: Analysis,
    mode: Mode,
    basis: Basis,
    ran: LoopProfile | None,
    *,
    alone: bool,
    nested: bool,
) -> tuple[Estimate, Estimate]:
    """Seconds per iteration of head and commit, and of sending."""
    machine = basis.machine
    if ran is not None:
        rest = measured.rest_of(ran)
        sent = measured.transfer_of(ran, worker_count(), alone=alone)
    else:
        cost = cost_of(program, analysis.body.ev, analysis.rest_instrs)
        between = NONE if nested else between_elements(program, analysis)
        rest, sent = times(plus(cost.time, between), exactly(machine.pace)), None
    if mode != "processes":
        return rest, NONE
    if sent is not None:
        return rest, sent
    results = elements_of_item(analysis) if nested else ONCE
    return rest, transfer_seconds(analysis, machine.rates, results, alone=alone)


def _outlooks(guess: Guess) -> tuple[Outlook, ...]:
    return tuple(
        Outlook(workers, iterations, guess(workers, workers, iterations).speedup)
        for workers in WHAT_IF_WORKERS
        for iterations in WHAT_IF_ITERATIONS
    )


def _wanted(analysis: Analysis, settings: Settings, work: Workload) -> float:
    """`min_speedup` 0 asks for all that is legal, but not for workers that have nothing to do."""
    cheap = analysis.tree is not None and analysis.tree.cheap
    likely = work.held.mid + work.released.mid + work.waiting.mid
    return (
        max(settings.min_speedup, 1.0) if cheap or likely < NOTHING_TO_DO else settings.min_speedup
    )
