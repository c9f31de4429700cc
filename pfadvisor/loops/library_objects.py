"""Attributes that code gives to objects of libraries: `sys.stdout.level = 5`.

`threading.main_thread()`, `logging.root`, a module in `sys.modules`: each process has its own, and
a worker that is started anew has them as the library makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.names import absolute
from pfadvisor.effects.program import Program
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.run_time import at_run_time, code_of_work
from pfadvisor.model import Location

STEPS: Final = frozenset({"attr", "item", "call"})
SETTING: Final = frozenset({"setattr", "delattr"})
DEEPEST: Final = 6


def given_to_libraries(analysis: Analysis) -> Iterator[tuple[str, Location]]:
    """Those that the work asks such objects for, and where."""
    program, here = analysis.body.ev.program, analysis.body.ev.module
    modules = (*program.around(here), *program.setters(here))
    given = {name for facts in modules for name in _given(program, facts)}
    for ev, instrs in code_of_work(analysis) if given else ():
        for i in instrs:
            instr = ev.function.code[i]
            asked = instr.op == "attr" and instr.args[1] in given
            asked = asked and _start(ev.function, instr.args[0]) is not None
            if asked and not _is_new(program, ev.module, ev.index, instr.args[0]):
                yield instr.args[1], ev.location(i)


def _given(program: Program, facts: ModuleFacts) -> Iterator[str]:
    for each in program.table(_set_on_imported, facts):
        own = program.own(absolute(facts, each.module, each.level)) is not None
        if not own and not _is_new(program, facts, each.function, each.value):
            yield each.name


def _is_new(program: Program, facts: ModuleFacts, index: int, value: int) -> bool:
    """Whether it is an object that the code makes of a class, or is reached from one."""
    code = facts.functions[index].code
    while code[value].op in STEPS:
        if code[value].op == "call":
            called = program.slice_value(facts, index, code[value].args[0]).funcs
            known = {str(func[1]) for func in called if func[0] == "known"}
            if any(program.traits_of(name) is not None for name in known):
                return True
        value = code[value].args[0]
    return False


class Given(NamedTuple):
    """An attribute that a function sets on a value which is reached from that module."""

    module: str
    level: int
    function: int
    value: int
    name: str


def _set_on_imported(facts: ModuleFacts) -> list[Given]:
    """What is set at run time on what modules have; what is set on them left aside."""
    imports, found = dict(facts.imports), list[Given]()
    for index, function in enumerate(facts.functions):
        for instr in at_run_time(facts, function):
            if instr.op in SETTING and function.code[instr.args[0]].op in STEPS:
                start = _start(function, instr.args[0])
                told = start.args if start is not None else ("",)
                target, _, level = told if len(told) == 3 else imports.get(told[0], ("", "", 0))
                if target:
                    found.append(Given(target, level, index, instr.args[0], instr.args[1]))
    return found


def _start(function: Function, value: int) -> Instr | None:
    """What the value is reached from, if that is an import or a variable of a module."""
    for _ in range(DEEPEST):
        instr = function.code[value]
        if instr.op in ("name", "import"):
            return instr
        if instr.op not in STEPS:
            return None
        value = instr.args[0]
    return None
