"""Facts are kept by content; whatever is wrong with the cache, the findings are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor import cache
from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze

TEXT = (
    "def f(xs):\n    total = 0\n    for x in xs:\n        total = total * x + 1\n    return total\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "a.py").write_text(TEXT, encoding="utf-8")
    return folder


def run(project, cached=True, show="all"):
    return analyze([Path(".")], Request(Settings(), project, show, cached=cached))


def entries():
    """The facts; outcomes have a shelf of their own."""
    files = (path for path in cache.folder().rglob("*") if path.is_file())
    return [path for path in files if path.parent.name != "outcomes"]


def test_a_file_is_parsed_once(project):
    first, second = run(project), run(project, show="review")
    assert dict(first.work)["parses"] == 1
    assert "parses" not in dict(second.work)
    assert dict(second.work)["cached"] == 1


def test_a_changed_or_renamed_file_is_parsed_again(project):
    run(project)
    (project / "a.py").write_text(TEXT.replace("+ 1", "+ 2"), encoding="utf-8")
    assert dict(run(project).work)["parses"] == 1
    (project / "a.py").rename(project / "b.py")
    again = run(project)
    assert dict(again.work)["parses"] == 1
    assert {one.filename for one in again.findings} == {"b.py"}


def test_without_a_cache_nothing_is_kept(project):
    run(project, cached=False)
    assert not cache.folder().exists()


def test_files_that_cannot_be_parsed_are_not_kept(project):
    (project / "a.py").write_text("for x in\n", encoding="utf-8")
    assert len(run(project).failed) == len(run(project).failed) == 1
    assert entries() == []


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x80\x05K\x01."])
def test_a_damaged_entry_is_as_none(project, damage):
    first = run(project)
    for entry in cache.folder().rglob("*"):
        if entry.is_file():
            entry.write_bytes(damage)
    assert run(project).findings == first.findings


def test_a_folder_that_cannot_be_made_is_no_error(project, monkeypatch):
    monkeypatch.setenv("PFADVISOR_CACHE_DIR", str(project / "a.py" / "cache"))
    report = run(project)
    assert (len(report.findings), report.failed) == (1, ())


def test_nothing_is_read_from_the_project(project):
    run(project)
    assert sorted(path.name for path in project.iterdir()) == ["a.py", "pyproject.toml"]


def test_a_full_shelf_loses_its_older_half(project, monkeypatch):
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    monkeypatch.setattr(cache, "key", lambda digest, *names: "aa" + digest)
    for number in range(6):
        (project / "a.py").write_text(f"{TEXT}x = {number}\n", encoding="utf-8")
        run(project)
    assert 1 <= len(entries()) <= 2
