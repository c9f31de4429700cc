"""Which calls of `map` and `filter` are loops: those of the builtins with a function."""

from __future__ import annotations

import ast
import textwrap

import pytest

from pfadvisor.effects.facts import Loop
from pfadvisor.effects.lower import lower


def loops_of(text: str) -> list[Loop]:
    text = textwrap.dedent(text)
    facts = lower(ast.parse(text), text, "case.py", "case", False)
    return [loop for function in facts.functions for loop in function.loops]


@pytest.mark.parametrize(
    "call",
    [
        "map(str, xs)",
        "map(lambda x: x + 1, xs)",
        "map(f, xs, ys)",
        "filter(f, xs)",
        "filter(None, xs)",
        "map(lambda x: (y := x), xs)",
    ],
)
def test_calls_with_a_function_are_loops(call: str) -> None:
    (loop,) = loops_of(f"def g(f, xs, ys):\n    return list({call})\n")
    assert (loop.form, loop.for_row, loop.for_column) == ("call", 2, 17)


@pytest.mark.parametrize("call", ["map(f)", "map(f, *xs)", "map(*xs)", "map(f, xs, strict=True)"])
def test_calls_whose_arguments_are_not_told_are_none(call: str) -> None:
    assert loops_of(f"def g(f, xs):\n    return list({call})\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "from case import map\n\n\ndef g(f, xs):\n    return map(f, xs)\n",
        "from case import *\n\n\ndef g(f, xs):\n    return map(f, xs)\n",
        "def map(f, xs):\n    return f(xs)\n\n\ndef g(f, xs):\n    return map(f, xs)\n",
        "def g(f, xs, map):\n    return map(f, xs)\n",
        "def g(f, xs, map):\n    def h():\n        return map(f, xs)\n    return h\n",
        "def g(f, xs, maps):\n    return [map(f, xs) for map in maps][0]\n",
        "def g(f, xs, ys, zip):\n    return map(f, xs, ys)\n",
        "def g(xs):\n    return xs.map(xs, xs)\n",
    ],
)
def test_another_map_is_none(text: str) -> None:
    assert [loop for loop in loops_of(text) if loop.form == "call"] == []


def test_a_lambda_in_line_stands_inside_of_its_loop() -> None:
    inner, outer = sorted(
        loops_of("def g(xs):\n    return list(map(lambda x: sum(y for y in x), xs))\n"),
        key=lambda loop: loop.form,
        reverse=True,
    )
    assert (inner.form, outer.form) == ("generator", "call") and len(inner.parents) == 1
