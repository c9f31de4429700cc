"""Containers that code puts more into: what they were written with is not all that they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import CHOOSING, JOINS, Function, Instr, ModuleFacts, last_name
from pfadvisor.effects.values import Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

MUTATORS: Final = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "extendleft"}
)
LOOKING: Final = frozenset(
    {"len", "print", "sorted", "isinstance", "min", "max", "sum", "any", "all", "str", "repr"}
    | {"list", "tuple", "set", "frozenset", "dict", "range", "enumerate", "zip", "reversed", "iter"}
)
MADE: Final = frozenset({"display", "comp", "call"})


def names_grown(module: ModuleFacts) -> frozenset[str]:
    """Module-level names whose containers grow; "" where any may be meant."""
    found: set[str] = set()
    for function in module.functions:
        for base in _grown(function):
            if function.kind == "module":
                return frozenset({""})
            if base.op == "name":
                found.add(base.args[0])
    return frozenset(found)


def values_grown(module: ModuleFacts) -> tuple[frozenset[int], ...]:
    """Of each scope the values that it puts more into, or hands to functions that may."""
    looking = LOOKING - module.names
    return tuple(_values_grown(function, looking) for function in module.functions)


def _values_grown(function: Function, looking: frozenset[str]) -> frozenset[int]:
    code, found = function.code, set[int]()
    for instr in code:
        if instr.op == "setitem" or (instr.op == "attr" and instr.args[1] in MUTATORS):
            found.add(instr.args[0])
        elif instr.op == "op" and instr.args[0] in ("+=", "|="):
            found.add(instr.args[1])
        elif instr.op == "call" and last_name(code[instr.args[0]]) not in looking:
            found.update(value for _, _, value in instr.args[1])
    return frozenset(at for value in found for at in origins(code, value))


def origins(code: tuple[Instr, ...], value: int) -> frozenset[int]:
    """The value and those that it may be: what joins of branches join, what `or` chooses from,
    and what it was before more was added to it."""
    found, waiting = set[int](), [value]
    while waiting:
        at = waiting.pop()
        if at < 0 or at in found:
            continue
        found.add(at)
        instr = code[at]
        if instr.op in ("phi", "loopphi"):
            waiting += instr.args
        elif instr.op == "op" and instr.args[0] in ("+=", "|="):
            waiting.append(instr.args[1])
        elif instr.op == "op" and instr.args[0] in CHOOSING:
            waiting += instr.args[2 if instr.args[0] == "if" else 1 :]
    return frozenset(found)


def is_grown(code: tuple[Instr, ...], value: int, grown: frozenset[int]) -> bool:
    """Whether the value is a container that the scope makes and puts more into."""
    return any(at in grown and code[at].op in MADE for at in origins(code, value))


def told_by_others(program: Program, module: ModuleFacts, index: int, value: int) -> Val:
    """The value; if it may be an empty container that nothing is put into, what such a container
    holds is what the others do that it may be: `rows or []`."""
    code, held = module.functions[index].code, program.slice_value(module, index, value)
    ends = [at for at in origins(code, value) if not _only_chooses(code[at])]
    empty = {at for at in ends if code[at].op == "display" and len(code[at].args) == 1}
    kinds = {str(code[at].args[0]) for at in empty}
    others = [program.slice_value(module, index, at).types for at in ends if at not in empty]
    if held.types is None or not kinds or not all(others):
        return held
    told = {parse_type(t)[0] for types in others for t in types or () if "[" in t}
    bare = (kinds & told) - {t for types in others for t in types or ()}
    return held._replace(types=held.types - bare)


def _only_chooses(instr: Instr) -> bool:
    return instr.op in JOINS or (instr.op == "op" and instr.args[0] in CHOOSING)


def _grown(function: Function) -> Iterator[Instr]:
    code = function.code
    for instr in code:
        if instr.op == "setitem" or (instr.op == "attr" and instr.args[1] in MUTATORS):
            yield code[instr.args[0]]


def of_any_contents(value: Val) -> Val:
    """The container without what it was written with."""
    return value._replace(types=value.types and frozenset(parse_type(t)[0] for t in value.types))
