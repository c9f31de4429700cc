"""The text of rewrites for each target, as it was reviewed; `--update` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import expected
from .case import Case, load_all

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
