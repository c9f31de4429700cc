"""NaNs, which equal nothing, and which containers find by being the very object.

A copy that a process sends is another one. That shows in a key, or where code that names a NaN
asks whether a container has one, or whether two containers are equal.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import Instr, ModuleFacts
from pfadvisor.effects.values import Val, parse_type
from pfadvisor.loops.nodes import Body

NUMBERS: Final = frozenset({"float", "complex", "decimal.Decimal"})
HOLDERS: Final = frozenset({"tuple", "frozenset"})
CONTAINERS: Final = frozenset({"list", "tuple", "set", "frozenset", "dict", "collections.deque"})
ASKING: Final = frozenset({"in", "not in", "==", "!="})
FINDING: Final = frozenset({"count", "index", "remove", "fromkeys"})
HASHING: Final = frozenset({"set", "frozenset", "Counter"})
MODULE: Final = frozenset({"module"})
NAN: Final = "nan"


def may_be_none(types: frozenset[str] | None) -> bool:
    """Whether it may be a NaN, or a tuple with one."""
    parsed = [parse_type(name) for name in types or ()]
    return any(
        head in NUMBERS or (head in HOLDERS and any(may_be_none(frozenset({a})) for a in args))
        for head, args in parsed
    )


def looked_for(body: Body, sent: Val) -> bool:
    """Whether what is sent may be a NaN, or hold one, that the function tells from others."""
    heads = {parse_type(name)[0] for name in sent.types or NUMBERS}
    if heads.isdisjoint(NUMBERS | CONTAINERS):
        return False
    names_one = body.ev.program.table(_names_one, body.ev.module)
    return names_one and any(_tells(body, instr) for instr in body.function.code)


def _names_one(module: ModuleFacts) -> bool:
    return any(_is_name(instr) for function in module.functions for instr in function.code)


def _is_name(instr: Instr) -> bool:
    said = str(instr.args[-1]) if instr.op in ("name", "free", "attr", "const") else ""
    return said.lower().rpartition("_")[2] == NAN


def _tells(body: Body, instr: Instr) -> bool:
    values = body.ev.values
    if instr.op == "op" and instr.args[0] in ASKING:
        return any(_is_container(values[v]) for v in instr.args[1:])
    if instr.op == "call":
        callee = body.function.code[instr.args[0]]
        name = str(callee.args[-1]) if callee.op in ("name", "builtin", "attr") else ""
        if callee.op == "attr" and name in FINDING:
            return bool(values[callee.args[0]].types != MODULE)
        return name in HASHING
    return instr.op == "comp" and instr.args[0] in ("set", "dict")


def _is_container(value: Val) -> bool:
    return any(parse_type(name)[0] in CONTAINERS for name in value.types or ())
