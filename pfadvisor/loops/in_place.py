"""Stores into what the loop iterates over, at the place that it stands at."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Effect, parse_type
from pfadvisor.loops.affine import affine
from pfadvisor.loops.counters import counter_of, drawn_in_step
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch

BACKWARDS: Final = frozenset({"reversed", "iterator", "generator", "zip", "map", "filter"})
KEYS: Final = frozenset({"dict", "dict_keys"})
PAIRS: Final = frozenset({"dict_items"})


def in_place(body: Body, touch: Touch) -> bool:
    """`xs[i] = …` for the loop's own index or key: what is iterated keeps its size."""
    effect = touch.effect
    if effect.how != "store" or effect.key < 0 or effect.chain:
        return False
    counters = counter_of(body)
    form = affine(body, effect.key, counters)
    if (
        form is not None
        and form.factor == 1
        and form.symbol < 0
        and (form in counters.values() and form.offset == 0)
    ):
        return True
    heads = {parse_type(t)[0] for t in body.ev.values[body.loop.source].types or ()}
    return bool(heads) and heads <= _with_key(body, effect.key)


def _with_key(body: Body, value: int) -> frozenset[str]:
    """Types of which a loop gets the value as a key: as its item, or as the first of a pair."""
    if value == body.loop.elem:
        return KEYS
    instr = body.function.code[value]
    first = instr.op == "unpack" and instr.args[:2] == (body.loop.elem, 0)
    return PAIRS if first else frozenset()


def already_read(body: Body, read: Effect, touch: Touch) -> bool:
    """Whether `enumerate(xs)`, as it goes on reading `xs`, is past the slot that is written."""
    place = touch.effect.root, touch.effect.path
    read_here = [value for call, value in drawn_in_step(body) if call == read.instr]
    iterated = [body.ev.values[value] for value in read_here]
    forwards = all(
        not known.lazy and {parse_type(t)[0] for t in known.types or ()}.isdisjoint(BACKWARDS)
        for known in iterated
        if place in known.objs
    )
    return forwards and any(place in known.objs for known in iterated) and in_place(body, touch)
