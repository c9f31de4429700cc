"""Runs one version of a program in fresh interpreters and gives back what was seen.

A run that makes no progress for `patience` seconds is killed with its whole process group
and comes back as a hang, named by the scenario that was under way.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .case import Case, Scenario

INSIDE = Path(__file__).parent / "inside"
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
PYTHON = os.environ.get("DIFFERENTIAL_PYTHON", sys.executable)
PATIENCE = float(os.environ.get("DIFFERENTIAL_PATIENCE", "40"))
# Python 3.12 warns so now and then, where a collection comes at a bad time.
QUIET = {"PYTHONWARNINGS": "ignore:ResourceTracker called reentrantly:UserWarning"}
DROPPED = ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONHASHSEED", "PYTHONSTARTUP", "PYTHONHOME")


@dataclass(frozen=True, slots=True)
class Run:
    """Observations by scenario; each is a dict of aspects."""

    observations: dict[str, dict[str, Any]]
    stderr: str = ""

    def hangs(self) -> list[str]:
        return [name for name, seen in self.observations.items() if "hang" in seen]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process went: its exit code, or None if the watchdog had to end it."""

    code: int | None


def run(case: Case, program: str, method: str, patience: float = PATIENCE) -> Run:
    """Everything that `case` asks of `program`, under one start method."""
    with tempfile.TemporaryDirectory(prefix="differential-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "program.py").write_text(program, encoding="utf-8")
        observations = {}
        stderr = ""
        if scenarios := case.scenarios():
            observations, stderr = _drive(case, scenarios, folder, method, patience)
        for number, argv in enumerate(case.argv):
            script = folder / f"script-{number}"
            script.mkdir()
            seen = _script(folder / "program.py", argv, script, method, patience)
            observations[" ".join(["script", *argv])] = _without_paths(seen, folder)
        return Run(observations, stderr)


def _drive(
    case: Case, scenarios: Sequence[Scenario], folder: Path, method: str, patience: float
) -> tuple[dict[str, dict[str, Any]], str]:
    journal, out, err = folder / "journal", folder / "stdout", folder / "stderr"
    job = {
        "folder": str(folder),
        "journal": str(journal),
        "stdout": str(out),
        "stderr": str(err),
        "method": method,
        "patience": patience,
        "setup": case.setup,
        "build": case.build,
        "state": list(case.state),
        "scenarios": [asdict(scenario) for scenario in scenarios],
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    journal.touch()
    command = [PYTHON, str(INSIDE / "driver.py"), str(path)]
    ended = watched(command, folder, out, err, journal, patience)
    seen = _read_journal(journal, ended, [scenario.name for scenario in scenarios])
    stderr = err.read_text(encoding="utf-8", errors="replace")
    return {name: _without_paths(each, folder) for name, each in seen.items()}, stderr


def _read_journal(journal: Path, ended: Ended, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    seen: dict[str, dict[str, Any]] = {}
    running = "import"
    for line in journal.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "scenario" in entry:
            seen[entry.pop("scenario")] = entry
        running = entry.get("started", running)
        if "finished" in entry:
            running = "exit"
    if ended.code is None:
        seen[running] = {"hang": f"no progress in {running!r}; killed"}
    elif ended.code != 0:
        seen[running] = {"exit": ended.code}
    for name in names:
        seen.setdefault(name, {"exit": "not reached"})
    return seen


def _script(
    program: Path, argv: Sequence[str], folder: Path, method: str, patience: float
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="differential-") as name:
        out, err = Path(name) / "stdout", Path(name) / "stderr"
        command = [PYTHON, str(program), *argv]
        settings = {"PYTHONPATH": str(INSIDE / "site"), "DIFFERENTIAL_METHOD": method}
        ended = watched(command, folder, out, err, out, patience, settings)
        if ended.code is None:
            return {"hang": "no progress; killed"}
        text = err.read_text(encoding="utf-8", errors="replace")
        return {
            "exit": ended.code,
            "stdout": out.read_text(encoding="utf-8", errors="replace"),
            "stderr": text,
            "files": {
                str(path.relative_to(folder)): path.read_text("utf-8", "backslashreplace")
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
        }


def watched(
    command: Sequence[str],
    folder: Path,
    out: Path,
    err: Path,
    progress: Path,
    patience: float,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Ended:
    environment = {key: value for key, value in os.environ.items() if key not in DROPPED}
    environment |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        **QUIET,
        **settings,
    }
    with open(out, "ab") as stdout, open(err, "ab") as stderr:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        return Ended(_wait(process, progress, patience))
    finally:
        _end_group(process)


def _wait(process: subprocess.Popen[bytes], progress: Path, patience: float) -> int | None:
    size, since = -1, time.monotonic()
    while time.monotonic() - since < patience:
        try:
            return process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            pass
        if (now := progress.stat().st_size) != size:
            size, since = now, time.monotonic()
    return None


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the group that this run started; often nothing is."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _without_paths(seen: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Without what differs between two runs, or two layouts, of one program."""
    if "stderr" in seen:
        seen = seen | {"stderr": without_frames(seen["stderr"])}
    text = json.dumps(seen).replace(json.dumps(str(folder))[1:-1], "<folder>")
    return json.loads(ADDRESS.sub("", text))


def without_frames(text: str) -> str:
    """Standard error without tracebacks, but with the exception that they end in."""
    lines = text.splitlines()
    starts = [
        number
        for number, line in enumerate(lines)
        if line.startswith("Traceback (") or "RemoteTraceback" in line
    ]
    if not starts:
        return text
    ends = [line for line in lines[starts[-1] + 1 :] if not line.startswith(" ")]
    return "\n".join([*lines[: starts[0]], *ends])
