"""Every labelled loop gets the verdict of its file name, for the reason in its header.

The label is in the name: `<topic>-<what>-{parallel,pipeline,review,serial}.py`. The header says
why, which blockers or assumptions are right answers, and where the conflicting places stand.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "fixtures" / "loops"
FILES = sorted(FOLDER.glob("*.py"))
VERDICTS = ("parallel", "pipeline", "review", "serial")
PLACE = re.compile(r"(\d+):(\d+) ([RW]) (.+?)(?=, \d+:\d+ [RW] |$)")


@cache
def reported() -> dict[str, list[dict]]:
    """What one run over the folder says, by file name."""
    command = [sys.executable, "-m", "pfadvisor", "check", "--all", "--output-format", "json"]
    run = subprocess.run([*command, str(FOLDER)], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    found: dict[str, list[dict]] = {}
    for row in json.loads(run.stdout):
        found.setdefault(Path(row["filename"]).name, []).append(row)
    return found


def label(path: Path) -> str:
    return path.stem.rpartition("-")[2]


def header(path: Path, key: str) -> str:
    found = re.search(rf"^# {key}: (.+)$", path.read_text(encoding="utf-8"), re.M)
    return found[1] if found else ""


def marked_row(path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    (row,) = (number for number, line in enumerate(lines, 1) if line.endswith("# LOOP"))
    return row


def judged(path: Path) -> dict:
    row = marked_row(path)
    found = [one for one in reported().get(path.name, []) if one["loop"]["for_row"] == row]
    assert found, f"no loop reported at {path.name}:{row}"
    return min(found, key=lambda one: one["loop"]["for_column"])


def words(text: str) -> set[str]:
    return {word.strip() for word in text.split("|") if word.strip()}


def name_of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_verdict_is_the_label(path):
    assert judged(path)["verdict"] == label(path)


@pytest.mark.parametrize("path", [f for f in FILES if label(f) == "serial"], ids=name_of)
def test_serial_loop_names_a_right_blocker(path):
    """One of the true reasons is among those reported."""
    names = {blocker["name"] for blocker in judged(path)["blockers"]}
    assert names & words(header(path, "blockers"))


@pytest.mark.parametrize("path", [f for f in FILES if label(f) == "review"], ids=name_of)
def test_review_loop_names_a_right_assumption(path):
    """One of the true questions is among those asked."""
    names = {assumption["name"] for assumption in judged(path)["assumptions"]}
    assert names & words(header(path, "assumptions"))


@pytest.mark.parametrize("path", [f for f in FILES if label(f) == "parallel"], ids=name_of)
def test_parallel_loop_rests_on_nothing(path):
    """What is called parallel was proved."""
    found = judged(path)
    assert found["assumptions"] == [] and found["blockers"] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_label_is_well_formed(path):
    """The header explains the label and its places are where it says."""
    text = path.read_text(encoding="utf-8")
    ast.parse(text)
    marked_row(path)
    lines = text.splitlines()
    assert re.fullmatch(r"# [A-Z`].+[.]", lines[0]) and label(path) in VERDICTS
    assert bool(header(path, "blockers")) == (label(path) == "serial")
    assert bool(header(path, "assumptions")) == (label(path) == "review")
    for row, column, _, place in PLACE.findall(header(path, "pair")):
        assert lines[int(row) - 1][int(column) - 1 :].startswith(place)


def test_half_of_the_labels_are_silent_ones():
    """A tool that is only asked about loops to rewrite learns to rewrite."""
    silent = [path for path in FILES if label(path) in ("serial", "review")]
    assert len(FILES) >= 200 and 2 * len(silent) >= len(FILES)
