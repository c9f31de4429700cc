"""State that the work reaches through functions and classes, and that calls change at run time.

Variables of closures, the objects that are defaults of parameters, attributes of classes that
only a library looks at: a worker that is started anew has them as the import makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import Effect, Root
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.run_time import Code, code_of_work
from pfadvisor.model import Location

LOOKS: Final = ("memo", "cache", "fill", "advance", "use")  # not for what a name holds


def changes(effect: Effect) -> bool:
    """Whether it changes what a name holds, and not just binds it first."""
    return effect.write and effect.how not in (*LOOKS, "bind")


def changed_cells(analysis: Analysis) -> Iterator[tuple[str, Location]]:
    """Variables of functions that have returned, which the work reads and others change."""
    body, read = analysis.body, dict[str, Location]()
    for effect in body.whole.effects_within(body.loop.body, body.loop.end):
        compute = effect.instr in analysis.compute_instrs
        if effect.root[0] == "free" and effect.chain and compute and not effect.write:
            read.setdefault(str(effect.root[1]), effect.where)
    for ev, _ in code_of_work(analysis) if read else ():
        named = {str(i.args[0]) for i in ev.function.code if i.op == "free"} & read.keys()
        for name in sorted(named):
            owner = _owner(ev.module, ev.index, name)
            here = ev.module is body.ev.module and owner in _around(body.ev.module, body.ev.index)
            if not here and _is_changed(ev.program, ev.module, owner, name):
                yield name, read[name]


def behind_default(analysis: Analysis, dotted: str) -> frozenset[Root] | None:
    """What else the object is called that is the default of a parameter; None for anything."""
    function, _, name = dotted.rpartition(".")
    for ev, _ in code_of_work(analysis):
        scope = ev.program.table(_scopes, ev.module).get(ev.index)
        if scope is None or function != f"{ev.module.name}.{ev.function.qualname}":
            continue
        for number, value in ev.function.defaults:
            if ev.function.params[number].name == name:
                return _other_names(ev.program, ev.module, scope, value)
    return None


def _other_names(
    program: Program, facts: ModuleFacts, scope: int, value: int
) -> frozenset[Root] | None:
    held, function = program.slice_value(facts, scope, value), facts.functions[scope]
    if held.types is None:
        return None
    bound = {i.args[0] for i in function.code if i.op == "setname" and i.args[1] == value}
    named = {("global", f"{facts.name}.{name}") for name in bound if function.kind == "module"}
    return frozenset(root for root, _ in held.objs if root[0] != "fresh").union(named)


def of_libraries(work: Code) -> Iterator[tuple[str, str, int]]:
    """Classes, as module and name, that derive from one outside the project and that the code
    has at hand, itself or an instance."""
    program, first = work.ev.program, dict[str, int]()
    for i in work.instrs:
        value = work.ev.values[i]
        for name in (*(f[1] for f in value.funcs if f[0] == "class"), *(value.types or ())):
            first.setdefault(str(name), i)
    for name, i in first.items():
        module, _, cls = name.partition(":")
        if cls and set(program.outer_bases(name)) - {"object"}:
            yield module, cls, i


def _owner(facts: ModuleFacts, index: int, name: str) -> int:
    """The function around that one which the variable belongs to."""
    owner = facts.functions[index].parent
    while owner >= 0 and name not in facts.functions[owner].locals:
        owner = facts.functions[owner].parent
    return owner


def _around(facts: ModuleFacts, index: int) -> set[int]:
    """The function and those that it stands in."""
    found = set[int]()
    while index >= 0:
        found.add(index)
        index = facts.functions[index].parent
    return found


def _is_changed(program: Program, facts: ModuleFacts, owner: int, name: str) -> bool:
    """Whether a function inside the owner changes its variable, or the object in it."""
    return any(
        changes(effect) and effect.root == ("free", name)
        for index in range(len(facts.functions))
        if index != owner and owner in _around(facts, index)
        for effect in program.evaluation(facts, index).effects
    )


def _scopes(facts: ModuleFacts) -> dict[int, int]:
    """Function -> the one whose code defines it."""
    return {
        instr.args[0]: index
        for index, function in enumerate(facts.functions)
        for instr in function.code
        if instr.op == "func"
    }
