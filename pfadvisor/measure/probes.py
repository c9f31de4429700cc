"""What runs inside the measured program: one probe per loop, told when an iteration does what.

Nothing here may raise, print, or hold on to an object of the program. Probes are constants of
the instrumented code; where such code is pickled, they become functions that do nothing.
"""

from __future__ import annotations

import pickle
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, TypeVar, cast

from pfadvisor.measure.parcels import Counter, TooLong, passed, reason

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

Value = TypeVar("Value")
Usage = tuple[float, int, float]
now: Final = time.perf_counter
ident: Final = threading.get_ident
ALWAYS: Final = 32
ONE_IN: Final = 8
LONG: Final = 1e-3
CHEAP: Final = 5e-6
ENOUGH: Final = 2_000
MOST_KEPT: Final = 512
MOST_SAMPLES: Final = 12
LONGEST_SAMPLING: Final = 0.1
SHORTEST_SAMPLING: Final = 5e-3
SHARE: Final = 0.1  # of the time of the work, which sampling may take besides
THREAD: Final = getattr(resource, "RUSAGE_THREAD", None)


class Kept:
    """Some of many numbers, evenly: when there are too many, every other one is dropped."""

    __slots__ = ("every", "seen", "values")

    def __init__(self) -> None:
        self.values: list[float] = []
        self.every, self.seen = 1, 0

    def add(self, value: float) -> None:
        self.seen += 1
        if self.seen % self.every:
            return
        self.values.append(value)
        if len(self.values) >= MOST_KEPT:
            del self.values[::2]
            self.every *= 2


class Turn:
    """One entry into a loop that is under way; `since` is 0 outside of its compute stage."""

    __slots__ = ("began", "count", "full", "given", "since", "started", "usage", "worked")

    def __init__(self) -> None:
        self.started = now()
        self.began = self.since = self.worked = 0.0
        self.count = 0
        self.full = False
        self.usage: Usage = (0.0, 0, 0.0)
        self.given: list[object] | None = None


def task() -> int:
    """The asyncio task that runs, else the thread."""
    asyncio = sys.modules.get("asyncio")
    try:
        found = asyncio.current_task() if asyncio is not None else None
    except RuntimeError:
        found = None
    return ident() if found is None else id(found)


