"""What code stores in attributes, by their names: new objects, or ones that others may know.

Two attributes of one object may hold one object unless one of them is only ever
given objects that are made right there.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import CHOOSING, Function, Instr, ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.loops.nodes import Body

FRESH: Final = ""  # made for the attribute alone
GIVEN: Final = "?"  # comes from elsewhere
USING: Final = frozenset(
    {
        "attr",
        "item",
        "setitem",
        "setattr",
        "delitem",
        "elem",
        "iter",
        "op",
        "test",
        "unpack",
        "bind",
    }
)
LOOKING: Final = frozenset(
    {
        "len",
        "sum",
        "min",
        "max",
        "any",
        "all",
        "print",
        "str",
        "repr",
        "isinstance",
        "range",
        "bool",
    }
)
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


def is_given_away(body: Body, place: str) -> bool:
    """Whether an object of a module-level name may be known by another name or be part of
    something: its own module does more with the name than use it."""
    module, _, name = place.rpartition(".")
    program = body.ev.program
    facts = program.module(module)
    return facts is None or any(
        name in _known_or_handed_on(program, each)
        for each in {facts.name: facts, body.ev.module.name: body.ev.module}.values()
    )


def _known_or_handed_on(program: Program, module: ModuleFacts) -> frozenset[str]:
    if module.name not in program.given_away:
        program.given_away[module.name] = _handed_on(module)
    return program.given_away[module.name]


def _handed_on(module: ModuleFacts) -> frozenset[str]:
    """Names whose values the module passes to others, stores, or takes from elsewhere."""
    found: set[str] = set()
    for function in module.functions:
        code = function.code
        named: dict[int, set[str]] = {}
        for i, instr in enumerate(code):
            if instr.op == "name":
                named.setdefault(i, set()).add(str(instr.args[0]))
            elif instr.op == "setname":
                named.setdefault(instr.args[1], set()).add(str(instr.args[0]))
        for instr in code:
            for value in operands(instr) if _may_hand_on(instr) else ():
                if value in named and not _only_looked_at(function, instr, value, named):
                    found |= named[value]
            if instr.op == "setitem" and instr.args[2] in named:
                found |= named[instr.args[2]]
            if instr.op == "setattr" and instr.args[2] in named:
                found |= named[instr.args[2]]
    return frozenset(found)


def _may_hand_on(instr: Instr) -> bool:
    return instr.op not in USING or (instr.op == "op" and instr.args[0] in CHOOSING)


def _only_looked_at(
    function: Function, instr: Instr, value: int, named: dict[int, set[str]]
) -> bool:
    """Whether an operation does not keep the value: a first binding, or a builtin that reads."""
    code = function.code
    match instr.op:
        case "setname":
            made = code[value]
            fresh = made.op in ("display", "comp", "const", "call") and len(named[value]) == 1
            return fresh and (made.op != "call" or not made.args[1])
        case "call":
            callee = code[instr.args[0]]
            return value == instr.args[0] or (callee.op == "name" and callee.args[0] in LOOKING)
    return False
