"""Stretches of one list, `flat[i : i + n]`, that iterations read and fill with as many items."""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.effects.values import parse_type
from pfadvisor.loops.affine import affine, from_the_start
from pfadvisor.loops.counters import called, counter_of
from pfadvisor.loops.nodes import Affine, Body
from pfadvisor.loops.touches import Touch

LISTS: Final = frozenset({"list", "bytearray"})
MAKING: Final = frozenset({"list", "tuple", "bytes", "bytearray"})


class Stretch(NamedTuple):
    begin: Affine
    length: int


def are_stretches(body: Body, group: list[Touch]) -> bool:
    return any(body.function.code[t.effect.key].op == "slice" for t in group if t.effect.key >= 0)


def apart(body: Body, group: list[Touch]) -> bool:
    """Whether no two iterations have a slot in common, and none is moved to another place."""
    found = [_stretch(body, t.effect.key) for t in group]
    if any(t.effect.write and not _keeps_size(body, t) for t in group):
        return False
    return all(
        one is not None and other is not None and _never_meet(one, other)
        for one in found
        for other in found
    )


def _never_meet(first: Stretch, second: Stretch) -> bool:
    """Whether they have no slot in common unless they are of one iteration."""
    step, between = first.begin.factor, first.begin.offset - second.begin.offset
    if step <= 0 or step != second.begin.factor or first.begin.symbol != second.begin.symbol:
        return False
    return step + between >= second.length and step - between >= first.length


def _stretch(body: Body, key: int) -> Stretch | None:
    instr, counters = body.function.code[key], counter_of(body)
    if instr.op != "slice":
        begin = affine(body, key, counters)
        return Stretch(begin, 1) if begin and from_the_start(body, begin) else None
    low, high, step = instr.args
    begin = affine(body, low, counters) if low >= 0 else None
    end = affine(body, high, counters) if high >= 0 else None
    if begin is None or end is None or step >= 0 or not from_the_start(body, begin):
        return None
    alike = (begin.factor, begin.symbol) == (end.factor, end.symbol)
    length = end.offset - begin.offset
    return Stretch(begin, length) if alike and length > 0 else None


def _keeps_size(body: Body, touch: Touch) -> bool:
    """Whether a slot gets a value, or a stretch as many as there were: one for each of them."""
    code, effect = body.function.code, touch.effect
    if code[effect.instr].op != "setitem" or effect.chain:
        return False
    base, key, value = code[effect.instr].args
    heads = {parse_type(t)[0] for t in body.ev.values[base].types or ("?",)}
    if code[key].op != "slice":
        return heads <= LISTS
    given = [v for _, _, v in code[value].args[1]] if called(body, value) in MAKING else [value]
    made = code[given[0]] if len(given) == 1 else code[value]
    if made.op != "comp" or made.args[0] not in ("list", "generator") or not heads <= LISTS:
        return False
    loop = body.function.loops[made.args[1]]
    read = code[loop.source]
    same = read.op == "item" and read.args[0] == base
    whole = loop.generators == 1 and not loop.tests
    return same and whole and _stretch(body, read.args[1]) == _stretch(body, key) is not None
