"""Objects of unknown types that a function of another file gets: what they may be."""

from __future__ import annotations

import pytest

from pfadvisor.config import Settings
from pfadvisor.pipeline import analyze
from pfadvisor.stages import Request

WORK = """
OTHERS = []


def names(folder):
    return [path.as_posix() for path in folder.rglob("*.txt")]


def names_of_any(folder):
    folder = folder or OTHERS[-1]
    return [path.as_posix() for path in folder.rglob("*.txt")]


def names_of_inner(folder):
    return [path.as_posix() for path in folder.inner.rglob("*.txt")]
"""
MAIN = """
{known}
from work import {work}


def run(folders):
    found = []
    for folder in folders:
        found.append({work}(folder))
    return found
"""
CLASS = """
class Tree:
    seen = []

    def rglob(self, pattern):
        Tree.seen.append(pattern)
        return Tree.seen
"""
PATHS = "from pathlib import Path"


@pytest.fixture
def asked(tmp_path):
    """What has to be assumed of the loop."""

    def judged(known: str, work: str) -> set[str]:
        (tmp_path / "pyproject.toml").touch()
        (tmp_path / "work.py").write_text(WORK)
        (tmp_path / "main.py").write_text(MAIN.format(known=known, work=work))
        report = analyze([tmp_path / "main.py"], Request(Settings(), tmp_path, "all"))
        one = next(f.judgement for f in report.findings if f.judgement)
        return {assumption.name for assumption in one.assumptions}

    return judged


def test_they_are_of_libraries_of_the_file_that_they_come_from(asked):
    assert "pure-call" not in asked(PATHS, "names")


@pytest.mark.parametrize(
    ("known", "work"),
    [
        ("", "names"),
        (CLASS, "names"),
        (f"{PATHS}\n{CLASS}", "names"),
        ("from pathlib import Path\nimport zipfile, other", "names_of_any"),
        (PATHS, "names_of_any"),
        (PATHS, "names_of_inner"),
    ],
)
def test_they_may_be_anything_else(asked, known, work):
    assert "pure-call" in asked(known, work)
