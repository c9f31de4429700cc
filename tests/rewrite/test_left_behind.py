"""What is called for what it does to an object of the parent does not go to a worker process."""

from __future__ import annotations

import pytest

from pfadvisor.cli import run

LOOP = """\
import archive


def work(writer, items, handle):
    out = []
    for item in items:
        {statement}
    return out
"""
EFFECTS = (
    "writer.add(item)",
    "item.normalise()",
    "item.parts[0].trim()",
    "x = writer.add(item)",
    "handle(item)",
)
RESULTS = (
    "out.append(writer.scaled(item))",
    "out.append(item.normalised())",
    "out.append(handle(item))",
    "archive.upload(item)",
    "archive.Client(item).send()",
)


def fixed(tmp_path, monkeypatch, statement):
    path = tmp_path / "loop.py"
    path.write_text(LOOP.format(statement=statement))
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    run(["fix", "--no-cache", "--unsafe-fixes", "--min-speedup", "0", "loop.py"])
    return path.read_text() != LOOP.format(statement=statement)


@pytest.mark.parametrize("statement", EFFECTS)
def test_what_it_changes_would_be_lost(tmp_path, monkeypatch, statement):
    assert not fixed(tmp_path, monkeypatch, statement)


@pytest.mark.parametrize("statement", RESULTS)
def test_what_it_gives_or_sends_is_not(tmp_path, monkeypatch, statement):
    assert fixed(tmp_path, monkeypatch, statement)
