"""Runs a program with its candidate loops measured, and puts what its processes wrote together.

The program keeps its streams, arguments and exit code. Whatever ends it, what was measured
until then is read.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pfadvisor
from pfadvisor.measure.commands import Command
from pfadvisor.profit.machine import Machine
from pfadvisor.profit.profiles import FileProfile, LoopProfile, Profile

BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
PATIENCE: Final = 10.0
Tables = dict[str, dict[int, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class File:
    """A file with loops to measure, as it was when it was analysed."""

    path: str
    digest: str
    loops: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problem` is what kept something from being measured, "" if nothing did."""

    profile: Profile
    problem: str = ""


def quietly(command: Command, files: Sequence[File], machine: Machine) -> Profile:
    """A profile of a run that nobody sees or answers."""
    return run(command, files, machine, subprocess.DEVNULL).profile


def run(
    command: Command,
    files: Sequence[File],
    machine: Machine,
    streams: int | None = None,
) -> Outcome:
    """Run it, with its own streams if none are given. Raises OSError if it cannot be started."""
    with tempfile.TemporaryDirectory(prefix="pfadvisor-") as folder:
        spec = Path(folder) / "spec.json"
        spec.write_text(json.dumps(_spec(command, files, folder)), encoding="utf-8")
        words = [command.interpreter, *command.options, str(BOOTSTRAP), str(spec)]
        code = waited(words, streams)
        parts = list(_parts(Path(folder)))
    tables: Tables = {}
    for part in parts:
        for path, loops in part["files"].items():
            for loop in loops:
                tables.setdefault(path, {}).setdefault(loop["ordinal"], []).append(loop)
    seconds = max((part["seconds"] for part in parts), default=0.0)
    spent = max((part["spent"] / max(part["seconds"], 1e-9) for part in parts), default=0.0)
    loaded = {path for part in parts for path in part["files"]}
    profile = Profile(
        path="",
        command=tuple(command.plain[1:]),
        seconds=seconds,
        overhead=min(spent, 1.0),
        exit=code,
        python=platform.python_version(),
        files={one.path: _file(one, tables.get(one.path, {}), loaded, machine) for one in files},
    )
    return Outcome(profile, _problem(code, parts))


def waited(words: Sequence[str], streams: int | None = None) -> int:
    """The exit code, -n for signal n. Ctrl-C is the program's: it decides what comes of it."""
    with _deaf():
        return subprocess.Popen(words, stdin=streams, stdout=streams, stderr=streams).wait()


@contextmanager
def _deaf() -> Iterator[None]:
    """The child must hear what its parent does not: a handler is not inherited, ignoring is."""
    try:
        before = signal.signal(signal.SIGINT, lambda *_: None)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _spec(command: Command, files: Sequence[File], folder: str) -> dict[str, Any]:
    return {
        "home": str(Path(pfadvisor.__file__).parent.parent),
        "parts": folder,
        "kind": command.kind,
        "target": command.target,
        "arguments": list(command.arguments),
        "archive": command.archive,
        "files": {one.path: {"digest": one.digest, "loops": one.loops} for one in files},
    }


def _parts(folder: Path) -> Iterator[dict[str, Any]]:
    """What each process of the program kept."""
    for path in sorted(folder.glob("[0-9]*.json")):
        try:
            part = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        yield part


def _problem(code: int, parts: Sequence[Mapping[str, Any]]) -> str:
    if not parts:
        return "nothing was measured: the program ended before it began to run"
    failed = {path: why for part in parts for path, why in part["failed"].items()}
    told = [f"{os.path.relpath(path)} was not measured: {why}" for path, why in failed.items()]
    if code < 0:
        name = signal.Signals(-code).name if -code in {*signal.Signals} else str(-code)
        told.append(f"the program was ended by {name}: what it did last may be missing")
    return "\n".join(told)


def _file(
    file: File, tables: Mapping[int, list[dict[str, Any]]], loaded: set[str], machine: Machine
) -> FileProfile:
    loops = [_loop(loop, tables.get(loop["ordinal"], []), machine) for loop in file.loops]
    return FileProfile(file.digest, file.path in loaded, tuple(loops))


def _loop(
    loop: Mapping[str, Any], tables: Sequence[Mapping[str, Any]], machine: Machine
) -> LoopProfile:
    """One loop over all processes that ran it."""

    def total(key: str) -> float:
        return float(sum(table[key] for table in tables))

    iterations, timed, samples = total("iterations"), total("timed"), total("samples")
    if not iterations:
        return LoopProfile(loop["ordinal"], loop["row"], int(total("entries")), 0)
    mean = total("worked") / timed if timed else 0.0
    wall = total("wall") or 1.0
    whole = total("total") - total("sampling") - total("probing")
    if not total("nested"):  # else an iteration holds others, which the mean counts again
        whole = max(whole, mean * iterations)
    walls = sorted(value for table in tables for value in table["walls"])
    trips = sorted(int(value) for table in tables for value in table["trips"])
    pipe = machine.rates.megabyte.mid / 1e6
    size, sent = _parcels(tables)
    shared = total("capture_seconds") + total("capture_size") * pipe
    return LoopProfile(
        ordinal=loop["ordinal"],
        row=loop["row"],
        entries=int(total("entries")),
        iterations=int(iterations),
        trips=(trips[0], trips[len(trips) // 2], trips[-1]) if trips else (0, 0, 0),
        total=whole,
        wall=(_at(walls, 0.1), _at(walls, 0.5), _at(walls, 0.9)),
        mean=mean,
        cpu=mean * min(total("cpu") / wall, 1.0),
        children=mean * min(total("born") / wall, 1.0),
        waiting=mean * min(total("waited") / wall, 1.0),
        rest=max(whole / iterations - mean, 0.0),
        sent=sent + size * pipe if samples else None,
        shared=shared / len(tables),
        size=int(size),
        unpicklable=tuple(
            f"{name}: {why}" for table in tables for name, why in table["unpicklable"].items()
        ),
    )


def _parcels(tables: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Bytes of an iteration, and seconds to pickle and unpickle them: by the median of a byte,
    as the first value of a kind takes longest."""
    size = seconds = 0.0
    for role in ("argument", "result"):
        found = [parcel for table in tables for parcel in table["parcels"][role]]
        rates = sorted(taken / length for length, taken in found if length)
        mean = sum(length for length, _ in found) / max(len(found), 1)
        size, seconds = size + mean, seconds + mean * _at(rates, 0.5)
    return size, seconds


def _at(values: Sequence[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)] if values else 0.0
