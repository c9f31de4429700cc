"""What a module that is not imported changes of another one's variables, objects and classes.

It may be long and call much of the program, so its calls are not followed: what counts is what
its own code does to the object, and the one method of it that is called there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.names import imports_in
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import Root, Val, home_of
from pfadvisor.loops.bound_outside import bound_in
from pfadvisor.loops.held_state import changes
from pfadvisor.loops.run_time import at_run_time

MODULES: Final = frozenset({"name", "free", "import"})  # what gives one
STORES: Final = frozenset({"setattr", "setitem", "delattr", "delitem"})
OWN: Final = -1
SELF: Final[Root] = ("param", 0)
DEEPEST: Final = 6


class Change(NamedTuple):
    """A value of a function, of which a part is stored to or the method `callee` is called."""

    function: int
    value: int
    callee: int = OWN


def sets_any(program: Program, facts: ModuleFacts, roots: Iterable[Root]) -> bool:
    """Whether the module binds one of the variables anew or changes one of the objects."""
    outside = bound_in(program, facts)
    return any(
        any(one.may_be(*home_of(root)) for one in outside) or changed_by(program, facts, root)
        for root in roots
    )


def imports_from(program: Program, facts: ModuleFacts, module: str) -> bool:
    """Whether an import of it leads to the module, or to something that is defined there."""
    imports = imports_in(facts)
    return any(_leads_to(program, program.imported(facts, *each), module) for each in imports)


def _leads_to(program: Program, value: Val, module: str) -> bool:
    homes = {home_of(root)[0] for root, _ in value.objs if root[0] == "global"}
    homes |= {str(func[1]).partition(":")[0] for func in value.funcs if func[0] != "known"}
    found = {facts.name for home in homes if (facts := program.own(home)) is not None}
    return any(f"{module}.".startswith(f"{each}.") for each in found)


def changed_by(program: Program, facts: ModuleFacts, root: Root) -> bool:
    """Whether code of the module that an import does not run changes the object."""
    found = program.table(_changing, facts).get(home_of(root)[1], ())
    return any(
        _is(program, facts, each, root)
        and (each.callee == OWN or _writes(program, facts, each, root))
        for each in found
    )


def _is(program: Program, facts: ModuleFacts, change: Change, root: Root) -> bool:
    value = program.slice_value(facts, change.function, change.value)
    nothing = value.types is None and not value.objs and not value.funcs
    return nothing or ("class", root[1]) in value.funcs or root in {obj[0] for obj in value.objs}


def _writes(program: Program, facts: ModuleFacts, change: Change, root: Root) -> bool:
    """Whether the method, as far as it is one of the project, changes the object that has it."""
    own = {root, SELF} if root[0] == "global" else {root}
    for func in program.slice_value(facts, change.function, change.callee).funcs:
        home = program.module(func[1]) if func[0] == "def" else None
        effects = program.evaluation(home, func[2]).effects if home is not None else ()
        if any(changes(each) and each.root in own for each in effects):
            return True
    return False


def _changing(facts: ModuleFacts) -> dict[str, list[Change]]:
    """Name -> where code that an import does not run may change what has it in a module."""
    origins = {alias: name for alias, (_, name, _) in facts.imports if name}
    found: dict[str, list[Change]] = {}
    for index, function in enumerate(facts.functions):
        for instr in at_run_time(facts, function):
            value, callee = OWN, OWN
            if instr.op in STORES:
                value = instr.args[0]
            elif instr.op == "call" and function.code[instr.args[0]].op == "attr":
                value, callee = function.code[instr.args[0]].args[0], instr.args[0]
            for name, part in _parts(function, value):
                change = Change(index, part, callee)
                found.setdefault(origins.get(name, name), []).append(change)
    return found


def _parts(function: Function, value: int) -> Iterable[tuple[str, int]]:
    """The variables of modules by which the value is reached."""
    code = function.code
    for _ in range(DEEPEST if value >= 0 else 0):
        instr = code[value]
        if instr.op == "name":
            yield str(instr.args[0]), value
        if instr.op == "attr" and code[instr.args[0]].op in MODULES:
            yield str(instr.args[1]), value
        if instr.op not in ("attr", "item"):
            return
        value = instr.args[0]
