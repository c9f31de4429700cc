"""Programs before and after a rewrite, run side by side in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pfadvisor.model import Edit, Fix, Plan
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.suggest import build_fix

_METHOD = """\
import multiprocessing


def start():
    multiprocessing.set_start_method({method!r})
"""


def fixed(source: str, plan: Plan, **options: object) -> str:
    """The text after the fix, which must exist."""
    fix = build_fix(plan, source, "case.py", **options)
    assert isinstance(fix, Fix), fix
    return applied(source, fix.edits)


def refused(source: str, plan: Plan, **options: object) -> str:
    """The reason why there is no fix."""
    outcome = build_fix(plan, source, "case.py", **options)
    assert isinstance(outcome, Refusal), outcome
    return outcome.reason


def run(source: str, folder: Path, method: str = "fork") -> tuple[int, str, str]:
    """Exit status, output and the last line of the errors of a program with a `main`."""
    (folder / "case.py").write_text(source, encoding="utf-8")
    (folder / "method.py").write_text(_METHOD.format(method=method), encoding="utf-8")
    tail = (
        "if __name__ == '__main__':\n    import method, case\n    method.start()\n    case.main()\n"
    )
    (folder / "start.py").write_text(tail, encoding="utf-8")
    command = [sys.executable, "-W", "error::SyntaxWarning", "start.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, (done.stderr.splitlines() or [""])[-1]


def assert_same(before: str, after: str, folder: Path, method: str = "fork") -> None:
    """Both programs print the same and end the same."""
    assert before != after
    seen = run(before, folder, method)
    assert run(after, folder, method) == seen, after


def outside(before: str, edits: tuple[Edit, ...]) -> list[str]:
    """Rows of `before` that no edit touches."""
    touched = {row for e in edits for row in range(e.span.row, e.span.end_row + 1)}
    return [line for row, line in enumerate(before.split("\n"), 1) if row not in touched]
