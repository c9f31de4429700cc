"""Contexts that other code enters around calls that may lead to a loop.

`with localcontext() as context: context.prec = 6; prices(folder)`: the threads and processes that
work for a loop in `prices` have contexts of their own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.leading import is_everywhere, leading_names, words
from pfadvisor.loops.nodes import Body
from pfadvisor.model import Location

ENTERED: Final = frozenset(
    {"localcontext", "errstate", "no_grad", "set_grad_enabled", "inference_mode"}
)
NAMING: Final = frozenset({"name", "free", "attr", "import"})


class Entry(NamedTuple):
    """Where a function names such a context, and the instructions that run within the one that
    it makes; None where that cannot be told."""

    function: int
    named: int
    within: range | None


def entered_elsewhere(body: Body) -> Location | None:
    """Where code in sight enters a context of arithmetic around a call that may lead to the
    function that the loop stands in."""
    program, here = body.ev.program, body.ev.module
    modules = [*program.around(here), *program.setters(here)]
    entries = [(facts, entry) for facts in modules for entry in program.table(_entries, facts)]
    leading = leading_names(_holders(body), modules) if entries else frozenset[str]()
    for facts, entry in entries:
        if entry.within is None or is_everywhere(leading) or _leads(body, facts, entry, leading):
            span = facts.functions[entry.function].code[entry.named].span
            return Location(facts.filename, span)
    return None


def _holders(body: Body) -> set[str]:
    """The names of the function that the loop stands in, and of those around it."""
    functions, function = body.ev.module.functions, body.function
    found = {function.name}
    while function.parent > 0:
        function = functions[function.parent]
        found.add(function.name)
    return {name for name in found if name.isidentifier()}


def _entries(facts: ModuleFacts) -> list[Entry]:
    known, found = {*ENTERED}, list[Entry]()
    known |= {alias for alias, (_, name, _) in facts.imports if name in ENTERED}
    for index, function in enumerate(facts.functions):
        for i, instr in enumerate(function.code):
            if instr.op in NAMING and instr.args[min(len(instr.args) - 1, 1)] in known:
                within = _within(function, i)
                if within is not None or instr.op != "import" or index:
                    found.append(Entry(index, i, within))
    return found


def _within(function: Function, named: int) -> range | None:
    """What runs within the context that a call of the name makes, if a `with` enters just that."""
    code = function.code
    made = [i for i, instr in enumerate(code) if instr.op == "call" and instr.args[0] == named]
    entered = [i for i, instr in enumerate(code) if _is(instr, "enter", made)]
    left = [i for i, instr in enumerate(code) if _is(instr, "exit", made)]
    if len(made) != 1 or not entered or not left:
        return None
    within = range(entered[0], left[-1])
    return None if any(code[i].op == "yield" for i in within) else within


def _is(instr: Instr, op: str, values: list[int]) -> bool:
    return instr.op == op and instr.args[0] in values


def _leads(body: Body, facts: ModuleFacts, entry: Entry, leading: frozenset[str]) -> bool:
    """Whether something within the context may call what leads to the loop."""
    function, program = facts.functions[entry.function], body.ev.program
    within = entry.within or range(0)
    if words((function.code[i] for i in within), facts) & leading:
        return True
    targets = program.evaluation(facts, entry.function).targets
    called = [targets.get(i, ()) for i in within if function.code[i].op == "call"]
    if any(not found or any(t.kind == "unknown" for t in found) for found in called):
        return True
    defined = frozenset((t.module, t.index) for ts in called for t in ts if t.kind == "def")
    return (body.ev.module.name, body.ev.index) in program.reach(defined)
