"""The code that an import does not run, and the code that the work of a loop runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.granules import within


class Code(NamedTuple):
    """Instructions of a function that the work runs."""

    ev: Evaluation
    instrs: Iterable[int]


@lru_cache(maxsize=4)
def code_of_work(analysis: Analysis) -> tuple[Code, ...]:
    """The loop's own part of the work, and the functions that it leads to."""
    body, program = analysis.body, analysis.body.ev.program
    found = [Code(body.ev, analysis.compute_instrs)]
    targets = [t for i in analysis.compute_instrs for t in body.ev.targets.get(i, ())]
    called = frozenset((t.module, t.index) for t in targets if t.kind == "def")
    for module, index in program.reach(called):
        facts = program.module(module)
        if facts is not None:
            ev = program.evaluation(facts, index)
            found.append(Code(ev, range(len(ev.function.code))))
    return tuple(found)


def at_run_time(facts: ModuleFacts, function: Function) -> Iterator[Instr]:
    """The instructions of the function that no import of its module runs by itself."""
    late = function.kind not in ("module", "class")
    yield from (instr for instr in function.code if late or is_guarded(facts, instr))


def is_guarded(facts: ModuleFacts, instr: Instr) -> bool:
    """Whether the instruction is kept for the run of its module as a script."""
    return any(within(instr.span, guard) for guard in facts.guard)
