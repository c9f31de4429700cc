"""What a module that is not imported changes of another one's variables, objects and classes.

It may be long and call much of the program, so its calls are not followed: what counts is what
its own code does to the object, and the one method of it that is called there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.names import imports_in
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import OPAQUE, Root, Val, home_of
from pfadvisor.loops.bound_outside import bound_in
from pfadvisor.loops.held_state import changes
from pfadvisor.loops.run_time import at_run_time

MODULES: Final = frozenset({"name", "free", "import"})  # what gives one
STORES: Final = frozenset({"setattr", "setitem", "delattr", "delitem"})
STORING: Final = frozenset({"setattr", "setitem", "ret"})
OWN: Final = -1
SELF: Final[Root] = ("param", 0)
DEEPEST: Final = 6


class Change(NamedTuple):
    """A value of a function, of which a part is stored to or the method `callee` is called, or
    kept; `OWN` for a variable of the very module."""

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
    if OPAQUE & value.funcs:
        return True
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


def hands_out_setter(program: Program, facts: ModuleFacts, root: Root) -> bool:
    """Whether the module keeps a method that changes the object, for others to call."""
    home, name = home_of(root)
    return any(
        (facts.name == home if each.value == OWN else _is(program, facts, each, root))
        and _writes(program, facts, each, root)
        for each in program.table(_handing_out, facts).get(name, ())
    )


def _is(program: Program, facts: ModuleFacts, change: Change, root: Root) -> bool:
    value = program.slice_value(facts, change.function, change.value)
    nothing = value.types is None and not value.objs and not value.funcs
    return nothing or ("class", root[1]) in value.funcs or root in {obj[0] for obj in value.objs}


def _writes(program: Program, facts: ModuleFacts, change: Change, root: Root) -> bool:
    """Whether the method, as far as it is one of the project, changes the object that has it."""
    for func in program.slice_value(facts, change.function, change.callee).funcs:
        home = program.module(func[1]) if func[0] == "def" else None
        if home is None:
            continue
        bound = root[0] == "global" or "classmethod" in home.functions[func[2]].decorators
        own = {root, SELF} if bound else {root}
        effects = program.evaluation(home, func[2]).effects
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


def _handing_out(facts: ModuleFacts) -> dict[str, list[Change]]:
    """Name -> methods of what has it in a module that tables keep, or calls get as the module is
    imported. Those that have names of their own are looked for where they are called."""
    origins = {alias: name for alias, (_, name, _) in facts.imports if name}
    found: dict[str, list[Change]] = {}
    for index, function in enumerate(facts.functions):
        late = function.kind not in ("module", "class")
        bound = {i.args[1]: str(i.args[0]) for i in function.code if i.op == "setname"}
        parted = {i.args[0] for i in function.code if i.op == "unpack"}
        kept = (_kept_by(x, late=late) for i, x in enumerate(function.code) if i not in parted)
        for callee in {v for values in kept for v in values}:
            instr = function.code[callee]
            if instr.op == "attr":
                for name, part in _parts(function, instr.args[0], bound):
                    change = Change(index, part, callee)
                    found.setdefault(origins.get(name, name), []).append(change)
    return found


def _kept_by(instr: Instr, *, late: bool) -> Iterable[int]:
    """Values that the instruction keeps, or gives to a call which may."""
    if instr.op in STORING:
        return instr.args[-1:]
    if instr.op == "display":
        return instr.args[1:]
    return () if late or instr.op != "call" else [v for _, _, v in instr.args[1]]


def _parts(
    function: Function, value: int, bound: Mapping[int, str] = MappingProxyType({})
) -> Iterable[tuple[str, int]]:
    """The variables of modules by which the value is reached, with what is that variable: `OWN`
    if it is one that the scope itself has `bound`."""
    code = function.code
    for _ in range(DEEPEST if value >= 0 else 0):
        instr = code[value]
        if value in bound:
            yield bound[value], OWN
        if instr.op == "name":
            yield str(instr.args[0]), value
        if instr.op == "attr" and code[instr.args[0]].op in MODULES:
            yield str(instr.args[1]), value
        if instr.op == "import" and instr.args[1]:
            yield str(instr.args[1]), value
        if instr.op not in ("attr", "item"):
            return
        value = instr.args[0]