class Probe:
    """The measurements of one loop; what callers may do is named as the code does it."""

    due: float = float("inf")
    pickling: float = 0.0
    within: float = 0.0
    tell: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, loop: dict[str, Any]) -> None:
        self.loop = loop
        self.inputs: Sequence[str] = loop["inputs"]
        self.captures: Sequence[str] = loop["captures"]
        self.handed: Sequence[str] = loop["handed"]
        self.children: bool = loop["children"]
        self.key = task if loop["awaits"] else ident
        self.turns: dict[int, list[Turn]] = {}
        self.clear()

    def clear(self) -> None:
        self.entries = self.iterations = self.timed = self.full = 0
        self.total = self.worked = self.wall = self.cpu = self.waited = self.born = 0.0
        self.light = self.nested = False
        self.trips, self.walls = Kept(), Kept()
        self.next_sample, self.samples, self.sampling = 1, 0, 0.0
        self.captured, self.capture_size, self.capture_seconds = False, 0, 0.0
        self.parcels: dict[str, list[tuple[int, float]]] = {"argument": [], "result": []}
        self.parts: dict[str, list[tuple[int, float]]] = {"argument": [], "result": []}
        self.unpicklable: dict[str, str] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        silent = dict.fromkeys(("enter", "tick", "go", "stop", "tock", "leave"), dict)
        same = partial(cast, None)
        return SimpleNamespace, (), {**silent, "give": same, "done": same}

    # -- the loop ----------------------------------------------------------------------------

    def enter(self) -> None:
        self.entries += 1
        key = self.key()
        turns = self.turns.get(key)
        if turns is None:
            turns = self.turns[key] = []
        turns.append(Turn())

    def leave(self) -> None:
        turns = self.turns.get(self.key())
        if not turns:
            return
        turn = turns.pop()
        if turn.began:
            self._finish(turn)
        if turns:
            self.nested = True  # its time is part of that of the turn around it
        else:
            self.turns.pop(self.key(), None)
            self.total += now() - turn.started
        self.trips.add(turn.count)

    def done(self, value: Value) -> Value:
        """The end of a comprehension, which is an expression."""
        self.leave()
        return value

    def open(self) -> Turn | None:
        turns = self.turns.get(self.key())
        return turns[-1] if turns else None

    # -- an iteration ------------------------------------------------------------------------

    def tick(self) -> None:
        """An iteration begins."""
        self.iterations += 1
        turn = self.open()
        if turn is None:
            return
        turn.count += 1
        if self.light:
            return
        if turn.began:
            self._finish(turn)
        turn.full = (
            self.iterations <= ALWAYS
            or not self.iterations % ONE_IN
            or (self.worked > LONG * self.timed)
        )
        turn.worked = turn.since = 0.0
        turn.began = now()
        if turn.began > Probe.due:
            Probe.tell()

    def go(self) -> None:
        """Compute begins. What a worker would get is there now."""
        turn = self.open()
        if turn is None:
            return
        if turn.count == 0 or turn.began == 0.0:
            return
        if self.iterations >= self.next_sample and self.may_sample:
            self._sample(turn, sys._getframe(1))
        if turn.full:
            turn.usage = usage(self.children)
        turn.since = now()

    @property
    def may_sample(self) -> bool:
        """What takes long to pickle is not tried often, and beside much work only."""
        return self.samples < MOST_SAMPLES and self.sampling <= min(
            LONGEST_SAMPLING, SHORTEST_SAMPLING + SHARE * self.worked
        )

    def stop(self) -> None:
        """Compute ends, for now."""
        end = now()
        turn = self.open()
        if turn is None or not turn.since:
            return
        taken = max(end - turn.since - Probe.within, 0.0)
        turn.worked += taken
        if turn.full:
            self._account(turn, taken)
        turn.since = 0.0

    def give(self, value: Value) -> Value:
        """Compute ends with a value that a worker would give."""
        self.stop()
        turn = self.open()
        if turn is not None and turn.given is not None:
            turn.given.append(value)
        return value

    def tock(self) -> None:
        """An iteration ends, however it ends."""
        turn = self.open()
        if turn is None or not turn.began:
            return
        if turn.since:
            self.stop()
        self._finish(turn)
        if turn.given is not None:
            self._given(turn, sys._getframe(1))

    def _finish(self, turn: Turn) -> None:
        self.timed += 1
        self.worked += turn.worked
        self.walls.add(turn.worked)
        turn.began = 0.0
        if self.timed == ENOUGH and self.worked < CHEAP * ENOUGH:
            self.light = True

    def _account(self, turn: Turn, wall: float) -> None:
        cpu, switches, children = usage(self.children)
        cpu, born = cpu - turn.usage[0], children - turn.usage[2]
        self.full += 1
        self.wall += wall
        self.cpu += min(cpu, wall)
        self.born += born
        if switches != turn.usage[1]:
            self.waited += max(wall - cpu - born, 0.0)

    # -- what would be sent ------------------------------------------------------------------

    def _sample(self, turn: Turn, frame: Any) -> None:
        start = now()
        self.next_sample = self.iterations * 2
        self.samples += 1
        names = frame.f_locals
        found = [(name, names[name]) for name in self.inputs if name in names]
        self._item("argument", found)
        if not self.captured:
            shared = [(name, names[name]) for name in self.captures if name in names]
            self._capture(shared)
        turn.given = []
        self.sampling += now() - start

    def _given(self, turn: Turn, frame: Any) -> None:
        start = now()
        given, turn.given = turn.given or [], None
        names = frame.f_locals
        found = [("", value) for value in given]
        found += [(name, names[name]) for name in self.handed if name in names]
        self._item("result", found)
        self.sampling += now() - start

    def _capture(self, found: list[tuple[str, object]]) -> None:
        size, seconds, whole = self._passed("capture", found)
        self.captured = whole
        self.capture_size = max(size, self.capture_size)
        self.capture_seconds = max(seconds, self.capture_seconds)

    def _item(self, role: str, found: list[tuple[str, object]]) -> None:
        size, seconds, whole = self._passed(role, found)
        (self.parcels if whole else self.parts)[role].append((size, seconds))

    def _passed(self, role: str, found: list[tuple[str, object]]) -> tuple[int, float, bool]:
        """Bytes, and seconds to pickle and unpickle beyond those for nothing; if there is no
        time for it all, those of a part."""
        values = [value for _, value in found]
        start = now()
        counter = Counter(start + max(SHORTEST_SAMPLING, SHARE * self.worked))
        try:
            size, seconds = passed(values, counter)
        except TooLong:
            return counter.size, now() - start, False
        except Exception as error:
            self._blame(role, found, error)
            return 0, 0.0, True
        return size, max(seconds - Probe.pickling, 0.0), True

    def _blame(self, role: str, found: list[tuple[str, object]], error: Exception) -> None:
        for name, value in found:
            try:
                pickle.Pickler(Counter(), 4).dump(value)
            except Exception as own:
                self.unpicklable[f"{role} {name}".rstrip()] = reason(own)
        if not self.unpicklable:
            self.unpicklable[role] = reason(error)

    def table(self) -> dict[str, Any]:
        """All that was measured, as JSON holds it."""
        keys = (
            "entries", "iterations", "timed", "full", "total", "worked", "wall", "cpu", "waited",
            "born", "samples", "capture_size", "capture_seconds", "sampling", "light",
            "nested",
        )  # fmt: skip
        return {
            "ordinal": self.loop["ordinal"],
            **{key: getattr(self, key) for key in keys},
            "trips": sorted(self.trips.values),
            "walls": sorted(self.walls.values),
            "parcels": {role: self.parcels[role] or self.parts[role] for role in self.parcels},
            "unpicklable": self.unpicklable,
        }


class Stream(Probe):
    """The probe of a generator expression: nothing tells when it ends."""

    def enter(self) -> None:
        turn = self.open()
        if turn is None:
            Probe.enter(self)
            return
        self.entries += 1
        self.trips.add(turn.count)
        turn.count = 0

    def tick(self) -> None:
        if self.open() is None:
            Probe.enter(self)
        Probe.tick(self)


def usage(children: bool) -> Usage:
    """(CPU seconds of this thread, how often it gave the processor up, CPU of children)."""
    if THREAD is None:
        return time.thread_time(), time.perf_counter_ns(), 0.0
    own = resource.getrusage(THREAD)
    born = 0.0
    if children:
        all_ = resource.getrusage(resource.RUSAGE_CHILDREN)
        born = all_.ru_utime + all_.ru_stime
    return time.thread_time(), own.ru_nvcsw, born
