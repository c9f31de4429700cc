"""The libcst command rewrites a module as the analysis suggests, and leaves it else alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from libcst.codemod import CodemodContext

from pfadvisor import pipeline
from pfadvisor.model import Finding, Fix, Judgement, Report
from pfadvisor.rewrite.command import ParallelizeLoops
from pfadvisor.rewrite.suggest import build_fix

from .oracle import fixed
from .plans import ROWS, dedent, make

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "weather"
FILES = ("weather/stations.py", "weather/survey.py")
COMMAND = "pfadvisor.rewrite.command.ParallelizeLoops"
SOURCE = dedent("""
    def collect(paths):
        rows = []
        for path in paths:
            rows.append(measure(path))
        return rows
""")
PLAN = make(
    SOURCE,
    commit=("rows.append(measure(path))",),
    holes={"measure(path)": ""},
    call=("measure", "path"),
    accumulator=ROWS,
    init="rows = []",
)


def run(
    monkeypatch: pytest.MonkeyPatch, source: str, *, proved: bool = True, **options: Any
) -> str:
    fix = build_fix(PLAN, source, "case.py", proved=proved)
    assert isinstance(fix, Fix)
    judgement = Judgement(PLAN.loop, "parallel", "map", "cpu", None, None, (), (), None, plan=PLAN)
    finding = Finding("PFA101", "map", "", "case.py", PLAN.loop.span, 3, fix, judgement=judgement)
    monkeypatch.setattr(pipeline, "analyze_text", lambda *_: Report((finding,)))
    command = ParallelizeLoops(CodemodContext(filename="case.py"), **options)
    return command.transform_module(cst.parse_module(source)).code


def test_it_does_what_fix_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, SOURCE) == fixed(SOURCE, PLAN)


def test_it_keeps_the_newlines(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = SOURCE.replace("\n", "\r\n")
    assert run(monkeypatch, windows) == fixed(SOURCE, PLAN).replace("\n", "\r\n")


def test_what_is_only_assumed_is_left_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, SOURCE, proved=False) == SOURCE
    assert run(monkeypatch, SOURCE, proved=False, unsafe_fixes=True) == fixed(SOURCE, PLAN)


def test_the_tool_of_libcst_writes_what_fix_writes(tmp_path: Path) -> None:
    tools = (
        ["libcst.tool", "codemod", "--no-format", "-x", COMMAND],
        ["pfadvisor", "fix"],
    )
    written = []
    for tool in tools:
        folder = tmp_path / tool[0]
        shutil.copytree(PROJECT, folder)
        for name in FILES:
            done = subprocess.run(
                [sys.executable, "-m", *tool, name], cwd=folder, capture_output=True, check=False
            )
            assert done.returncode == 0, done.stderr.decode()
        written.append([(folder / name).read_bytes() for name in FILES])
    assert written[0] == written[1]
    assert written[0] != [(PROJECT / name).read_bytes() for name in FILES]
