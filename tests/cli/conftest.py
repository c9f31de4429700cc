"""A command line whose judge goes by the name of the iterable, so that only the face is tested."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from pfadvisor.cli import run
from pfadvisor.model import (
    Assumption,
    Blocker,
    Edit,
    Fix,
    Judgement,
    Location,
    LoopId,
    Profit,
    Span,
)
from pfadvisor.rewrite.refusal import Refusal

CHEAP = Profit("no", None, (1e-8, 1e-7), None, (0.1, 0.2), 2)
GOOD = Profit("yes", None, (1e-2, 1e-1), 4, (1.7, 1.9), 2)
MAYBE = Profit("depends", None, (1e-5, 1e-4), 9_000, (1.3, 1.9), 2)
RARELY = Profit("depends", None, (1e-7, 1e-6), 900_000, (1.3, 1.9), 2)


def judged(loop: LoopId, word: str) -> Judgement:
    where = Location(loop.filename, loop.span)
    blockers, assumptions, profit, verdict = (), (), GOOD, "parallel"
    match word:
        case "cheap":
            profit = CHEAP
        case "maybe":
            profit = MAYBE
        case "rarely":
            profit = RARELY
        case "later":
            profit = GOOD if "pool" in Path("a.py").read_text(encoding="utf-8") else CHEAP
        case "asked":
            verdict = "review"
            assumptions = (Assumption("distinct-keys", "row.id", "keys differ", where),)
        case "doubtful":
            verdict = "review"
            asked = Assumption("pure-call", "send", "`send` does nothing", where)
            below = where._replace(span=where.span._replace(row=where.span.row + 1))
            assumptions = (asked, replace(asked, location=below))
        case "stuck":
            verdict, profit = "serial", None
            blockers = (Blocker("PFA201", "carried-value", "`total` is carried", where),)
        case "broken":
            raise RuntimeError("no\nsecond line")
        case "deep":
            raise RecursionError
        case "fatal":
            os._exit(1)
    pattern = None if verdict == "serial" else "foreach"
    plan = None if verdict == "serial" else SimpleNamespace(loop=loop, call=None, function="f")
    return Judgement(
        loop, verdict, pattern, "cpu", "held", None, assumptions, blockers, profit, plan=plan
    )


def judge_module(program, facts, settings, assumed, basis, *_):
    loops = sorted((one for f in facts.functions for one in f.loops), key=lambda one: one.ordinal)
    return tuple(
        judged(
            LoopId(
                facts.filename, one.form, one.ordinal, one.for_row, one.for_column, one.span,
                one.header,
            ),
            one.header.rstrip(":").rpartition(" in ")[2].strip(),
        )
        for one in loops
    )  # fmt: skip


def build_fix(plan, text, filename, *, proved, backend, workers, width, threshold):
    """`for x in good:` becomes `pool.map(f, good)` below an import; "maybe" is refused."""
    span = plan.loop.span
    word = plan.loop.header.rpartition(" in ")[2].rstrip(":").strip()
    if word == "maybe":
        return Refusal("perhaps not")
    content = "pool.map(f,\n  good)" if word != "unsound" else "("
    row = 2 if text.startswith("# coding") else 1
    imported = Edit(Span(row, 1, row, 1), "import pool\n")
    applicability = "safe" if proved else "unsafe"
    return Fix(applicability, "Use a pool", (imported, Edit(span, content)))


@pytest.fixture
def fake_judge(monkeypatch):
    judge, suggest = ModuleType("pfadvisor.profit.judge"), ModuleType("pfadvisor.rewrite.suggest")
    judge.judge_module, suggest.build_fix = judge_module, build_fix
    for module in (judge, suggest):
        monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.fixture
def pfadvisor(fake_judge, tmp_path, monkeypatch, capsys):
    """Runs a command line in a folder of its own; gives code, out and err."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()

    def call(*args: str):
        code = run(args)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return call


@pytest.fixture
def write(tmp_path):
    def write_file(name: str, content: str | bytes):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            path.write_bytes(content)
        return path

    return write_file
