"""Settings of the interpreter that the program changes and that a fresh worker has as they came.

The recursion limit, the locale, the levels of loggers, what is registered with a library: they
belong to a process, and an import does not set them again. What is set before a loop counts only
if its compute goes by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import PERHAPS
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.run_time import at_run_time
from pfadvisor.model import Assumption, Location

SETTERS: Final = {
    "setrecursionlimit": "recursion limit",
    "set_int_max_str_digits": "limit on digits",
    "setlocale": "locale",
    "setLevel": "log level",
    "basicConfig": "log level",
    "dictConfig": "log level",
    "fileConfig": "log level",
    "putenv": "environment",
    "environ": "environment",
    "simplefilter": "list of warning filters",
    "filterwarnings": "list of warning filters",
    "resetwarnings": "list of warning filters",
}
WATCHED: Final = {
    ("res", "locale"): "locale",
    ("res", "env"): "environment",
    ("res", "warnings"): "list of warning filters",
    ("global", "warnings.filters"): "list of warning filters",
}
LOOKING: Final = frozenset({"isEnabledFor", "getEffectiveLevel"})
CODING: Final = frozenset(
    {"decode", "encode", "open", "read_text", "write_text", "str", "bytes", "TextIOWrapper"}
)
CHANGING: Final = frozenset({"update", "setdefault", "pop", "clear"})


def settings_lost(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each setting that compute goes by and that code sets at run time."""
    set_here = _set_at_run_time(analysis)
    needed = _needed(analysis) if set_here else frozenset()
    return accepted.left(
        Assumption(
            "same-globals",
            name,
            f"the {name}, which is set while the program runs, is the same in a fresh worker",
            where,
        )
        for name, where in set_here.items()
        if name in needed
    )


def _set_at_run_time(analysis: Analysis) -> dict[str, Location]:
    program, here = analysis.body.ev.program, analysis.body.ev.module
    found = dict[str, Location]()
    for facts in (*program.around(here), *program.setters(here)):
        found = program.table(_set_in, facts) | _registered(program, facts) | found
    return found


def _registered(program: Program, facts: ModuleFacts) -> dict[str, Location]:
    """Libraries whose settings a module changes at run time, by what the tables say of calls."""
    found: dict[str, Location] = {}
    for dotted, where in program.table(_called_in, facts).items():
        line = program.knowledge.call(dotted)
        if line is not None and "interpreter" in line.writes:
            found.setdefault(dotted.partition(".")[0], where)
    return found


def _called_in(facts: ModuleFacts) -> dict[str, Location]:
    """What is imported and called at run time, and where first."""
    found: dict[str, Location] = {}
    for function in facts.functions:
        for instr in at_run_time(facts, function):
            dotted = _dotted(facts, function, instr.args[0]) if instr.op == "call" else ""
            if dotted:
                found.setdefault(dotted, Location(facts.filename, instr.span))
    return found


def _dotted(facts: ModuleFacts, function: Function, value: int) -> str:
    """The full name of what an import has brought, "" for anything else."""
    instr = function.code[value]
    if instr.op == "attr":
        before = _dotted(facts, function, instr.args[0])
        return f"{before}.{instr.args[1]}" if before else ""
    if instr.op not in ("name", "free"):
        return ""
    module, member, level = dict(facts.imports).get(str(instr.args[0]), ("", "", 1))
    return "" if level else f"{module}.{member}" if member else module


def _set_in(facts: ModuleFacts) -> dict[str, Location]:
    """What a module sets at run time, and where first."""
    found: dict[str, Location] = {}
    for function in facts.functions:
        for instr in at_run_time(facts, function):
            name = SETTERS.get(str(instr.args[-1])) if instr.op in ("attr", "name") else None
            if name is None:
                continue
            if instr.args[-1] != "environ" or _changes_environment(function):
                found.setdefault(name, Location(facts.filename, instr.span))
    return found


def _changes_environment(function: Function) -> bool:
    code = function.code
    for instr in code:
        changed = instr.op in ("setitem", "delitem")
        changed |= instr.op == "attr" and instr.args[1] in CHANGING
        if changed and code[instr.args[0]].args[-1:] == ("environ",):
            return True
    return False


def _needed(analysis: Analysis) -> frozenset[str]:
    """Settings that decide what compute gives, or whether it can give anything."""
    body, compute = analysis.body, analysis.compute_instrs
    found = {
        WATCHED[e.root]
        for e in body.whole.effects_within(body.loop.body, body.loop.end)
        if e.root in WATCHED and e.instr in compute and e.how != PERHAPS
    }
    found.add("limit on digits")
    names = {i.args[-1] for i in _code(analysis) if i.op in ("attr", "name", "builtin")}
    found |= {*_consulted(analysis)}
    if names & CODING:
        found.add("codecs")
    if names & LOOKING:
        found.add("log level")
    if _recursive(analysis):
        found.add("recursion limit")
    return frozenset(found)


def _consulted(analysis: Analysis) -> Iterator[str]:
    """Libraries that compute asks for what depends on their settings."""
    body, program = analysis.body, analysis.body.ev.program
    called = [t for i in analysis.compute_instrs for t in body.ev.targets.get(i, ())]
    for module, index in _reached(analysis):
        facts = program.module(module)
        groups = program.evaluation(facts, index).targets.values() if facts is not None else ()
        called += [t for group in groups for t in group]
    for target in called:
        line = program.knowledge.call(target.name) if target.kind == "known" else None
        if line is not None and "interpreter" in line.reads:
            yield target.name.partition(".")[0]


def _code(analysis: Analysis) -> Iterator[Instr]:
    code = analysis.body.function.code
    yield from (code[i] for i in analysis.compute_instrs)
    for module, index in _reached(analysis):
        facts = analysis.body.ev.program.module(module)
        yield from facts.functions[index].code if facts is not None else ()


def _reached(analysis: Analysis) -> frozenset[tuple[str, int]]:
    ev, compute = analysis.body.ev, analysis.compute_instrs
    called = {
        (t.module, t.index) for i in compute for t in ev.targets.get(i, ()) if t.kind == "def"
    }
    return ev.program.reach(frozenset(called), within_packages=True)


def _recursive(analysis: Analysis) -> bool:
    program = analysis.body.ev.program
    return any(
        each in program.reach(program.callees(*each), within_packages=True)
        for each in _reached(analysis)
    )
