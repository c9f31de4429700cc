"""Keeps what the probes of a process measured in a file, whatever becomes of the process.

The file is replaced in one step, every half second while loops run and when the process
ends; a forked child begins a file of its own.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.machinery
import json
import os
import threading
import time
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

from pfadvisor.measure.instrument import instrumented
from pfadvisor.measure.parcels import passed, reason
from pfadvisor.measure.probes import Probe

OFTEN: Final = 0.5
now: Final = time.perf_counter
TRIALS: Final = 100
ROUNDS: Final = 5
WAYS: Final = ((0, False), (1_000_001, False), (1_000_001, True))  # iterations so far, light
IDLE: Final[dict[str, Any]] = {
    "ordinal": 0, "inputs": [], "captures": [], "handed": [], "children": False, "awaits": False,
}  # fmt: skip


class Recorder:
    """`files`: loops to measure by real path, as `candidates` describes them."""

    def __init__(self, files: dict[str, Any], folder: str) -> None:
        self.files, self.folder = files, folder
        self.started, self.spent = now(), 0.0
        self.probes: dict[str, list[Probe]] = {}
        self.failed: dict[str, str] = {}
        self.lock = threading.Lock()
        self.price = price()

    def install(self) -> None:
        """Instrument what is imported from now on, and be there at every end."""
        loader = importlib.machinery.SourceFileLoader
        plain = loader.get_code

        def get_code(this: Any, fullname: str) -> CodeType | None:
            path = this.get_filename(fullname)
            made = self.code(path, lambda: this.get_data(path))
            return plain(this, fullname) if made is None else made

        loader.get_code = get_code  # type: ignore[assignment, method-assign]
        Probe.tell = self.keep
        self.keep()
        atexit.register(self.keep)
        for name in ("_exit", "execv", "execve"):
            self._before(name)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def code(self, path: str, data_of: Callable[[], bytes]) -> CodeType | None:
        """The instrumented code of a file, None if it is run as it is."""
        real = os.path.realpath(path)
        wanted = self.files.get(real)
        if wanted is None:
            return None
        start = now()
        try:
            data = data_of()
            if hashlib.sha256(data).hexdigest() != wanted["digest"]:
                self.failed[real] = "it changed after it was analysed"
                return None
            code, probes = instrumented(data, path, wanted["loops"])
        except Exception as error:
            self.failed[real] = reason(error)
            return None
        finally:
            self.spent += now() - start
        self.probes.setdefault(real, []).extend(probes)
        return code

    def keep(self) -> None:
        """Write what there is. Who comes while another thread writes need not."""
        if not self.lock.acquire(blocking=False):
            return
        start = now()
        path = os.path.join(self.folder, f"{os.getpid()}.json")
        try:
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                json.dump(self._table(), file)
            os.replace(f"{path}.new", path)
        except OSError:
            pass
        finally:
            self.spent += now() - start
            Probe.due = now() + OFTEN
            self.lock.release()

    def _table(self) -> dict[str, Any]:
        files = {path: [one.table() for one in probes] for path, probes in self.probes.items()}
        loops = [one for tables in files.values() for one in tables]
        for one in loops:
            one["probing"] = self._probing(one)
        probing = sum(one["probing"] + one["sampling"] for one in loops)
        return {
            "seconds": now() - self.started,
            "spent": self.spent + probing,
            "files": files,
            "failed": self.failed,
        }

    def _probing(self, loop: dict[str, Any]) -> float:
        full, timed, light = self.price
        counted = max(loop["iterations"] - loop["timed"], 0)
        return float(loop["full"] * full + loop["timed"] * timed + counted * light)

    def _before(self, name: str) -> None:
        plain = getattr(os, name)

        def ending(*arguments: Any) -> Any:
            self.keep()
            return plain(*arguments)

        ending.__name__ = ending.__qualname__ = name
        ending.__doc__ = plain.__doc__
        setattr(os, name, ending)

    def _forked(self) -> None:
        self.lock = threading.Lock()
        self.started, self.spent = now(), 0.0
        for probes in self.probes.values():
            for probe in probes:
                probe.clear()


def price() -> tuple[float, float, float]:
    """Seconds that probing adds to an iteration: what full measuring adds to timing, timing,
    and counting. Finds out what pickling and a compute stage take for nothing, too."""
    probe = Probe(IDLE)
    probe.next_sample = 1 << 60
    probe.enter()
    full, timed, light = (min(_trial(probe, *how) for _ in range(ROUNDS)) for how in WAYS)
    probe.leave()
    Probe.within = sorted(probe.walls.values)[len(probe.walls.values) // 2]
    Probe.pickling = min(passed([None])[1] for _ in range(ROUNDS))
    return max(full - timed, 0.0), timed, light


def _trial(probe: Probe, iterations: int, light: bool) -> float:
    """Seconds of an iteration in which nothing is done."""
    start = now()
    for _ in range(TRIALS):
        probe.iterations, probe.worked, probe.light = iterations, -1.0, light
        probe.tick()
        probe.go()
        probe.give(None)
        probe.tock()
    return (now() - start) / TRIALS
