"""What the work looks at and a fresh interpreter has otherwise, whatever was assigned.

It imports the script as `__mp_main__`: that is its `__name__` there, and the `__module__` of its
classes. What functions register with a class or a generic function is not registered there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.program import operands
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.run_time import Code, at_run_time, code_of_work
from pfadvisor.model import Assumption

NAME: Final = "__name__"
OWNER: Final = "__module__"
LOGGERS: Final = frozenset({"getLogger", "get_logger"})


def found_otherwise(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each name that the work looks at and that stands for something else there."""
    text = {
        n: f"no result tells `{n}` of the script, which a worker has otherwise"
        for n in _names(analysis)
    }
    text |= {
        n: f"what is registered with `{n}` while the program runs is so in a fresh worker"
        for n in _registries(analysis)
    }
    where = analysis.body.ev.location(analysis.body.loop.source)
    return accepted.left(
        Assumption("same-globals", name, said, where) for name, said in text.items()
    )


def _names(analysis: Analysis) -> list[str]:
    found = set[str]()
    for ev, instrs in code_of_work(analysis):
        if ev.module.guard:  # else nothing says that it is run as a script
            found |= _names_in(ev.function, instrs)
    return sorted(found)


def _registries(analysis: Analysis) -> list[str]:
    """Names that the work uses and whose `register` some function of the program calls."""
    program = analysis.body.ev.program
    around = program.around(analysis.body.ev.module)
    found = {n for facts in around for n in program.table(_filled, facts)}
    used = (
        {n for work in code_of_work(analysis) for n in _globals_in(work)} if found else set[str]()
    )
    return sorted(found & used)


def _names_in(function: Function, instrs: Iterable[int]) -> set[str]:
    code, found = function.code, set[str]()
    to_loggers = {v for i in instrs if _gets_logger(code, code[i]) for v in operands(code[i])}
    for i in instrs:
        if code[i].op == "name" and code[i].args[0] == NAME and i not in to_loggers:
            found.add(NAME)
        if code[i].op == "attr" and code[i].args[1] == OWNER:
            found.add(OWNER)
    return found


def _gets_logger(code: tuple[Instr, ...], instr: Instr) -> bool:
    return instr.op == "call" and code[instr.args[0]].args[-1:] in {(n,) for n in LOGGERS}


def _globals_in(work: Code) -> Iterator[str]:
    code = work.ev.function.code
    yield from (str(code[i].args[0]) for i in work.instrs if code[i].op == "name")


def _filled(facts: ModuleFacts) -> frozenset[str]:
    """Names of the module whose `register` its functions, or its `__main__` guard, call."""
    found = set[str]()
    for function in facts.functions:
        code = function.code
        for instr in at_run_time(facts, function):
            if instr.op == "attr" and instr.args[1] == "register":
                base = code[instr.args[0]]
                found |= {str(base.args[0])} if base.op == "name" else set()
    return frozenset(found)
