"""Members of enumerations: each is one object, for the whole program.

Those that nothing changes are values like any other. Members that hold lists, or whose attributes
the module sets, are places of their class; which member it is, is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Class, Function, ModuleFacts
from pfadvisor.effects.values import Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

MAKING: Final = ("__init__", "__new__")
LEADING: Final = ("attr", "item", "elem", "call", "unpack", "phi", "loopphi")


def member(program: Program, cls: str) -> Val:
    steady = cls in program.steady or _is_steady(program, cls)
    if steady:
        program.steady.add(cls)
    place = frozenset() if steady else frozenset({(("class", cls), ("[]",))})
    return Val(place, frozenset({cls}))


def member_of(program: Program, value: Val) -> Val | None:
    """What looking something up in the class gives, or iterating over it."""
    for func in value.funcs:
        if func[0] == "class" and program.is_enum(str(func[1])):
            return member(program, str(func[1]))
    return None


def _is_steady(program: Program, cls: str) -> bool:
    for owner in program.lineage(cls):
        found = program.find(owner) if ":" in owner else None
        if found is not None and not _keeps_what_it_has(program, *found):
            return False
    found = program.find(cls)
    names = program.attribute_names(cls)
    modules = program.neighbours(found[0]) if found else ()
    return not any(
        _stores(function, found[1].name if found else "", names)
        for facts in map(program.module, modules)
        for function in (facts.functions if facts is not None else ())
    )


def _keeps_what_it_has(program: Program, module: ModuleFacts, cls: Class) -> bool:
    """Whether values and attributes are such as never change, and only making sets them."""
    for index, function in enumerate(module.functions):
        if index != cls.body and function.parent != cls.body:
            continue
        for instr in function.code:
            stored = -1
            if index == cls.body and instr.op == "setname":
                stored = instr.args[1]
            elif instr.op in ("setattr", "delattr") and function.name not in MAKING:
                return False
            elif instr.op == "setattr":
                stored = instr.args[2]
            if stored >= 0 and function.code[stored].op not in ("func", "param"):
                value = program.slice_value(module, index, stored)
                if not _is_plain(program, value):
                    return False
    return True


def _is_plain(program: Program, value: Val) -> bool:
    if value.types == frozenset({"enum.auto"}) or program.plain(value.types):
        return True
    return bool(value.types) and all(
        parse_type(t)[0] in ("tuple", "frozenset")
        and all(program.plain(frozenset(part.split(" | "))) for part in parse_type(t)[1])
        for t in value.types or ()
    )


def _stores(function: Function, name: str, attributes: set[str]) -> bool:
    """Whether the function sets an attribute of something that may be a member."""
    code = function.code
    for instr in code:
        if instr.op not in ("setattr", "delattr"):
            continue
        base = code[instr.args[0]]
        own = function.owner_class >= 0 and base.op == "param" and base.args[0] == 0
        if not own and instr.args[1] in attributes:
            return True
        while base.op in LEADING and base.args and isinstance(base.args[0], int):
            base = code[base.args[0]]
        if base.op == "name" and base.args[0] == name:
            return True
    return False
