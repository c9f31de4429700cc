"""Containers that code puts more into: what they were written with is not all that they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.values import Val, parse_type

MUTATORS: Final = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "extendleft"}
)


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


def attributes_grown(module: ModuleFacts) -> frozenset[str]:
    """Names of attributes whose containers grow, or what these contain."""
    found: set[str] = set()
    for function in module.functions:
        for base in (*_grown(function), *_added_to(function)):
            while base.op == "item":
                base = function.code[base.args[0]]
            if base.op == "attr":
                found.add(base.args[1])
    return frozenset(found)


def _grown(function: Function) -> Iterator[Instr]:
    code = function.code
    for instr in code:
        if instr.op == "setitem" or (instr.op == "attr" and instr.args[1] in MUTATORS):
            yield code[instr.args[0]]


def _added_to(function: Function) -> list[Instr]:
    code = function.code
    return [code[i.args[1]] for i in code if i.op == "op" and i.args[0] in ("+=", "|=")]


def of_any_contents(value: Val) -> Val:
    """The container without what it was written with."""
    return value._replace(types=value.types and frozenset(parse_type(t)[0] for t in value.types))
