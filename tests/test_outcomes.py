"""What a file gave is kept as long as nothing has changed that it rests on, and no longer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pfadvisor import outcomes
from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze

STEPS = """\
def steps(n):
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return n
"""
FILES = {
    "pyproject.toml": "",
    "tools/__init__.py": "",
    "tools/deep.py": STEPS,
    "tools/work.py": "from tools.deep import steps\n\n\ndef work(n):\n    return steps(n)\n",
    "app/survey.py": (
        "import tools\nfrom tools import work\n\n\n"
        "def survey(ns):\n    return [work.work(n) for n in ns]\n"
    ),
    "app/apart.py": "def apart(ns):\n    return [n + 1 for n in ns]\n",
}
PRINTS = "def steps(n):\n    print(n)\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def run(project, show="all", paths=(".",), **changes):
    request = replace(Request(Settings(), project, show, cached=True), **changes)
    return analyze([Path(path) for path in paths], request, 1)


def known(report):
    return dict(report.work)["outcomes known"]


def test_an_unchanged_project_is_only_read(project):
    first, second = run(project), run(project)
    assert (known(first), known(second)) == (0, 5)
    assert {"parses", "lowered", "evaluations"}.isdisjoint(dict(second.work))
    told = [(r.findings, r.files, r.loops, r.hidden) for r in (first, second)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("app/apart.py", "x = [n for n in []]\n", 4),
        ("tools/deep.py", PRINTS, 3),  # what is imported by what is imported
        ("app/tools.py", "x = 1\n", 4),  # was looked for and not found
        ("app/tools/__init__.py", "", 4),
        ("app/tools/work.py", "def work(n):\n    print(n)\n", 4),
        ("tools/work/__init__.py", PRINTS, 4),  # takes precedence over the file
    ],
)
def test_what_a_file_rests_on_is_noticed(project, name, text, left):
    run(project)
    path = project / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    again = run(project)
    assert known(again) == left
    assert again.findings == run(project, cached=False).findings


def test_a_file_that_vanishes_is_noticed(project):
    run(project)
    (project / "tools/deep.py").unlink()
    again = run(project)
    assert known(again) == 3
    assert again.findings == run(project, cached=False).findings


def test_other_questions_have_other_answers(project):
    run(project)
    assert known(run(project, show="suggested")) == 0
    assert known(run(project, settings=Settings(min_speedup=5.0))) == 0
    assert known(run(project, cwd=project / "app", paths=("..",))) == 0
    assert known(run(project)) == 5


def test_packages_that_are_declared_may_change(project):
    request = {"settings": Settings(backend="joblib")}
    run(project, **request)
    assert known(run(project, **request)) == 0


def test_without_the_cache_nothing_is_taken(project):
    run(project)
    assert known(run(project, cached=False)) == 0


def test_a_part_of_the_files_knows_what_all_gave(project):
    run(project)
    assert known(run(project, paths=("app/survey.py",))) == 1
    assert known(run(project)) == 5


def test_the_table_of_look_ups_does_not_grow_without_end(project):
    for number in range(8):
        (project / "tools/deep.py").write_text(f"{STEPS}X = {number}\n", encoding="utf-8")
        run(project)
    (store,) = (Path(project.parent) / "cache" / "outcomes").iterdir()
    reads, kept = outcomes._loaded(store)
    assert len(kept) == 5
    used = {bit for one in kept.values() for bit in outcomes._set_bits(one.mask)}
    assert len(reads) <= 2 * len(used)
    assert known(run(project)) == 5
