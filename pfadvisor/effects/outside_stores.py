"""Stores into attributes by code outside the class: `run.log = []`, or a subclass's `self.log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Instr, ModuleFacts, last_name
from pfadvisor.effects.values import Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

MADE: Final = frozenset({"display", "comp", "call"})
SETTERS: Final = frozenset({"setattr", "__setattr__"})
ANY: Final = "*"
Store = tuple[int, int, int]  # function, the object, what is stored


def stored_from_outside(
    program: Program, cls: str, attribute: str, own: frozenset[str] | None
) -> list[Val]:
    """What may be put into the attribute of an instance, methods of its class and bases aside.
    Beside values of their own types that these methods store, what is made on the spot counts."""
    bare = own is not None and own <= {"None"}
    found, home = [], program.find(cls)
    for neighbour in program.neighbours(home[0]) if home is not None else ():
        facts = program.module(neighbour)
        if facts is None:
            continue
        for index, base, value in program.table(stores, facts).get(attribute, ()):
            if not (bare or facts.functions[index].code[value].op in MADE):
                continue
            if _may_be_of(program, facts, index, base, cls):
                found.append(program.slice_value(facts, index, value))
    return found


def stores(module: ModuleFacts) -> dict[str, list[Store]]:
    """Where code of the module sets attributes, by name; `ANY` for one that only a run tells."""
    found: dict[str, list[Store]] = {}
    for index, function in enumerate(module.functions):
        for instr in function.code:
            stored = _stored(function.code, instr)
            if stored is not None:
                base, name, value = stored
                found.setdefault(name, []).append((index, base, value))
    return found


def _stored(code: tuple[Instr, ...], instr: Instr) -> tuple[int, str, int] | None:
    if instr.op == "setattr":
        return instr.args[0], instr.args[1], instr.args[2]
    if instr.op != "call" or last_name(code[instr.args[0]]) not in SETTERS:
        return None
    given = instr.args[1]
    if len(given) != 3 or any(kind != "pos" for kind, _, _ in given):
        return None
    (_, _, base), (_, _, named), (_, _, value) = given
    name = code[named].args[0] if code[named].op == "const" else ANY
    return base, str(name), value


def _may_be_of(program: Program, module: ModuleFacts, index: int, base: int, cls: str) -> bool:
    function = module.functions[index]
    instr, owner = function.code[base], function.owner_class
    if instr.op == "param" and instr.args[0] == 0 and owner >= 0:
        own = f"{module.name}:{module.classes[owner].qualname}"
        return own != cls and cls in program.lineage(own)
    value = program.slice_value(module, index, base)
    types, heads = value.types, {parse_type(t)[0] for t in value.types or ()}
    heads |= {str(func[1]) for func in value.funcs if func[0] == "class"}
    family = {cls, *program.subclasses(cls), *program.lineage(cls)}
    return types is None or bool(heads & family)
