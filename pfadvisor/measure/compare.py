"""Runs a program before and after a change of one of its files, in turns, and compares.

Each run has a copy of the project of its own, so that what a run writes is not there for the
next. The best of several runs counts: what else a machine does only ever adds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pfadvisor.measure.commands import Command

LEFT_OUT: Final = frozenset(
    {".git", ".hg", ".svn", ".tox", ".nox", ".venv", "__pycache__", "node_modules"}
)
ENVIRONMENT_MARK: Final = "pyvenv.cfg"


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: seconds, and what a user sees of it."""

    seconds: float
    code: int
    out: bytes
    err: bytes


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds of the best run each. `difference`: what the change did to the program, "" if
    nothing that shows; `unsteady`: its output is another each time, and was not compared."""

    before: float
    after: float
    difference: str
    unsteady: bool = False


def compare(
    command: Command,
    root: Path,
    cwd: Path,
    changed: Path,
    text: bytes,
    runs: int,
    told: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Raises OSError if a copy cannot be made or the program cannot be started."""
    before: list[Ran] = []
    after: list[Ran] = []
    for number in range(runs):
        told(number)
        before.append(_in_copy(command, root, cwd, None, text))
        after.append(_in_copy(command, root, cwd, changed, text))
    unsteady = len({run.out for run in before}) > 1
    return Comparison(
        min(run.seconds for run in before),
        min(run.seconds for run in after),
        _difference(before, after, unsteady=unsteady),
        unsteady,
    )


def _in_copy(command: Command, root: Path, cwd: Path, changed: Path | None, text: bytes) -> Ran:
    with tempfile.TemporaryDirectory(prefix="pfadvisor-") as folder:
        copy = Path(folder) / root.name
        shutil.copytree(root, copy, symlinks=True, ignore=_left_out)
        if changed is not None:
            (copy / changed.relative_to(root)).write_bytes(text)
        words = [_moved(word, root, copy) for word in command.plain]
        return _timed(words, copy / cwd.relative_to(root), copy)


def _timed(words: Sequence[str], cwd: Path, copy: Path) -> Ran:
    places = [str(copy), str(copy / "src"), os.environ.get("PYTHONPATH")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, places)),
        "PYTHONHASHSEED": "0",
    }
    start = time.perf_counter()
    ran = subprocess.run(
        words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True
    )
    seconds = time.perf_counter() - start
    here = os.fsencode(copy)
    return Ran(seconds, ran.returncode, ran.stdout.replace(here, b""), ran.stderr)


def _left_out(folder: str, names: Iterable[str]) -> set[str]:
    return {
        name
        for name in names
        if name in LEFT_OUT or os.path.exists(os.path.join(folder, name, ENVIRONMENT_MARK))
    }


def _moved(word: str, root: Path, copy: Path) -> str:
    """A path into the project, as the copy has it; environments in it are not copied."""
    path = Path(word)
    if not path.is_absolute() or not path.is_relative_to(root):
        return word
    inside = path.relative_to(root)
    return word if not (copy / inside).exists() else str(copy / inside)


def _difference(before: Sequence[Ran], after: Sequence[Ran], *, unsteady: bool) -> str:
    codes = {run.code for run in before}
    for run in after:
        if run.code not in codes:
            last = run.err.decode(errors="replace").strip().rpartition("\n")[2]
            return f"it ended with {run.code} instead of {before[0].code}: {last}".rstrip(": ")
        if not unsteady and run.out != before[0].out:
            return "it printed something else"
    return ""
