"""The work of the differential tests, each piece done once per session and in the background.

A lab rewrites programs through the command line, as a user would, and runs versions of them;
tests ask for what they need and wait for it. Programs are rewritten together, each a project
of its own; only if that fails, one by one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from .case import Case
from .runner import Run, run

ROOT = Path(__file__).parents[2]
FIX_SECONDS = 600


class Fixed(NamedTuple):
    """What `pfadvisor fix` made of a program."""

    text: str
    code: int
    log: str


class Lab:
    """Caches by what was asked for; use as a context manager."""

    def __init__(self, cases: Iterable[Case], workers: int | None = None) -> None:
        self.cases = list(cases)
        self._pool = ThreadPoolExecutor(workers or max(1, len(os.sched_getaffinity(0))))
        self._done: dict[tuple[Any, ...], Future[Any]] = {}

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def fixed(self, case: Case, backend: str = "auto", *, unsafe: bool) -> Fixed:
        programs = {
            other.name: other.before
            for other in self.cases
            if other.name == case.name or needs(other, backend, unsafe)
        }
        key = ("fix", backend, unsafe, *programs)
        return self._once(key, fix_all, programs, backend, unsafe).result()[case.name]

    def before(self, case: Case, method: str, again: int = 0) -> Future[Run]:
        key = ("before", case.name, case.without, method, again)
        return self._once(key, run, case, case.before, method)

    def after(self, case: Case, text: str, method: str) -> Future[Run]:
        key = ("after", case.name, case.without, text, method)
        return self._once(key, run, case, text, method)

    def _once(self, key: tuple[Any, ...], work: Callable[..., Any], *given: Any) -> Future[Any]:
        if key not in self._done:
            self._done[key] = self._pool.submit(work, *given)
        return self._done[key]


def needs(case: Case, backend: str, unsafe: bool) -> bool:
    """Whether the tests of a case ask for this kind of rewrite."""
    if backend not in ("auto", *case.backends):
        return False
    return case.verdict in ("review", "serial") if unsafe else case.verdict != "serial"


def fix_all(programs: Mapping[str, str], backend: str, unsafe: bool) -> dict[str, Fixed]:
    together = fix(programs, backend, unsafe)
    if all(each.code in (0, 1) for each in together.values()):
        return together
    return {name: fix({name: text}, backend, unsafe)[name] for name, text in programs.items()}


def fix(programs: Mapping[str, str], backend: str, unsafe: bool) -> dict[str, Fixed]:
    """The programs after one `pfadvisor fix`, each in a folder that holds nothing else."""
    with tempfile.TemporaryDirectory(prefix="differential-fix-") as folder:
        for name, text in programs.items():
            Path(folder, name).mkdir()
            Path(folder, name, "pyproject.toml").touch()
            Path(folder, name, "program.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pfadvisor", "fix", "--no-cache", "--min-speedup", "0"]
        command += ["--unsafe-fixes"] if unsafe else []
        command += ["--backend", backend] if backend != "auto" else []
        done = subprocess.run(
            [*command, "."],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FIX_SECONDS,
        )
        log = done.stdout + done.stderr
        return {
            name: Fixed(Path(folder, name, "program.py").read_text("utf-8"), done.returncode, log)
            for name in programs
        }
