"""What a program measures of its own process or thread, around a loop or a call that leads to it.

`process_time` says nothing of work that other processes do, nor `thread_time` of that of other
threads: it would be next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Function, ModuleFacts, last_name
from pfadvisor.effects.leading import leading_names, words
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.model import Assumption, Location, Mode

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

OF_THREAD: Final = frozenset({"thread_time", "thread_time_ns"})
OF_PROCESS: Final = frozenset(
    {
        *OF_THREAD,
        "process_time",
        "process_time_ns",
        "getrusage",
        "get_traced_memory",
        "cpu_times",
        "memory_info",
    }
)
NAMING: Final = frozenset({"name", "free", "attr"})
DEFINING: Final = frozenset({"func", "class"})


def cpu_time_lost(analysis: Analysis, mode: Mode, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for what is measured around the loop, where its work goes elsewhere."""
    body = analysis.body
    program, here = body.ev.program, body.ev.module
    modules = [*program.around(here), *program.setters(here)]
    asked = OF_PROCESS if mode == "processes" else OF_THREAD
    left = {n: w for m in modules for n, w in program.table(_left_open, m).items() if w in asked}
    meters = [(m, _measuring(program, m, asked, left)) for m in modules]
    if not any(read for _, read in meters):
        return ()
    holders = _holders(here, body.ev.index)
    inside = range(body.loop.body, body.loop.end)
    leading = leading_names({here.functions[i].name for i in holders} - {""}, modules)
    found = [
        _asked(facts, index, at, name)
        for facts, read in meters
        for index, at, name in read
        if not (facts is here and index == body.ev.index and at in inside)
        if (facts is here and index in holders) or _leads(facts, index, leading)
    ]
    return accepted.left(found[:1])


def _asked(facts: ModuleFacts, index: int, at: int, name: str) -> Assumption:
    where = Location(facts.filename, facts.functions[index].code[at].span)
    text = f"what `{name}` tells of this process need not be of work that others do"
    return Assumption("measured-time", name, text, where)


def _holders(facts: ModuleFacts, index: int) -> set[int]:
    """The function and those that it stands in, without the module."""
    found = set[int]()
    while index > 0:
        found.add(index)
        index = facts.functions[index].parent
    return found


Reading = tuple[int, int, str]  # function, instruction, what it asks


def _measuring(
    program: Program, facts: ModuleFacts, asked: frozenset[str], left: dict[str, str]
) -> list[Reading]:
    """Where code of the module measures so, itself or by what another function leaves to it."""
    said = program.table(_said, facts)
    names = said.keys() & (asked | left.keys())
    return sorted((*at, left.get(name, name)) for name in names for at in said[name])


def _said(facts: ModuleFacts) -> dict[str, list[tuple[int, int]]]:
    """Where each name is asked for: functions and instructions."""
    origins = {alias: name for alias, (_, name, _) in facts.imports if name}
    found: dict[str, list[tuple[int, int]]] = {}
    for index, function in enumerate(facts.functions):
        said = [(0, text.rpartition(".")[2]) for text in function.decorators]
        said += [(i, last_name(instr)) for i, instr in enumerate(function.code)]
        for i, spelt in said:
            found.setdefault(origins.get(spelt, spelt), []).append((index, i))
    return found


def _left_open(facts: ModuleFacts) -> dict[str, str]:
    """Functions and classes that let others measure, by name, with what they ask: such as yield,
    return a wrapper, or do not read twice by themselves."""
    origins = {alias: name for alias, (_, name, _) in facts.imports if name in OF_PROCESS}
    found: dict[str, str] = {}
    for index, function in enumerate(facts.functions):
        read = [origins.get(last_name(i), last_name(i)) for i in function.code]
        read = [name for name in read if name in OF_PROCESS]
        name = _outermost(facts, index) if read else ""
        closed = len(read) > 1 and name == function.name and not _is_open(function)
        if name and not closed:
            found[name] = read[0]
    return found


def _outermost(facts: ModuleFacts, index: int) -> str:
    """The name of the function or class at the level of the module, "" for the module itself."""
    while index > 0:
        function = facts.functions[index]
        if function.owner_class >= 0:
            return facts.classes[function.owner_class].name
        if function.parent <= 0:
            return function.name
        index = function.parent
    return ""


def _is_open(function: Function) -> bool:
    return any(instr.op in ("yield", "func") for instr in function.code)


def _leads(facts: ModuleFacts, index: int, leading: frozenset[str]) -> bool:
    """Whether the function may call what leads to the loop: to define it is not to call it."""
    code = facts.functions[index].code
    return bool(words((i for i in code if i.op not in DEFINING), facts) & leading)
