"""The small projects under fixtures/projects, judged and rewritten through the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PROJECTS = Path(__file__).parents[1] / "fixtures" / "projects"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def pfadvisor(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = run("-m", "pfadvisor", *arguments, cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    return done


@cache
def loops(project: str, *options: str) -> dict[tuple[str, str], dict]:
    """Findings by (file name, source line of the loop's `for`), which are told apart by them."""
    folder = PROJECTS / project
    done = pfadvisor("check", *options, "--output-format", "json", ".", cwd=folder)
    found = {}
    for row in json.loads(done.stdout):
        lines = (folder / row["filename"]).read_text(encoding="utf-8").splitlines()
        text = lines[row["loop"]["for_row"] - 1].strip()
        found[Path(row["filename"]).name, text] = row
    return found


def judged(project: str, file: str, start: str) -> dict:
    (row,) = (
        row
        for (name, text), row in loops(project, "--all").items()
        if name == file and text.startswith(start)
    )
    return row


@pytest.mark.parametrize(
    ("file", "start", "verdict", "kind", "pattern"),
    [
        ("survey.py", "for series in measurements", "parallel", "cpu", "map"),
        ("stations.py", "for station in stations", "parallel", "io", "keyed-store"),
    ],
)
def test_weather_offers_its_independent_loops(file, start, verdict, kind, pattern):
    rows = [
        row
        for (name, text), row in loops("weather").items()
        if name == file and text.startswith(start) and row["pattern"] == pattern
    ]
    assert [(row["verdict"], row["kind"]) for row in rows] == [(verdict, kind)]


def test_weather_report_is_split_and_stays_in_order():
    (row,) = (row for row in loops("weather").values() if row["verdict"] == "pipeline")
    assert Path(row["filename"]).name == "survey.py"
    assert row["kind"] == "cpu"


def test_weather_filter_stays_serial():
    row = judged("weather", "survey.py", "for value in series")
    assert row["verdict"] == "serial"
    assert "carried-value" in {blocker["name"] for blocker in row["blockers"]}


def test_weather_conversion_is_too_cheap():
    row = judged("weather", "survey.py", "return [value * 1.8")
    assert (row["verdict"], row["profit"]["worth"]) == ("parallel", "no")
    assert row["name"] == "too-little-work"


def test_weather_prints_the_same_after_fix(tmp_path):
    folder = tmp_path / "weather"
    shutil.copytree(PROJECTS / "weather", folder)
    before = run("-m", "weather", cwd=folder)
    pfadvisor("fix", ".", cwd=folder)
    after = run("-W", "error", "-m", "weather", cwd=folder)
    assert "Pool" in (folder / "weather" / "survey.py").read_text(encoding="utf-8")
    assert (after.stdout, after.stderr) == (before.stdout, before.stderr)


def test_factorials_are_found():
    row = judged("article", "factorials.py", "for number in")
    assert (row["verdict"], row["kind"], row["pattern"]) == ("parallel", "cpu", "map")
    assert row["profit"]["worth"] in ("yes", "depends")


def test_factorials_are_rewritten_under_a_guard(tmp_path):
    folder = tmp_path / "article"
    shutil.copytree(PROJECTS / "article", folder)
    before = run("factorials.py", cwd=folder)
    pfadvisor("fix", "--unsafe-fixes", "factorials.py", cwd=folder)
    text = (folder / "factorials.py").read_text(encoding="utf-8")
    assert "Pool" in text and "pool.map(factorial, range(1800))" in text
    assert 'if __name__ == "__main__":' in text
    after = run("-W", "error", "factorials.py", cwd=folder)
    assert (after.stdout, after.stderr) == (before.stdout, before.stderr)


def test_unguarded_factorials_are_left_alone_by_a_plain_fix(tmp_path):
    """Adding the guard changes what an import of the file does: that is for the user to say."""
    folder = tmp_path / "article"
    shutil.copytree(PROJECTS / "article", folder)
    pfadvisor("fix", ".", cwd=folder)
    for path in folder.glob("*.py"):
        original = (PROJECTS / "article" / path.name).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == original


def test_printed_squares_are_left_alone():
    assert not [file for file, _ in loops("article") if file == "squares_printed.py"]


def test_collected_squares_are_not_worth_it():
    """Measured, the pool takes about three times as long (tests/benchmarks)."""
    assert not [file for file, _ in loops("article") if file == "squares_collected.py"]
    row = judged("article", "squares_collected.py", "for number in numbers")
    assert (row["verdict"], row["name"]) == ("parallel", "too-little-work")
    assert row["profit"]["worth"] == "no" and row["profit"]["speedup"][1] <= 1.2
