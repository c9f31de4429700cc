"""What a loop gets once: keys of a dictionary and elements of a set, however its header hands
them on, `for n, key in enumerate(sorted(table))`, or the body looks them up by its counter."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import parse_type
from pfadvisor.loops.affine import affine, from_the_start
from pfadvisor.loops.counters import (
    INDEXED,
    SAME_ITEMS,
    constant,
    counter_of,
    made_by,
    parts_of,
)
from pfadvisor.loops.kinds import DICTS
from pfadvisor.loops.nodes import Body

ONCE_EACH: Final = DICTS | {"dict_keys", "set", "frozenset"}
PAIRS: Final = frozenset({"dict_items"})
REORDERED: Final = SAME_ITEMS | {"sorted", "reversed"}
MOST_PARTS: Final = 4


def is_unique(body: Body, value: int) -> bool:
    """Whether no two iterations have a value equal to it."""
    return source_of_key(body, value) >= 0 or _looked_up(body, value)


def source_of_key(body: Body, value: int) -> int:
    """What the header goes through that has the value once, as a key or element; -1 for none."""
    return _unique(body, body.loop.source, body.loop.elem).get(value, -1)


def _unique(body: Body, source: int, item: int) -> dict[int, int]:
    """What of `item`, an item of `source`, is equal to that of no other one: itself or parts, each
    with what has it once."""
    heads = {parse_type(t)[0] for t in body.ev.values[source].types or ()}
    if heads and heads <= ONCE_EACH:
        return {item: source}
    if heads and heads <= PAIRS:
        return dict.fromkeys(parts_of(body, item, 0, 2), source)
    name, given = made_by(body, source)
    if name in REORDERED:
        return _unique(body, given[0], item)
    taken = {"enumerate": [(1, given[0])], "zip": [*enumerate(given)]}.get(name, []) if name else []
    size = 2 if name == "enumerate" else len(given)
    return {
        value: container
        for place, inner in taken
        for part in parts_of(body, item, place, size)
        for value, container in _unique(body, inner, part).items()
    }


def _looked_up(body: Body, value: int) -> bool:
    """Whether it is the item, or a part of it, that a sequence has in the iteration's own place."""
    code, item = body.function.code, value
    for _ in range(MOST_PARTS):
        instr = code[item]
        if not body.inside(item) or instr.op not in ("item", "unpack"):
            return False
        if instr.op == "item" and constant(body, instr.args[1]) is None:
            return _in_own_place(body, *instr.args) and _is_in_copy(body, item, value)
        item = instr.args[0]
    return False


def _in_own_place(body: Body, items: int, key: int) -> bool:
    place = affine(body, key, counter_of(body))
    moves = place is not None and place.factor != 0 and from_the_start(body, place)
    return moves and not body.inside(items)


def _is_in_copy(body: Body, item: int, value: int) -> bool:
    """Whether the sequence has what another container gives once, and `value` is that of it."""
    name, given = made_by(body, body.function.code[item].args[0])
    return name in INDEXED and value in _unique(body, given[0], item)
