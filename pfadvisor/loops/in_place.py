"""Stores into what the loop iterates over, at the place that it stands at."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Effect, parse_type
from pfadvisor.loops.affine import affine
from pfadvisor.loops.counters import counter_of, drawn_in_step
from pfadvisor.loops.kinds import DICTS
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch
from pfadvisor.loops.unique import source_of_key

BACKWARDS: Final = frozenset({"reversed", "iterator", "generator", "zip", "map", "filter"})
VIEWS: Final = frozenset({"dict_keys", "dict_items"})
KEYED: Final = VIEWS | {"dict"}


def in_place(body: Body, touch: Touch) -> bool:
    """`xs[i] = …` for the loop's own index or key: what is iterated keeps its size."""
    effect = touch.effect
    if effect.how != "store" or effect.key < 0 or effect.chain:
        return False
    counters, code = counter_of(body), body.function.code
    base = code[effect.instr].args[0] if code[effect.instr].op == "setitem" else -1
    kinds = {parse_type(t)[0] for t in body.ev.values[base].types or ()} if base >= 0 else set()
    form = affine(body, effect.key, counters)
    if (
        form is not None
        and form.factor == 1
        and form.symbol < 0
        and (form in counters.values() and form.offset == 0)
        and not kinds & DICTS
    ):
        return True
    return _is_key(body, effect)


def _is_key(body: Body, effect: Effect) -> bool:
    """Whether the store is under a key that the loop gets of the dictionary itself."""
    keyed = source_of_key(body, effect.key)
    heads = {parse_type(t)[0] for t in body.ev.values[keyed].types or ()} if keyed >= 0 else set()
    if not heads or not heads <= KEYED:
        return False
    drawn = keyed in {value for _, value in drawn_in_step(body)}
    place = effect.root, effect.path
    alone = body.ev.values[_viewed(body, keyed)].objs == {place}
    return keyed == body.loop.source or (drawn and alone)


def _viewed(body: Body, value: int) -> int:
    """The dictionary of which the value is a view, itself if it is none."""
    heads = {parse_type(t)[0] for t in body.ev.values[value].types or ()}
    instr = body.function.code[value]
    callee = body.function.code[instr.args[0]] if instr.op == "call" else instr
    viewing = callee.op == "attr" and bool(heads) and heads <= VIEWS
    return int(callee.args[0]) if viewing else value


def already_read(body: Body, read: Effect, touch: Touch) -> bool:
    """Whether `enumerate(xs)`, as it goes on reading `xs`, is past the slot that is written."""
    place = touch.effect.root, touch.effect.path
    read_here = [value for call, value in drawn_in_step(body) if call == read.instr]
    iterated = [body.ev.values[_viewed(body, value)] for value in read_here]
    forwards = all(
        not known.lazy and {parse_type(t)[0] for t in known.types or ()}.isdisjoint(BACKWARDS)
        for known in iterated
        if place in known.objs
    )
    return forwards and any(place in known.objs for known in iterated) and in_place(body, touch)
