"""Source texts with one loop marked `# LOOP`, taken to what the profit model is given."""

from __future__ import annotations

import ast
import textwrap
from typing import NamedTuple

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.lower import lower
from pfadvisor.effects.program import Program
from pfadvisor.profit.workload import Workload, workload


class Marked(NamedTuple):
    program: Program
    ev: Evaluation
    loop: Loop

    @property
    def body(self) -> frozenset[int]:
        return frozenset(range(self.loop.body, self.loop.end))


def program_of(source: str) -> Program:
    text = textwrap.dedent(source)
    facts = lower(ast.parse(text), text, "sample.py", "sample", False)
    return Program(lambda name: facts if name == "sample" else None)


def marked(source: str) -> Marked:
    program = program_of(source)
    facts = program.module("sample")
    assert facts is not None
    lines = textwrap.dedent(source).splitlines()
    (row,) = (number for number, line in enumerate(lines, 1) if line.endswith("# LOOP"))
    for index, function in enumerate(facts.functions):
        for loop in function.loops:
            if loop.for_row == row:
                return Marked(program, program.evaluation(facts, index), loop)
    raise AssertionError(f"no loop in row {row}")


def work_of(source: str) -> Workload:
    """The work of the marked loop if its whole body is compute."""
    found = marked(source)
    return workload(found.program, found.ev, found.loop, found.body)
