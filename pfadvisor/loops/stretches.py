"""Stretches of one list, `flat[i : i + n]`, that iterations read and fill with as many items."""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.effects.alone import is_changed
from pfadvisor.effects.each import stretch_of
from pfadvisor.effects.subscripts import Form
from pfadvisor.effects.values import parse_type
from pfadvisor.loops.affine import affine_form, from_the_start
from pfadvisor.loops.counters import counter_of
from pfadvisor.loops.nodes import Affine, Body
from pfadvisor.loops.touches import Touch

LISTS: Final = frozenset({"list", "bytearray"})
UNTOLD: Final[Form] = ("untold",)


class Stretch(NamedTuple):
    begin: Affine
    length: int


def are_stretches(body: Body, group: list[Touch]) -> bool:
    return any(_as_slice(body, _form(t)) is not None for t in group)


def apart(body: Body, group: list[Touch]) -> bool:
    """Whether no two iterations have a slot in common, and none is moved to another place."""
    found = [_stretch(body, _form(t)) for t in group]
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


def _form(touch: Touch) -> Form:
    return touch.effect.form or ("value", touch.effect.key)


def _stretch(body: Body, form: Form) -> Stretch | None:
    counters, written = counter_of(body), _as_slice(body, form)
    if written is None:
        begin = affine_form(body, form, counters)
        return Stretch(begin, 1) if begin and from_the_start(body, begin) else None
    begin, end = (affine_form(body, limit, counters) for limit in written)
    if begin is None or end is None or not from_the_start(body, begin):
        return None
    alike = (begin.factor, begin.symbol) == (end.factor, end.symbol)
    length = end.offset - begin.offset
    return Stretch(begin, length) if alike and length > 0 else None


def _as_slice(body: Body, form: Form) -> tuple[Form, Form] | None:
    """Where a slice begins and ends; None for what is none."""
    if form[0] == "slice":
        return form[1], form[2]
    instr = body.function.code[form[1]] if form[0] == "value" else None
    if instr is None or instr.op != "slice":
        return None
    low, high, step = instr.args
    told = low >= 0 and high >= 0 and step < 0
    return (("value", low), ("value", high)) if told else (UNTOLD, UNTOLD)


def _keeps_size(body: Body, touch: Touch) -> bool:
    """Whether a slot gets a value, or a stretch as many as there were: one for each of them."""
    code, effect = body.function.code, touch.effect
    if code[effect.instr].op != "setitem" or effect.chain:
        return False
    base, key, value = code[effect.instr].args
    heads = {parse_type(t)[0] for t in body.ev.values[base].types or ("?",)}
    if code[key].op != "slice" or not heads <= LISTS:
        return heads <= LISTS
    read, same = stretch_of(body.ev, value), ("value", base)
    if read is None or read[0] != same or _as_slice(body, read[1]) is None:
        return False
    changed = is_changed(body.ev, body.ev.values[value])
    return not changed and _stretch(body, read[1]) == _stretch(body, ("value", key)) is not None
