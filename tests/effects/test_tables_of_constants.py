"""Long displays of constants: few instructions, and nothing told of them that is not so."""

from __future__ import annotations

import ast

import pytest

from pfadvisor.effects.lower import lower
from pfadvisor.effects.program import Program


def evaluated(text: str) -> tuple[int, object]:
    """The number of instructions, and the value of what the module returns last."""
    facts = lower(ast.parse(text), text, "table.py", "table", False)
    program = Program({"table": facts}.get)
    program.add(facts)
    ev = program.evaluation(facts, 0)
    (display,) = (i for i, one in enumerate(facts.functions[0].code) if one.op == "display")
    site = ("fresh", display), ()
    return len(facts.functions[0].code), ev.heap[site, "[]"]


@pytest.mark.parametrize("elements", [["7"] * 9000, [str(n) for n in range(9000)]])
def test_a_long_table_has_few_instructions(elements):
    count, held = evaluated(f"x = [{', '.join(elements)}]")
    assert count < 100
    assert held.types == {"int"}


@pytest.mark.parametrize("late", ["1", "True", "'0'", "None"])
def test_an_element_that_differs_late_is_seen(late):
    _, held = evaluated(f"x = [{'0, ' * 500}{late}]")
    (other,) = {type(ast.literal_eval(late)).__name__ if late != "None" else "None"}
    assert held.types == {"int", other}
    assert held.const != 0


def test_the_values_of_a_long_dictionary_are_seen():
    entries = ", ".join(f"'k{n}': {n}" for n in range(500))
    _, held = evaluated(f"x = {{{entries}, 'last': open}}")
    assert "open" in str(held.funcs)
