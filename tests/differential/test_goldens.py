"""The text of rewrites for each target, as it was reviewed; `--update` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor.cli import run

from . import expected
from .case import Case, load_all

# What takes another round of `fix`, which a patch of one round does not show.
LEFT = "left, as it does not go with another rewrite"
COMMAND = ("fix", "--no-cache", "--jobs", "1", "--min-speedup", "0")
CASES = [case for case in load_all() if case.verdict != "serial"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_rewrites_read_as_reviewed(
    case: Case, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    text = expected.made(case, tmp_path)
    if request.config.getoption("--update", default=False):
        expected.write(case, text)
    assert text == expected.read(case)


def test_what_is_never_rewritten_has_no_text() -> None:
    written = [case.name for case in load_all() if expected.path(case).exists()]
    assert set(written) <= {case.name for case in CASES}


WRITTEN = [case for case in CASES if (text := expected.read(case)) and LEFT not in text]


@pytest.mark.parametrize("case", WRITTEN[::5], ids=lambda case: case.name)
def test_what_was_reviewed_is_what_fix_writes(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line, which analyses again after each round of fixes, comes to the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / expected.FILE).write_text(case.before, encoding="utf-8")
    with expected.usual_machine():
        run([*COMMAND, *["--unsafe-fixes"] * (case.verdict in expected.ASSUMED), "."])
    text = (tmp_path / expected.FILE).read_text(encoding="utf-8")
    assert text == expected.after(case, "auto")
