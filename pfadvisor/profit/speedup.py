"""Whether running a loop's iterations at the same time pays, and from how many on.

    serial(n)   = n * (work + rest)
    parallel(n) = start + n * (rest + dispatch + transfer / 2)
                        + most(n) * (work * crowding + transfer / 2)

with `work` the compute stage of an iteration and `rest` its head and commit, which stay in the
parent; `most` is how many iterations come to one worker, in the chunks that go there. In threads
and tasks, work that holds the GIL counts with the rest. Each figure has a lowest, likeliest and
highest value: `yes` if even the worst reading pays, `no` if the likely one does not, nor, where
sizes are not known, one of larger sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from pfadvisor.model import Mode, Profit, Term, Worth
from pfadvisor.profit import machine as machines
from pfadvisor.profit.estimate import NONE, ONCE, Estimate, Interval, between, exactly, plus, times
from pfadvisor.profit.machine import Figure, Machine
from pfadvisor.profit.workload import Workload

AT_ONCE: Final = 4
CHUNKS: Final = 4  # that a `Pool` makes for each worker
MANY: Final = 1_000_000
FEW: Final = 100
JUST_MORE: Final = 1.01
LARGER: Final = 1 / 3
Pick = Callable[[Estimate], float]
ALONE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Setting:
    """One reading of all figures. `shared` is what an iteration does in turn with all others;
    `divided`: a `Pool` divides the iterations, into some chunks for each worker."""

    serial: float
    start: float
    shared: float
    work: float
    wait: float
    cores: int
    workers: int
    overlap: bool = False
    mostly_serial: bool = False
    divided: bool = False

    def parallel(self, n: int) -> float:
        rounds = self.most(n, self.cores) * self.work + self.most(n, self.workers) * self.wait
        turns = n * self.shared
        least = max(turns, rounds, (turns + n * self.work) / self.cores)
        return self.start + (least if self.overlap else turns + rounds)

    def most(self, n: int, workers: int) -> int:
        """The iterations that come to the busiest worker."""
        chunk = ceil(n / (CHUNKS * workers)) if self.divided else 1
        return min(ceil(ceil(n / chunk) / workers) * chunk, n) if n else 0

    def speedup(self, n: int) -> float:
        return n * self.serial / self.parallel(n) if n and self.serial else 0.0

    def break_even(self) -> int | None:
        """The least number of iterations that gains anything."""
        if self.speedup(MANY * max(self.cores, self.workers)) <= 1:
            return None
        low, high = 1, MANY * max(self.cores, self.workers)
        for n in range(2, 65):
            if self.speedup(n) > 1:
                return n
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.speedup(middle) > 1 else (middle, high)
        return high


def predict(
    work: Workload,
    rest: Interval | Estimate,
    iterations: int | None,
    mode: Mode,
    transfer: Interval | Estimate,
    *,
    workers: int,
    threads: int | None = None,
    min_speedup: float = 1.2,
    max_break_even: int = 10_000,
    calls_per_program: int = 1,
    start_method: str = "",
    machine: Machine = machines.DEFAULT,
    alone: bool = False,
    divided: bool = False,
    once: Estimate = NONE,
    certain: bool = True,
) -> Profit:
    """The profit of running `work` in `workers` processes, or in `threads` threads or tasks.

    `rest` and `transfer` are seconds per iteration, an interval or an estimate;
    `calls_per_program`: how often the loop starts a pool; `alone`: tasks go to their workers one by
    one, whatever they take; `divided`: a `Pool` divides them; `once`: seconds that the first pool
    takes besides, which is `certain` to be this one, or is so at worst.
    """
    iterations = work.iterations if iterations is None else iterations
    share = times(once, exactly(1 / max(calls_per_program, 1)))
    first = share if certain else Estimate(0.0, 0.0, share.high)
    figures = _figures(work, mode, machine, start_method, alone=alone, first=first)
    size = workers if mode == "processes" else threads or machines.worker_count(mode)
    serial = _estimate(rest)
    sent = _estimate(transfer) if mode == "processes" else NONE
    forecast = Forecast(
        *_readings(work, serial, sent, figures, mode, workers, size, divided=divided),
        iterations,
        min_speedup,
        max_break_even,
        share.mid - first.mid,
    )
    terms = _terms(figures, serial, sent, calls_per_program)
    return _profit(forecast, work, size, (*work.terms, *terms), machine.origin)


def _profit(
    forecast: Forecast, work: Workload, size: int, terms: tuple[Term, ...], constants: str
) -> Profit:
    worth = _worth(forecast, work)
    seconds = plus(plus(work.held, work.released), work.waiting)
    return Profit(
        worth,
        forecast.iterations,
        seconds.interval,
        forecast.promise,
        forecast.speedup(worth),
        size,
        terms,
        _reason(forecast, seconds) if worth == "no" else _condition(worth, work),
        forecast.likely.speedup(forecast.count),
        constants,
        break_even_later=forecast.break_even,
    )


def chunksize(work: Workload, iterations: int | None, workers: int) -> int | None:
    """How many iterations go to a worker at a time, where there are that many, so that each gets
    several such chunks; None where it does not matter."""
    likely = work.held.mid + work.released.mid + work.waiting.mid
    if likely >= ALONE or not likely:
        return None
    wanted = min(ceil(ALONE * 2 / likely), 1_000)
    if iterations is not None:
        wanted = max(min(wanted, iterations // (4 * workers)), 1)
    return _rounded(wanted)


def _rounded(number: int) -> int:
    """The number as a person would write it: from ten on 1, 2 or 5 and zeros."""
    power = 10 ** (len(str(number)) - 1)
    return number if number < 10 else max(n for n in (1, 2, 5) if n * power <= number) * power


# -- figures -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Figures:
    start: Figure
    dispatch: Figure
    crowding: Estimate


def _figures(
    work: Workload,
    mode: Mode,
    machine: Machine,
    start_method: str,
    *,
    alone: bool,
    first: Estimate,
) -> _Figures:
    if mode == "processes":
        likely = work.held.mid + work.released.mid + work.waiting.mid
        task = machine.task_process if likely >= ALONE else machine.task_chunked
        if alone:
            task = machine.task_executor
        start = machines.start(machine, start_method)
        return _Figures(_with(start, first), task, machine.crowding)
    if mode == "async":
        return _Figures(machine.loop, machine.task_async, ONCE)
    return _Figures(_with(machine.threads, first), _thread_task(machine, work), machine.crowding)


def _with(start: Figure, first: Estimate) -> Figure:
    """A start, with what the first one in a program takes besides."""
    return Figure(plus(start.seconds, first), start.origin) if first.high else start


def _thread_task(machine: Machine, work: Workload) -> Figure:
    """A task of a thread pool, with its share of starting the threads. One that computes without
    the GIL waits for it once more when it is done."""
    share = times(machine.per_thread.seconds, exactly(1 / machines.POLITE["threads"]))
    task = Figure(plus(machine.task_thread.seconds, share), machine.task_thread.origin)
    if not work.released.high:
        return task
    regained = machine.hand_over
    return Figure(plus(task.seconds, regained.seconds), f"{task.origin}; {regained.origin}")


def _estimate(seconds: Interval | Estimate) -> Estimate:
    return seconds if isinstance(seconds, Estimate) else between(*seconds)


def _readings(
    work: Workload,
    rest: Estimate,
    sent: Estimate,
    figures: _Figures,
    mode: Mode,
    workers: int,
    size: int,
    *,
    divided: bool,
) -> tuple[Setting, Setting, Setting, Setting]:
    alone = mode == "processes"

    def reading(gain: Pick, loss: Pick, sending: Pick, *, overlap: bool = False) -> Setting:
        held, released, wait = gain(work.held), gain(work.released), gain(work.waiting)
        half = sending(sent) / 2
        shared = rest.mid + loss(figures.dispatch.seconds) + half
        return Setting(
            serial=held + released + wait + rest.mid,
            start=loss(figures.start.seconds),
            shared=shared if alone else shared + held,
            work=(released + held if alone else released) * loss(figures.crowding) + half,
            wait=wait,
            cores=workers if alone else max(min(workers, size), 1),
            workers=size,
            overlap=overlap,
            divided=divided and alone,
            mostly_serial=rest.mid > held + released + wait,
        )

    return (
        reading(_low, _high, _high),
        reading(_mid, _mid, _mid),
        reading(_large, _mid, _large),
        reading(_high, _low, _low, overlap=True),
    )


def _low(value: Estimate) -> float:
    return value.low


def _mid(value: Estimate) -> float:
    return value.mid


def _high(value: Estimate) -> float:
    return value.high


def _large(value: Estimate) -> float:
    """Where sizes are not known: if they are larger than they usually are."""
    if not value.unbounded:
        return value.mid
    return float(value.mid ** (1 - LARGER) * value.high**LARGER)


# -- worth ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forecast:
    """The readings of all figures, and what is asked of them."""

    worst: Setting
    likely: Setting
    large: Setting
    best: Setting
    iterations: int | None
    min_speedup: float
    max_break_even: int
    first: float

    @property
    def telling(self) -> Setting:
        """The likely reading, or that of larger sizes where only they would pay."""
        return self.likely if self.pays(self.likely) or not self.pays(self.large) else self.large

    def pays(self, reading: Setting) -> bool:
        found = reading.break_even()
        realistic = found is not None and found <= self.max_break_even
        return realistic and reading.speedup(MANY) >= self.min_speedup

    @property
    def break_even(self) -> int | None:
        return self.telling.break_even()

    @property
    def count(self) -> int:
        """How many iterations the gain is told for."""
        return self.iterations or max(10 * (self.break_even or 0), FEW)

    @property
    def promise(self) -> int | None:
        """The break-even that holds for the first pool of a program, too."""
        reading = self.telling
        return replace(reading, start=reading.start + self.first).break_even()

    def speedup(self, worth: Worth) -> Interval:
        """`depends`: if sizes are what the break-even takes them for, or larger."""
        count = self.count
        sure = worth != "depends" and self.pays(self.worst)
        low = self.telling if worth != "no" and not sure else self.worst
        gains = (low.speedup(count), self.telling.speedup(count), self.best.speedup(count))
        return min(gains), max(gains)


def _worth(forecast: Forecast, work: Workload) -> Worth:
    """`min_speedup` 0 asks for whatever is legal."""
    if forecast.min_speedup <= 0:
        return "yes"
    if forecast.iterations is None:
        return _worth_unknown(forecast, work)
    n, wanted = forecast.iterations, forecast.min_speedup
    if forecast.worst.speedup(n) >= wanted:
        return "yes"
    return "depends" if forecast.telling.speedup(n) >= wanted else "no"


def _worth_unknown(forecast: Forecast, work: Workload) -> Worth:
    if not forecast.pays(forecast.telling):
        return "no"
    least = forecast.break_even
    if least is None or least > AT_ONCE:
        return "depends"
    if forecast.worst.speedup(MANY) < forecast.min_speedup:
        return "depends"
    worst = forecast.worst.break_even()
    soon = worst is not None and worst <= 2 * AT_ONCE
    return "yes" if soon or work.kind in ("io", "async") else "depends"


def _reason(forecast: Forecast, seconds: Estimate) -> str:
    """Why it does not pay, with the number that says so."""
    cost = f"an iteration takes about {_shown(seconds.mid)}"
    if forecast.break_even is None or forecast.telling.speedup(MANY) < forecast.min_speedup:
        most = forecast.telling.speedup(MANY)
        if most < JUST_MORE and not forecast.telling.mostly_serial:
            return f"{cost}, less than it costs to hand it to a worker"
        why = ", what stays in order takes longer" if forecast.telling.mostly_serial else ""
        return (
            f"{cost}{why}: it would gain {most:.2f}x at most, less than {forecast.min_speedup:g}x"
        )
    found = f"{cost}: it pays from about {forecast.promise} iterations on"
    return found if forecast.iterations is None else f"{found}, and there are {forecast.iterations}"


def _condition(worth: Worth, work: Workload) -> str:
    """What the gain hangs on besides the number of iterations."""
    hangs = worth == "depends" and work.files and work.kind == "io"
    return "what is in memory already is not waited for" if hangs else ""


def _shown(seconds: float) -> str:
    for limit, factor, unit in ((1e-6, 1e9, "ns"), (1e-3, 1e6, "us"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.0f} {unit}"
    return f"{seconds:.1f} s"


# -- terms ---------------------------------------------------------------------------------


def _terms(figures: _Figures, rest: Estimate, sent: Estimate, calls: int) -> tuple[Term, ...]:
    start = times(figures.start.seconds, exactly(float(max(calls, 1))))
    often = f", paid {calls} times" if calls > 1 else ""
    found = (
        ("start of the workers", start, figures.start.origin + often),
        ("handing over a task", figures.dispatch.seconds, figures.dispatch.origin),
        ("sending arguments and results", sent, "types and sizes, pickled"),
        ("serial part per iteration", rest, "head and commit stay in order"),
    )
    return tuple(Term(name, time.interval, origin) for name, time, origin in found if time.high)
