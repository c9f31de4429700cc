"""Where pools are made: once around outer loops, not at all where one is at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pfadvisor.cli import run

PROGRAM = '''\
"""Sums of long rows."""

from concurrent.futures import Executor, ProcessPoolExecutor


def weigh(row: list[int]) -> int:
    total = 0
    for turn in range(3000):
        for value in row:
            total = (total + value * turn) % 10007
    return total


def given(executor: ProcessPoolExecutor, rows: list[list[int]]) -> list[int]:
    return [weigh(row) for row in rows]


def perhaps_threads(executor: Executor, rows: list[list[int]]) -> list[int]:
    return [weigh(row) for row in rows]


def rounds(rows: list[list[int]]) -> int:
    state = 0
    while state < 3:
        weights = []
        for row in rows:
            weights.append(weigh(row))
        state += 1 + sum(weights) % 2
        rows = [[state]]
    return state


def steps(rows: list[list[int]], count: int) -> list[int]:
    seen = []
    for step in range(count):
        note = """
as it was"""
        first = [weigh(row) for row in rows]
        rows = [[sum(first), step]]
        second = []
        for row in rows:
            second.append(weigh(row) + len(note))
        seen.append(max(second, default=0))
    return seen


def mixed(rows: list[list[int]], names: list[str]) -> list[str]:
    seen = []
    for turn in range(2):
        weights = [weigh(row) for row in rows]
        texts = []
        for name in names:
            with open(name, encoding="utf-8") as file:
                texts.append(file.readline() * (turn + len(seen)))
        seen += [f"{sum(weights)} {text}" for text in texts]
        rows = [[len(seen)]]
    return seen


def streamed(groups: list[list[list[int]]]):
    last = 0
    for group in groups:
        found = []
        for row in group:
            found.append(weigh(row))
        last = sum(found) + last
        yield last


def main() -> None:
    rows = [[n, n + 1] for n in range(9)]
    with ProcessPoolExecutor() as executor:
        print(given(executor, rows), given(executor, []), perhaps_threads(executor, rows))
    print(rounds(rows), rounds([]), list(streamed([rows, [], rows])))
    print(steps(rows, 3), steps([], 1), mixed(rows, [__file__]))


if __name__ == "__main__":
    main()
'''


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pools")
    (folder / "pyproject.toml").touch()
    before, after = folder / "before.py", folder / "after.py"
    for path in (before, after):
        path.write_text(PROGRAM, encoding="utf-8")
    run(["fix", "-n", "--min-speedup", "0", str(after)])
    return before, after


def function(path: Path, name: str) -> str:
    return path.read_text(encoding="utf-8").partition(f"def {name}(")[2].partition("\n\n\n")[0]


def test_the_program_does_what_it_did(programs):
    before, after = (
        subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout
        for path in programs
    )
    assert before == after


def test_a_given_executor_of_processes_is_used(programs):
    assert "    return list(executor.map(weigh, rows" in function(programs[1], "given")


def test_one_that_may_be_of_threads_is_not(programs):
    assert "with Pool() as pool:" in function(programs[1], "perhaps_threads")


def test_a_pool_is_made_once_around_the_outer_loop(programs):
    assert "    with Pool() as pool:\n        while state < 3:\n" in function(programs[1], "rounds")


def test_a_pool_is_made_once_for_all_loops_inside(programs):
    text = function(programs[1], "steps")
    assert "    with Pool() as pool:\n        for step in range(count):\n" in text
    assert (text.count("with "), text.count("pool.map(")) == (1, 2)


def test_what_cannot_share_the_pool_is_left(programs):
    text = function(programs[1], "mixed")
    assert "    with Pool() as pool:\n        for turn in range(2):\n" in text
    assert "            texts = []\n            for name in names:\n" in text


def test_a_pool_does_not_live_while_a_generator_waits(programs):
    assert "for group in groups:\n        with Pool() as pool:" in function(programs[1], "streamed")
