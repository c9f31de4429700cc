"""Comprehensions with several `for`s: what hands out the work is where the work is."""

from __future__ import annotations

import pytest

from pfadvisor import analyze_source
from pfadvisor.model import Judgement

SOURCE = """
import subprocess

def spin(number: int) -> int:
    return sum(number * turn % 7 for turn in range(5000))

def spins(number: int) -> list[int]:
    return [spin(turn) for turn in range(number + 30)]

def asked(name: str) -> dict[str, str]:
    return {name: subprocess.check_output(["git", name], text=True)}

def run(items: list[int], names: list[str], rows: list[list[int]]):
    return MADE
"""


def judged(comprehension: str) -> Judgement:
    report = analyze_source(SOURCE.replace("MADE", comprehension), show="all")
    row = len(SOURCE.splitlines())
    (found,) = [f.judgement for f in report.findings if f.judgement and f.span.row == row]
    return found


@pytest.mark.parametrize(
    ("comprehension", "kind"),
    [
        ("[n for item in items for n in spins(item)]", "cpu"),
        ("{n: item for item in items if item for n in spins(item)}", "cpu"),
        ("sum(n % 3 for item in items for n in spins(item))", "cpu"),
        ("[cell for row in rows for cell in row if spin(cell)]", "cpu"),
        ("[(name, key, text) for name in names for key, text in asked(name).items()]", "io"),
    ],
)
def test_work_around_the_elements_is_done_by_item_of_the_first_for(comprehension, kind):
    found = judged(comprehension)
    assert found.plan is not None and found.plan.nested and found.kind == kind
    assert found.profit is not None and found.profit.worth != "no"


@pytest.mark.parametrize(
    "comprehension",
    [
        "[spin(cell) for row in rows for cell in row]",
        "[n + cell for row in rows for n in row for cell in row]",
        "any(n > 3 for item in items for n in spins(item))",
        "next(n for item in items for n in spins(item))",
        "print(*(n for item in items for n in spins(item)))",
    ],
)
def test_else_the_items_are_those_of_the_last(comprehension):
    """Whoever leaves early leaves what comes later undone."""
    found = judged(comprehension)
    assert found.plan is None or not found.plan.nested
