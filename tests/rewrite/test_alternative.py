"""`--guarded`: many items take the rewrite, few the loop as it was, and that is left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pfadvisor.cli import run

PROGRAM = '''\
"""Sums of long rows."""


def weigh(row: list[int]) -> int:
    total = 0
    for turn in range(3000):
        for value in row:
            total = (total + value * turn) % 10007
    return total


def listed(rows: list[list[int]]) -> list[int]:
    found = []
    for row in rows:  # each
        found.append(weigh(row))
    return found


def numbered(rows: list[list[int]]) -> str:
    text = """
"""
    for number, row in enumerate(rows, 1):
        weight = weigh(row) + 1
        text += f"""{number}
  {weight}
"""
    return text


def first(rows: dict[str, list[int]]) -> dict[str, int]:
    return {
        name: weigh(row)  # of each
        for name, row in rows.items()
    }


def unsized(rows):
    return [weigh(row) for row in map(list, rows)]


def show(size: int) -> None:
    rows = [[n, n + 1] for n in range(size)]
    print(listed(rows), numbered(rows), first(dict(zip(map(str, rows), rows))))
    print(unsized(rows))


def main() -> None:
    show(0)
    show(1)
    show(40)


if __name__ == "__main__":
    main()
'''


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def output(path: Path) -> str:
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    return done.stdout


def fix(path: Path) -> str:
    run(["fix", "-n", "--min-speedup", "0", "--guarded", str(path)])
    return path.read_text(encoding="utf-8")


def test_both_ways_do_what_the_loop_did(program):
    before = output(program)
    after = fix(program)
    assert after.count("    else:\n        # pfadvisor: ignore") == 3
    assert "if len(rows) >= " in after
    assert output(program) == before


def test_the_loop_that_is_kept_is_left_alone(program):
    once = fix(program)
    assert fix(program) == once


def test_what_has_no_length_is_left_alone(program):
    assert PROGRAM[PROGRAM.index("def unsized") :] in fix(program)
