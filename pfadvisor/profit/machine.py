"""The machine that a prediction is made for: workers, and what starting and feeding them costs.

Shipped figures are medians and extremes over CPython 3.8 to 3.13 on x86-64 Linux; each says
where it comes from. Nothing is measured here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from pfadvisor.model import Mode
from pfadvisor.profit.estimate import Estimate

POLITE: Final[dict[Mode, int]] = {"threads": 8, "async": 10}
MEASURED: Final = "measured on CPython 3.8-3.13, x86-64 Linux"


@dataclass(frozen=True, slots=True)
class Figure:
    """Seconds, and where they come from."""

    seconds: Estimate
    origin: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds for the parts of a parallel loop that are not its work.

    start      a pool, by start method: two workers and one task each
    per_worker threads only: one more thread
    dispatch   handing over one task; processes send several at a time where tasks are short
    """

    fork: Figure
    forkserver: Figure
    spawn: Figure
    threads: Figure
    per_thread: Figure
    loop: Figure
    task_chunked: Figure
    task_process: Figure
    task_thread: Figure
    task_async: Figure


DEFAULT: Final = Machine(
    fork=Figure(Estimate(8e-3, 1.2e-2, 2e-2), f"start by fork, {MEASURED}"),
    forkserver=Figure(Estimate(3e-2, 7e-2, 2.5e-1), f"start by forkserver, {MEASURED}"),
    spawn=Figure(Estimate(8e-2, 1.5e-1, 3.6e-1), f"start by spawn, {MEASURED}"),
    threads=Figure(Estimate(7e-5, 1.3e-4, 3e-4), f"a pool of threads, {MEASURED}"),
    per_thread=Figure(Estimate(4e-5, 9e-5, 1.3e-4), f"one thread, {MEASURED}"),
    loop=Figure(Estimate(1e-5, 5e-5, 2e-4), "a group of tasks in a running event loop"),
    task_chunked=Figure(Estimate(3e-7, 1e-6, 8e-6), f"a task among 16 to 256, {MEASURED}"),
    task_process=Figure(Estimate(3e-5, 8e-5, 1.8e-4), f"a task of its own, {MEASURED}"),
    task_thread=Figure(Estimate(1e-5, 2e-5, 4e-5), f"a task of a thread pool, {MEASURED}"),
    task_async=Figure(Estimate(5e-6, 2e-5, 5e-5), "a task of a running event loop"),
)


def start(machine: Machine, method: str) -> Figure:
    """Process pools by start method; "" for one that is not known: fork at best, spawn at worst."""
    known = {"fork": machine.fork, "forkserver": machine.forkserver, "spawn": machine.spawn}
    if method in known:
        return known[method]
    low, high = machine.fork.seconds.low, machine.spawn.seconds.high
    seconds = Estimate(low, machine.forkserver.seconds.mid, high)
    return Figure(seconds, f"fork at best, spawn at worst, {MEASURED}")


def worker_count(mode: Mode = "processes") -> int:
    """How many iterations run at a time: processors that may be used, or a polite number."""
    if mode in POLITE:
        return POLITE[mode]
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1
