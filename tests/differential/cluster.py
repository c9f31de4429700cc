"""Runs rewritten programs on the workers of one target, all in one interpreter of their own."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .case import Case
from .runner import ADDRESS, INSIDE, PYTHON, Run, watched

PATIENCE = 120
QUIET = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}


def module_of(case: Case) -> str:
    """Workers outlive a program: each has a name of its own."""
    return f"program_{case.name.replace('-', '_')}_end"


def play(target: str, programs: Mapping[Case, str]) -> dict[str, Run]:
    """What was seen, by the name of the case."""
    with tempfile.TemporaryDirectory(prefix="distributed-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        journal, out, err = folder / "journal", folder / "stdout", folder / "stderr"
        journal.touch()
        jobs = [_job(case, text, folder) for case, text in programs.items()]
        whole = {"target": target, "folder": str(folder), "journal": str(journal), "jobs": jobs}
        (folder / "job.json").write_text(json.dumps(whole), encoding="utf-8")
        command = [PYTHON, str(INSIDE / "cluster.py"), str(folder / "job.json")]
        ended = watched(command, folder, out, err, journal, PATIENCE, QUIET)
        log = f"exit code {ended.code}\n" + err.read_text("utf-8", "replace")[-4000:]
        seen = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
        return {case.name: Run(_of(case, seen, folder), log) for case in programs}


def _job(case: Case, text: str, folder: Path) -> dict[str, Any]:
    (folder / f"{module_of(case)}.py").write_text(text, encoding="utf-8")
    (folder / case.name).mkdir()
    return {
        "module": module_of(case),
        "folder": str(folder / case.name),
        "journal": str(folder / "journal"),
        "stdout": str(folder / "stdout"),
        "stderr": str(folder / "stderr"),
        "setup": case.setup,
        "build": case.build,
        "state": list(case.state),
        "scenarios": [asdict(scenario) for scenario in case.scenarios()],
    }


def _of(case: Case, entries: list[dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """The observations of one program, as if it had been called `program`."""
    found = {}
    for entry in entries:
        module, _, scenario = entry.get("scenario", "").partition("/")
        if module == module_of(case):
            text = ADDRESS.sub("", json.dumps(entry)).replace(
                f"{folder}{os.sep}{case.name}", "<folder>"
            )
            found[scenario] = json.loads(text.replace(module, "program"))
            del found[scenario]["scenario"]
    return found
