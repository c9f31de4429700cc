"""What comes back from the workers weighs as much as the code says that it is long."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from pfadvisor.config import Settings
from pfadvisor.model import Profit
from pfadvisor.pipeline import Request, analyze_text

WORKS = {
    "made-at-once": """
        def work(x):
            return [(x * i, str(i)) for i in range({count})]
        """,
    "appended": """
        def work(x):
            rows = []
            for i in range({count}):
                rows.append((x * i, str(i)))
            return rows
        """,
    "appended-in-two-loops": """
        def work(x):
            rows = []
            for i in range({count}):
                for j in range(2):
                    rows.append((x * i, str(j)))
            return rows
        """,
    "made-elsewhere": """
        def rows(x, count):
            return [(x * i, str(i)) for i in range(count)]


        def work(x):
            found = rows(x, {count})
            return found
        """,
}
COUNTED = """
        def work(x):
            return len([(x * i, str(i)) for i in range({count})])
        """
LOOP = """

def run(xs: list[int]):
    out = []
    for x in xs:
        out.append(work(x))
    return out
"""


def profit_of(work: str, count: int) -> Profit:
    text = textwrap.dedent(work).format(count=count) + LOOP
    row = 1 + text.splitlines().index("    for x in xs:")
    request = Request(Settings(), Path.cwd(), "all", fixes=False)
    findings = analyze_text(text, Path("sample.py"), request).findings
    judgement = next(one.judgement for one in findings if one.noqa_row == row)
    assert judgement is not None and judgement.profit is not None
    return judgement.profit


@pytest.mark.parametrize("name", WORKS)
def test_results_as_large_as_the_work_do_not_pay(name: str) -> None:
    """Measured with 2,000 rows: 0.5x."""
    assert profit_of(WORKS[name], 20_000).worth == "no"


def test_the_same_work_with_a_small_result_pays() -> None:
    assert profit_of(COUNTED, 20_000).worth != "no"
