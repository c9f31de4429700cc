"""Rewritten programs are as clean as they were: for ruff, its formatter and mypy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from .case import Case, load_all
from .lab import fix_all
from .slices import seed

CASES = sorted(
    (c for c in load_all() if c.verdict in ("parallel", "pipeline")), key=lambda c: seed(c.name)
)
# What is left in the loop, and where a pool goes around it, may have a shorter spelling; that of
# PERF402 is one from which mypy does not learn what the list holds.
IDIOMS = frozenset({"FURB122", "PERF402", "SIM117"})


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The programs before and after, one file each."""
    before, after = (tmp_path_factory.mktemp(name) for name in ("before", "after"))
    chosen = CASES[::3]
    fixed = fix_all({case.name: case.before for case in chosen}, "auto", False)
    for case in chosen:
        _write(before, case, case.before)
        _write(after, case, fixed[case.name].text)
    return before, after


def _write(folder: Path, case: Case, text: str) -> None:
    (folder / f"{case.name.replace('-', '_')}.py").write_text(text, encoding="utf-8")


def run(folder: Path, *command: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", *command, "."], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def names(rows: Iterable[str]) -> set[str]:
    return {
        row.partition(".py")[0].removeprefix("Would reformat: ") for row in rows if ".py" in row
    }


def test_no_rule_of_ruff_is_broken_that_was_not(folders: tuple[Path, Path]) -> None:
    command = ("ruff", "check", "--isolated", "--no-cache", "--quiet", "--output-format", "concise")
    before, after = (
        {(name(row), code(row)) for row in run(folder, *command)} for folder in folders
    )
    assert {each for each in after - before if each[1] not in IDIOMS} == set()


def name(row: str) -> str:
    return row.partition(":")[0]


def code(row: str) -> str:
    return row.split()[1]


def test_what_was_formatted_still_is(folders: tuple[Path, Path]) -> None:
    command = ("ruff", "format", "--isolated", "--no-cache", "--check")
    before, after = (names(run(folder, *command)) for folder in folders)
    assert after - before == set()


def test_what_mypy_takes_strictly_it_still_takes(folders: tuple[Path, Path]) -> None:
    command = ("mypy", "--strict", "--no-incremental", "--no-error-summary", "--config-file=")
    before, after = (names(run(folder, *command)) for folder in folders)
    assert after - before == set()
