"""Which of several blockers comes first."""

from __future__ import annotations

import pytest

from pfadvisor import analyze_source

MOVED = """
def moved(items, found, seen):
    for item in items:
        if item not in seen:
            seen.add(item)
            found.append(item)
"""
SUMMED = """
def summed(items):
    total = 0
    for item in items:
        total += item
        print(total)
"""
WORKED = """
def work(item, seen):
    while item not in seen:
        seen.append(sum(seen) % 7)


def worked(items, seen):
    for item in items:
        work(item, seen)
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [(MOVED, "PFA224"), (SUMMED, "PFA201"), (WORKED, "PFA203")],
    ids=["moved", "summed", "worked"],
)
def test_that_nothing_is_left_comes_first_where_no_value_is_carried(text: str, code: str) -> None:
    (finding,) = analyze_source(text, show="all").findings
    assert finding.code == code
