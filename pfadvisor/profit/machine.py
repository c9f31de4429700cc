"""The machine that a prediction is made for: workers, and what starting and feeding them costs.

Shipped figures are medians and extremes over CPython 3.8 to 3.13 on x86-64 Linux; each says
where it comes from. `calibration` puts measured ones in their place; nothing is measured here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Final

from pfadvisor.model import Mode
from pfadvisor.profit.estimate import Estimate, exactly

POLITE: Final[dict[Mode, int]] = {"threads": 8, "async": 10}
MEASURED: Final = "measured on CPython 3.8-3.13, x86-64 Linux"
SHIPPED: Final = f"shipped figures, {MEASURED}"


@dataclass(frozen=True, slots=True)
class Figure:
    """Seconds, and where they come from."""

    seconds: Estimate
    origin: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds to pickle, pass and unpickle one of a class of values, one way.

    text       a short string; `character` is each further one of it, or a byte
    entry      of a dictionary
    instance   of a class with a few attributes
    megabyte   of an array
    message    whatever is in it
    """

    message: Estimate
    number: Estimate
    text: Estimate
    character: Estimate
    entry: Estimate
    instance: Estimate
    megabyte: Estimate


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds for the parts of a parallel loop that are not its work.

    fork, …       starting a pool by a start method: two workers and one task each
    per_thread    one more thread
    task_…        handing over one task: among many of a chunk, alone to a `Pool`, alone to
                  a `ProcessPoolExecutor`, to a thread, to the event loop
    imports_…     importing the library of pools, once in a program
    hand_over     a thread that waits for the GIL gets it, once another gives it up
    pace          how long Python takes for what the tables of costs say, 1 being as long
    crowding      how much longer work takes while all processors are busy
    """

    fork: Figure
    forkserver: Figure
    spawn: Figure
    threads: Figure
    per_thread: Figure
    loop: Figure
    task_chunked: Figure
    task_process: Figure
    task_executor: Figure
    task_thread: Figure
    task_async: Figure
    imports_processes: Figure
    imports_threads: Figure
    hand_over: Figure
    rates: Rates
    crowding: Estimate
    pace: float = 1.0
    origin: str = SHIPPED

    @property
    def calibrated(self) -> bool:
        return self.origin != SHIPPED


RATES: Final = Rates(
    message=exactly(5e-7),
    number=Estimate(5e-8, 1e-7, 2e-7),
    text=Estimate(1e-7, 3e-7, 6e-7),
    character=Estimate(1e-10, 5e-10, 2e-9),
    entry=Estimate(2e-7, 1.4e-6, 3e-6),
    instance=Estimate(2e-6, 6e-6, 2e-5),
    megabyte=Estimate(6e-4, 1.5e-3, 4e-3),
)
DEFAULT: Final = Machine(
    fork=Figure(Estimate(8e-3, 1.2e-2, 2e-2), f"start by fork, {MEASURED}"),
    forkserver=Figure(Estimate(3e-2, 7e-2, 2.5e-1), f"start by forkserver, {MEASURED}"),
    spawn=Figure(Estimate(8e-2, 1.5e-1, 3.6e-1), f"start by spawn, {MEASURED}"),
    threads=Figure(Estimate(7e-5, 1.3e-4, 3e-4), f"a pool of threads, {MEASURED}"),
    per_thread=Figure(Estimate(4e-5, 9e-5, 1.3e-4), f"one thread, {MEASURED}"),
    loop=Figure(Estimate(1e-5, 5e-5, 2e-4), "a group of tasks in a running event loop"),
    task_chunked=Figure(Estimate(3e-7, 1e-6, 8e-6), f"a task among 16 to 256, {MEASURED}"),
    task_process=Figure(Estimate(3e-5, 8e-5, 1.8e-4), f"a task of its own, {MEASURED}"),
    task_executor=Figure(Estimate(9e-5, 1.4e-4, 2.3e-4), f"a task of an executor, {MEASURED}"),
    task_thread=Figure(Estimate(1e-5, 2e-5, 4e-5), f"a task of a thread pool, {MEASURED}"),
    task_async=Figure(Estimate(5e-6, 2e-5, 5e-5), "a task of a running event loop"),
    imports_processes=Figure(Estimate(1.5e-2, 3e-2, 5e-2), f"importing pools, {MEASURED}"),
    imports_threads=Figure(Estimate(5e-3, 1e-2, 2e-2), f"importing executors, {MEASURED}"),
    hand_over=Figure(Estimate(3e-6, 8e-6, 4e-5), "the GIL goes from thread to thread"),
    rates=RATES,
    crowding=Estimate(1.0, 1.05, 1.25),
)
FIGURES: Final = tuple(
    field.name for field in fields(Machine) if isinstance(getattr(DEFAULT, field.name), Figure)
)


def start(machine: Machine, method: str) -> Figure:
    """Process pools by start method; "" for one that is not known: fork at best, spawn at worst."""
    known = {"fork": machine.fork, "forkserver": machine.forkserver, "spawn": machine.spawn}
    if method in known:
        return known[method]
    low, high = machine.fork.seconds.low, machine.spawn.seconds.high
    seconds = Estimate(low, machine.forkserver.seconds.mid, high)
    where = machine.origin if machine.calibrated else MEASURED
    return Figure(seconds, f"fork at best, spawn at worst, {where}")


def worker_count(mode: Mode = "processes", stated: str | None = None) -> int:
    """How many iterations run at a time: as stated, processors that may be used, or a polite
    number. What is stated as an expression has no value here."""
    if stated is not None and stated.isdecimal() and int(stated):
        return int(stated)
    if mode in POLITE:
        return POLITE[mode]
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1
