"""Fixing a file of many loops is one parse, one write, and work that grows as the loops do."""

from __future__ import annotations

import ast
import cProfile
import os
from pathlib import Path

import pytest

from pfadvisor.cli import run

HEAD = '''\
"""Many loops."""

import time


def wait(name: str) -> str:
    time.sleep(1)
    return name
'''
LOOP = """

def run_{0}(names: list[str], scale: int) -> list[str]:
    out = []
    for name in names:
        text = wait(name) * scale  # note {0}
        out.append(text + "{0}")
    return out
"""
STEP = """
    out_{0} = []
    for name in names:
        text = wait(name) * scale  # note {0}
        out_{0}.append(text + "{0}")
"""
COMMAND = ["fix", "-n", "-j", "1", "--min-speedup", "0", "--assume", "throttle"]


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)

    def write(loops: int, head: str = HEAD, loop: str = LOOP) -> Path:
        path = tmp_path / "many.py"
        text = head + "".join(loop.format(number) for number in range(loops))
        path.write_text(text, encoding="utf-8")
        return path

    return write


def calls(loops: int, many, *text: str) -> int:
    path = many(loops, *text)
    profile = cProfile.Profile()
    profile.runcall(run, [*COMMAND, "--diff", str(path)])
    return sum(entry.callcount for entry in profile.getstats())


def test_twice_the_loops_are_twice_the_work(many):
    calls(2, many)  # what is imported and read once
    few, more, most = (calls(loops, many) for loops in (10, 20, 40))
    assert most - more < 2.3 * (more - few)


def test_what_one_function_binds_is_gathered_once(many):
    """Each rewrite is still checked in the whole file: that part grows with the square."""
    head = HEAD + "\n\ndef main(names: list[str], scale: int) -> None:"
    calls(2, many, head, STEP)
    few, more, most = (calls(loops, many, head, STEP) for loops in (10, 20, 40))
    assert most - more < 3.6 * (more - few)


def test_a_file_is_parsed_and_written_once(many, monkeypatch):
    path, parsed, written = many(12), [], []
    text = path.read_text(encoding="utf-8")
    parse, replace = ast.parse, os.replace

    def counting(source, *given, **named):
        parsed.append(source == text)
        return parse(source, *given, **named)

    monkeypatch.setattr(ast, "parse", counting)
    monkeypatch.setattr(os, "replace", lambda *given: written.append(given) or replace(*given))
    run([*COMMAND, str(path)])
    assert path.read_text(encoding="utf-8").count("executor.map") == 12
    assert (sum(parsed), len(written)) == (2, 1)  # once to analyse it, once to rewrite it
