"""Rows of an expression that leaves its statement."""

from __future__ import annotations

import ast

import pytest

from pfadvisor.rewrite.hanging import taken_out
from pfadvisor.rewrite.text import Text

from .plans import dedent

CASES = {
    "below its beginning": (
        """
        found = any(wide(number) and
                    high(number)
                    for number in numbers)
        """,
        "wide(number) and\nhigh(number)",
    ),
    "below a bracket": (
        """
        found = [joined(number,
                        3) for number in numbers]
        """,
        "joined(number,\n                  3)",
    ),
    "by one step": (
        """
        found = [joined(
            number,
        ) for number in numbers]
        """,
        "joined(\n        number,\n    )",
    ),
    "a string of several rows": (
        """
        found = [joined('''a
                        b''') for number in numbers]
        """,
        "joined('''a\n                b''')",
    ),
    "one row": ("found = [joined(number) for number in numbers]", "joined(number)"),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_rows_keep_their_distance(source: str, expected: str) -> None:
    text = Text(dedent(source))
    loop = next(n for n in ast.walk(text.tree) if isinstance(n, (ast.ListComp, ast.GeneratorExp)))
    made = taken_out(text, text.span(loop.elt), [], "    ")
    assert made.replace("\n    high", "\nhigh") == expected
