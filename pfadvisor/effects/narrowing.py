"""What `isinstance` tells of a value in the branches that it guards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects.facts import Function
from pfadvisor.effects.values import OPAQUE, Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

WIDER: Final = {"bool": "int"}


class Told(NamedTuple):
    """`holds`: whether the value is (True) or is not (False) an instance of the class."""

    value: int
    classes: int
    holds: bool


def told_by(function: Function) -> dict[int, tuple[Told, ...]]:
    """Block -> what the test above it tells of values."""
    found = {}
    for number, block in enumerate(function.blocks):
        if block.test >= 0 and block.role in ("then", "else", "case"):
            told = tuple(_told(function, block.test, block.role != "else"))
            if told:
                found[number] = told
    return found


def _told(function: Function, test: int, holds: bool) -> list[Told]:
    instr = function.code[test]
    match instr.op:
        case "call":
            callee, args = function.code[instr.args[0]], instr.args[1]
            plain = len(args) == 2 and all(kind == "pos" for kind, _, _ in args)
            if plain and callee.op == "name" and callee.args[0] == "isinstance":
                return [Told(args[0][2], args[1][2], holds)]
        case "op" if instr.args[0] == "not":
            return _told(function, instr.args[1], not holds)
        case "op" if instr.args[0] == ("and" if holds else "or"):
            return [each for part in instr.args[1:] for each in _told(function, part, holds)]
    return []


def narrowed(ev: Evaluation, i: int, value: int) -> Val:
    """The value as the tests around the instruction leave it."""
    known = ev.values[value]
    if not ev.tests:
        return known
    stmts, blocks = ev.function.stmts, ev.function.blocks
    stmt = ev.function.code[i].stmt
    while stmt >= 0:
        block = stmts[stmt].block
        for told in ev.tests.get(block, ()):
            if told.value == value:
                known = _narrower(ev, known, told)
        stmt = blocks[block].owner
    return known


def _narrower(ev: Evaluation, known: Val, told: Told) -> Val:
    heads = _heads(ev, told.classes)
    if not heads:
        return known
    if known.types is None:
        return known._replace(types=heads, funcs=frozenset()) if told.holds else known
    inside = {t for t in known.types if _is_one(ev, parse_type(t)[0], heads)}
    open_to = {t for t in known.types if _may_be_called(ev, parse_type(t)[0], heads)}
    kept = inside | open_to if told.holds else known.types - (inside - open_to)
    return known._replace(types=frozenset(kept)) if kept else known


def _is_one(ev: Evaluation, head: str, heads: frozenset[str]) -> bool:
    above = ev.program.lineage(head) if ":" in head else [head, WIDER.get(head, head)]
    return bool(heads & set(above))


def _may_be_called(ev: Evaluation, head: str, heads: frozenset[str]) -> bool:
    """Whether tables may call the class of an installed package by one of these names."""
    program, module = ev.program, head.partition(":")[0]
    return any(
        program.same_package(module, other)
        and (":" in head) != (":" in other)
        and (program.is_installed(module) or program.is_installed(other.partition(":")[0]))
        for other in heads
    )


def _heads(ev: Evaluation, classes: int) -> frozenset[str]:
    """The classes that a value of `isinstance` stands for; none if one of them is not known."""
    instr = ev.function.code[classes]
    if instr.op == "display" and instr.args[0] == "tuple":
        parts = [_heads(ev, part) for part in instr.args[1:]]
        return frozenset().union(*parts) if all(parts) else frozenset()
    value = ev.values[classes]
    (func, *others) = value.funcs or OPAQUE
    if others or func in OPAQUE or value.objs - {(("class", func[1]), ())}:
        return frozenset()
    name = str(func[1])
    if func[0] == "known" and name in ev.program.derived_from(ev.module):
        return frozenset()  # a class of the program may be meant, with methods of its own
    known = func[0] == "class" or (func[0] == "known" and ev.program.known_type(name))
    return frozenset({name}) if known else frozenset()
