"""Annotations of other modules reach a new function where they mean there what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pfadvisor.cli import run

WORK = '''
import math
from collections import deque
from typing import NamedTuple


class Peak(NamedTuple):
    at: int
    height: float


def peak({given}):
    """The highest of many sines."""
    best = (0, 0.0)
    for n in range(100_000):
        height = math.sin(start + n) * n
        if height > best[1]:
            best = n, height
    return {made}
'''
MAIN = """
from {origin}


def table(starts: list[int]) -> None:
    for start in starts:
        found = {call}(start)
        after = {call}(start + 1)
        print(start, found, after)
"""


def returned(folder: Path, work: str, main: str) -> str:
    (folder / "pyproject.toml").write_text("")
    (folder / "waves.py").write_text(work)
    (folder / "main.py").write_text(main)
    run(["fix", "--no-cache", "--min-speedup", "0", "--unsafe-fixes", str(folder / "main.py")])
    after = (folder / "main.py").read_text()
    found = re.search(r"def _\w+\(start: int\) -> tuple\[(.*), \1\]:", after)
    assert found, after
    return found[1]


def work(returns: str, *, decorated: str = "", made: str = "best") -> str:
    source = WORK.replace("{given}", "start: int").replace("{made}", made)
    source = source.replace("def peak(start: int):", f"def peak(start: int) -> {returns}:")
    return source.replace("def peak", f"{decorated}def peak")


@pytest.mark.parametrize(
    ("returns", "made", "origin", "call", "expected"),
    [
        ("tuple[int, float]", "best", "waves import peak", "peak", "tuple[int, float]"),
        ("list[float]", "[best[1]]", "waves import peak as top", "top", "list[float]"),
        ("Peak", "Peak(*best)", "waves import Peak, peak", "peak", "Peak"),
        ("Peak", "Peak(*best)", "waves import peak", "peak", "Any"),
        ("'Peak'", "Peak(*best)", "waves import Peak, peak", "peak", "Peak"),
        ("deque[int]", "deque([1])", "waves import peak", "peak", "Any"),
    ],
)
def test_what_the_other_module_states(
    tmp_path: Path, returns: str, made: str, origin: str, call: str, expected: str
) -> None:
    main = MAIN.replace("{origin}", origin).replace("{call}", call)
    assert returned(tmp_path, work(returns, made=made), main) == expected


def test_a_module_that_is_named_at_the_call(tmp_path: Path) -> None:
    main = MAIN.replace("from {origin}", "import waves").replace("{call}", "waves.peak")
    assert returned(tmp_path, work("tuple[int, float]"), main) == "tuple[int, float]"


def test_a_name_that_the_other_module_uses_for_something_else(tmp_path: Path) -> None:
    other = work("float", made="best[1]").replace("class Peak", "float = int\n\n\nclass Peak")
    main = MAIN.replace("{origin}", "waves import peak").replace("{call}", "peak")
    assert returned(tmp_path, other, main) == "Any"


def test_a_decorated_function_may_give_something_else(tmp_path: Path) -> None:
    other = "import functools\n" + work("tuple[int, float]", decorated="@functools.cache\n")
    main = MAIN.replace("{origin}", "waves import peak").replace("{call}", "peak")
    assert returned(tmp_path, other, main) == "Any"
