"""Whether the tables tell the truth about the GIL: `gil.py [NAMES]` runs each call beside a thread
that is always ready to compute, and in one thread and in two at once for twice the work.

`left` is the part of the processor time that the other thread gets meanwhile, at best: half of it
or more if the call runs without the GIL, and next to nothing if it holds it, whatever else the
machine does. No thread is made to give way. `ratio` is how many times as long two threads take as
one, of best times; it tells the same on a quiet machine only, so that `left` decides. `idle` is the
part of the call in which the process does not compute: a line that says what its call waits for,
of those that are made to wait here, must prove right in that, too. Some calls are also measured
with less data than the line says they release the GIL for. Exits with 1 if a line is contradicted.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gil_waits import WAITING, Call, Make
from gil_work import SMALL, SMALL_SIZE, WORK

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.knowledge import Knowledge

CALLS = WAITING | WORK
LEAST_SECONDS = 0.03  # what takes less is repeated: others must get their turn meanwhile
FEWEST, MOST = 4, 25  # tries
FREE, TAKEN = 0.2, 0.1  # parts of the processor time that others get
AT_ONCE, IN_TURN = 1.35, 1.65  # times as long
IDLE = 0.5
LONG = 60.0  # seconds; longer than any call


@dataclass
class Measured:
    """Seconds of one thread and of two, and what the calls left to others, in each try."""

    one: list[float] = field(default_factory=list)
    two: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return min(self.two) / min(self.one)

    @property
    def at_once(self) -> bool | None:
        """Whether others run during the call; None if it is not clear."""
        if max(self.left) >= FREE:
            return True
        return False if max(self.left) <= TAKEN else None


def line_of(name: str) -> Effect:
    line = Knowledge().call(name)
    if line is None:
        raise SystemExit(f"{name}: no table has a line")
    return line


def is_stated(name: str, *, small: bool) -> bool:
    """Whether the line says that others can run meanwhile."""
    line = line_of(name)
    if name in WAITING:
        return bool(line.blocks)
    return line.gil == "released" and not (small and line.gil_above > SMALL_SIZE)


def often_enough(call: Call) -> Call:
    spent = LONG
    for _ in range(3):
        start = time.perf_counter()
        call()
        spent = min(spent, time.perf_counter() - start)
    times = int(LEAST_SECONDS / spent) + 1

    def repeat() -> None:
        for _ in range(times):
            call()

    return repeat


@contextmanager
def beside() -> Iterator[None]:
    """Another thread computes, and gives way at once; none is made to."""
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        while not ended.is_set():
            time.sleep(0)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(LONG)
    other = threading.Thread(target=work)
    other.start()
    begun.wait()
    try:
        yield
    finally:
        ended.set()
        other.join()
        sys.setswitchinterval(usual)


def left_by(call: Call) -> float:
    with beside():
        own, every = time.thread_time(), time.process_time()
        call()
        own, every = time.thread_time() - own, time.process_time() - every
    return 1 - own / every


def seconds(pool: ThreadPoolExecutor, calls: Sequence[Call]) -> tuple[float, float]:
    """By the clock, and the part in which the process did not compute."""
    start, spent = time.perf_counter(), time.process_time()
    for running in [pool.submit(call) for call in calls]:
        running.result()
    passed = time.perf_counter() - start
    return passed, 1 - (time.process_time() - spent) / passed


def measured(make: Make, stated: bool) -> Measured:
    """As many tries as are needed for what was stated to show, if it is so."""
    found = Measured()
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(2) as pool:
        folders = [Path(place) / name for name in "ab"]
        for folder in folders:
            folder.mkdir()
        calls = [often_enough(make(folder)) for folder in folders]
        seconds(pool, calls)
        while len(found.one) < FEWEST or (found.at_once != stated and len(found.one) < MOST):
            found.left.append(left_by(calls[0]))
            passed, idle = seconds(pool, calls[:1])
            found.one.append(passed)
            found.idle.append(idle)
            found.two.append(seconds(pool, calls)[0])
    return found


def verdict(found: Measured, stated: bool, *, waits: bool) -> str:
    if found.at_once is None:
        return "unclear"
    right = found.at_once == stated and not (waits and max(found.idle) < IDLE)
    return "agrees" if right else "DISAGREES"


def by_times(found: Measured, stated: bool) -> str:
    clear = found.ratio <= AT_ONCE or found.ratio >= IN_TURN
    return ("agrees" if (found.ratio <= AT_ONCE) == stated else "not") if clear else "unclear"


def words(name: str) -> str:
    line = line_of(name)
    above = f" above {line.gil_above}" if line.gil_above else ""
    return f"{line.gil}{above}{', waits: ' * bool(line.blocks)}{line.blocks}"


def judged(name: str, make: Make, *, small: bool) -> tuple[str, str]:
    stated = is_stated(name, small=small)
    found = measured(make, stated)
    result = verdict(found, stated, waits=name in WAITING), by_times(found, stated)
    size = f" of {SMALL_SIZE} bytes" if small else ""
    print(
        f"{name + size:46} {words(name):24} {1000 * min(found.one):7.1f} ms {max(found.idle):5.0%} "
        f"{max(found.left):5.0%}  {result[0]:9} {found.ratio:6.2f} {result[1]}",
        flush=True,
    )
    return result


def main() -> int:
    wanted = sys.argv[1:] or [*CALLS]
    print(f"{'call':46} {'stated':24} {'one':>10} {'idle':>5} {'left':>5}  {'':9} {'ratio':>6}")
    found = [judged(name, CALLS[name], small=False) for name in wanted]
    found += [judged(name, SMALL[name], small=True) for name in wanted if name in SMALL]
    for part, what in enumerate(
        ("by what the call left to others", "by the times of one and two threads")
    ):
        said = [each[part] for each in found]
        counts = ", ".join(f"{said.count(word)} {word}" for word in sorted({*said}))
        print(f"{len(found)} calls, {what}: {counts}")
    return int(any(by_share == "DISAGREES" for by_share, _ in found))


if __name__ == "__main__":
    sys.exit(main())
