"""What the user states and nothing uses is a warning, where all of a project was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor import analyze
from pfadvisor.cli import run

WORK = """
import strange

def rated(number):
    total = 0
    for k in range(3000):
        total = (total * 31 + k + number) % 65537
    strange.told(number)
    return total

def run(numbers):
    out = []
    for number in numbers:{comment}
        out.append(rated(number))
    return out
"""
USED = 'assume = ["pure-call:strange.*"]\neffects."strange.told" = { args = ["number"] }\n'
IDLE = 'assume = ["no-alias"]\neffects."stange.told" = { args = ["number"] }\n'


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def made(settings: str = "", comment: str = "") -> Path:
        (tmp_path / "pyproject.toml").write_text(f"[tool.pfadvisor]\n{settings}", encoding="utf-8")
        (tmp_path / "src").mkdir(exist_ok=True)
        text = WORK.format(comment=comment and f"  # pfadvisor: {comment}")
        (tmp_path / "src" / "work.py").write_text(text, encoding="utf-8")
        return tmp_path

    return made


def told(*paths: Path, show: str = "suggested") -> list[str]:
    return [one.message for one in analyze(paths, show=show, jobs=1).idle]


def test_lines_and_assumptions_that_nothing_uses(project):
    found = told(project(IDLE))
    assert found == [
        "nothing calls 'stange.told', did you mean 'strange.told'?",
        "'no-alias' answers no question of any loop that would be shown",
    ]


def test_those_that_something_uses_are_fine(project):
    assert told(project('assume = ["pure-call:strange.*"]')) == []
    assert told(project('effects."strange.told" = { args = ["number"] }')) == []


def test_only_a_whole_project_can_tell(project):
    root = project(IDLE)
    assert told(root / "src") == told(root / "src" / "work.py") == []
    (root / "broken.py").write_text("def f(:\n", encoding="utf-8")
    assert told(root) == []


@pytest.mark.parametrize("show", ["suggested", "all"])
@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("assume[pure-call]", []),
        ("assume[pure-call:strange.told]", []),
        ("assume[pure-call, no-alias]", ["`assume[no-alias]` answers no question"]),
        ("ignore", []),
        ("ignore[PFA101]", []),
        ("ignore[PFA301, PFA201]", ["`ignore[PFA301, PFA201]` silences nothing"]),
    ],
)
def test_comments(project, comment, message, show):
    assert told(project(comment=comment), show=show) == message


def test_comments_where_no_loop_is(project):
    root = project()
    text = "x = 1  # pfadvisor: ignore[PFA101]\ny = 2  # pfadvisor: assume[no-alias]\n"
    (root / "plain.py").write_text(text, encoding="utf-8")
    found = analyze([root], jobs=1).idle
    assert [one.where for one in found] == ["plain.py:1:8", "plain.py:2:8"]


def test_a_comment_for_the_file(project):
    root = project()
    (root / "plain.py").write_text("# pfadvisor: file-ignore\nx = 1\n", encoding="utf-8")
    assert told(root) == ["`file-ignore` silences nothing"]
    (root / "plain.py").write_text(
        "# pfadvisor: file-ignore\ny = 1  # pfadvisor: pure\n", encoding="utf-8"
    )
    assert told(root) == []


def test_it_is_a_warning_and_fails_nothing(project, capsys):
    project(IDLE)
    for _ in range(2):  # the second time from what is kept
        code = run(["check", "."])
        err = capsys.readouterr().err
        assert code == 0
        assert "warning: effects: nothing calls 'stange.told'" in err
        assert "warning: assume: 'no-alias' answers no question" in err


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('assume = ["no-aliass"]', "`no-aliass` is no assumption, did you mean 'no-alias'?"),
        ('effects."a.b" = { gil = "releasd" }', "did you mean 'released'?"),
        ('effects."a.b" = { writes = ["stdot"] }', "did you mean 'stdout'?"),
        ('effects."a.b" = { args = ["url"], keeps = ["ur"] }', "did you mean 'url'?"),
        ('effects."a b" = { writes = ["stdout"] }', "not a dotted name"),
    ],
)
def test_what_is_misspelt_is_an_error(project, capsys, settings, message):
    project(settings)
    assert run(["check", "."]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and message in line
