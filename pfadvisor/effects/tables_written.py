"""Containers that code writes out, and code that only looks at them."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name

LOOKING: Final = frozenset({"get", "items", "keys", "values", "index", "count"})
READERS: Final = frozenset(
    {"len", "sorted", "list", "tuple", "set", "dict", "iter", "enumerate", "zip", "any", "all"}
)
CHOOSING: Final = frozenset({"max", "min"})  # of one argument an item, of several one of these
DRAWING: Final = frozenset({"product", "combinations", "permutations", "chain", "islice", "cycle"})
Steps = tuple[str, ...]


def displayed(code: tuple[Instr, ...], made: Instr, step: str, depth: int) -> list[int]:
    """The values at one place of a display, -1 for what cannot be told."""
    kind, *values = made.args if made.op == "display" else ("",)
    if kind == "dict" and not depth:
        return values[1::2]
    spread = any(code[v].op == "star" for v in values)
    if spread or (kind != "tuple" and (depth or kind != "list")):
        return [-1]
    number = int(step[1:-1]) if step[1:-1].isdecimal() else None
    return values if number is None else values[number : number + 1] or [-1]


def looks(module: ModuleFacts, function: Function, instr: Instr, value: int, name: str) -> bool:
    """Whether the instruction only looks at the container of that name which the value is."""
    match instr.op:
        case "setname":
            return bool(instr.args[0] == name)
        case "bind" | "test" | "elem" | "iter":
            return True
        case "item":
            return bool(instr.args[0] == value)
        case "attr":
            return instr.args[1] in LOOKING
        case "op":
            return instr.args[0] in ("in", "not in", "not") and instr.args[1] != value
        case "call":
            given = {kind for kind, _, v in instr.args[1] if v == value}
            alone = [kind for kind, _, _ in instr.args[1] if kind != "kw"] == ["pos"]
            return given == {"pos"} and _reads(module, function, instr.args[0], alone=alone)
    return False


def _reads(module: ModuleFacts, function: Function, callee: int, *, alone: bool) -> bool:
    """Whether what is called looks at what the argument holds, and keeps none of the argument."""
    code = function.code
    made, name = code[callee], last_name(code[callee])
    base = code[made.args[0]] if made.op == "attr" else made
    if made.op == "attr" and name == "join":
        return base.op == "const" and isinstance(base.args[0], str)
    if name in DRAWING:
        origin = "itertools", "" if made.op == "attr" else name, 0
        return base.op == "name" and dict(module.imports).get(base.args[0]) == origin
    return made.op == "name" and (name in READERS or (alone and name in CHOOSING))
