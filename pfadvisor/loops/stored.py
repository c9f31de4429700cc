"""What code stores in attributes, by their names: new objects, or ones that others may know.

Two attributes of one object may hold one object unless one of them is only ever
given objects that are made right there.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.program import Program, operands

FRESH: Final = ""  # made for the attribute alone
GIVEN: Final = "?"  # comes from elsewhere
MAKERS: Final = frozenset(
    {"list", "dict", "set", "tuple", "frozenset", "bytearray", "sorted", "deque", "defaultdict"}
    | {"Counter", "OrderedDict", "ChainMap", "array", "count", "Lock", "RLock", "Event", "Queue"}
)

Stores = dict[str, frozenset[str]]


def stores_to(program: Program, module: ModuleFacts, name: str) -> frozenset[str]:
    """What the module and those that it imports store in attributes of that name: FRESH, GIVEN,
    or the name of another attribute (`.name`) whose value it is."""
    found = frozenset[str]()
    for neighbour in program.neighbours(module):
        if neighbour not in program.stores:
            facts = program.module(neighbour)
            program.stores[neighbour] = _stores_of(facts) if facts is not None else {}
        found |= program.stores[neighbour].get(name, frozenset())
    return found


def _stores_of(module: ModuleFacts) -> Stores:
    found: dict[str, set[str]] = {}
    classes = {cls.name for cls in module.classes}
    for function in module.functions:
        if not any(instr.op == "setattr" for instr in function.code):
            continue
        used = _use_counts(function)
        for instr in function.code:
            if instr.op == "setattr":
                kinds = _kinds(function, instr.args[2], used, classes, 0)
                found.setdefault(str(instr.args[1]), set()).update(kinds)
    return {name: frozenset(kinds) for name, kinds in found.items()}


def _kinds(
    function: Function, value: int, used: dict[int, int], classes: set[str], depth: int
) -> set[str]:
    instr = function.code[value]
    alone = used.get(value, 0) <= 1
    match instr.op:
        case "const":
            return {FRESH}
        case "display" | "comp" | "func":
            return {FRESH if alone else GIVEN}
        case "attr":
            return {f".{instr.args[1]}", GIVEN}
        case "call":
            callee = function.code[instr.args[0]]
            name = str(callee.args[-1]) if callee.op in ("name", "attr") else ""
            return {FRESH if alone and (name in MAKERS or name in classes) else GIVEN}
        case "phi" | "loopphi" if depth < 4:
            inner = [_kinds(function, v, used, classes, depth + 1) for v in instr.args]
            return set().union(*inner)
        case "op" if instr.args[0] in ("and", "or") and depth < 4:
            inner = [_kinds(function, v, used, classes, depth + 1) for v in instr.args[1:]]
            return set().union(*inner)
        case "op":
            return {FRESH if alone else GIVEN}
    return {GIVEN}


def _use_counts(function: Function) -> dict[int, int]:
    """Value -> how often it is used, other than to be bound to a local."""
    counts: dict[int, int] = {}
    for instr in function.code:
        if instr.op != "bind":
            for value in operands(instr):
                counts[value] = counts.get(value, 0) + 1
    return counts
