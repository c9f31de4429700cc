"""The text of rewrites, backend by backend, as it was reviewed; `--update` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from .case import Case, load_all
from .lab import Lab


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    update = metafunc.config.getoption("--update", default=False)
    pairs = [
        (case, backend)
        for case in load_all()
        for backend in ("auto", *case.backends)
        if case.verdict != "serial" and (update or golden(case, backend).exists())
    ]
    metafunc.parametrize(
        ("case", "backend"), pairs, ids=[f"{case.name}-{backend}" for case, backend in pairs]
    )


def golden(case: Case, backend: str) -> Path:
    return case.folder / "expected" / f"{backend}.py"


def test_the_rewrite_reads_as_reviewed(
    lab: Lab, case: Case, backend: str, request: pytest.FixtureRequest
) -> None:
    path = golden(case, backend)
    text = lab.fixed(case, backend, unsafe=case.verdict == "review").text
    if not request.config.getoption("--update", default=False):
        assert text == path.read_text(encoding="utf-8")
    elif text == case.before:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
