"""What mappings hold, keys and under them values, and how they come to hold it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, filling, iterating
from pfadvisor.effects.values import (
    BOTTOM,
    Obj,
    Val,
    child,
    elem_types,
    item_types,
    join,
    join_all,
    ordered,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

KEYS: Final = "keys"


def split(ev: Evaluation, value: Val) -> tuple[Val, Val]:
    """The value as the mappings that it may be, and as whatever else; BOTTOM if it is none."""
    if value.types is None:
        return value, value
    keyed = frozenset(filter(ev.program.is_mapping, value.types))
    if not keyed or keyed == value.types:
        return (value, BOTTOM) if keyed else (BOTTOM, value)
    return value._replace(types=keyed), value._replace(types=value.types - keyed)


def are(ev: Evaluation, value: Val) -> bool:
    """Whether some of the types that the value may have are mappings."""
    return any(map(ev.program.is_mapping, value.types or ()))


def keys(ev: Evaluation, value: Val) -> Val:
    """What iterating over a mapping gives."""
    stated = [elem_types(t) or ev.program.element_type(t) for t in value.types or ()]
    types = access.join_types(stated)
    if not value.objs:
        return Val(types=types)
    return join_all([_keys_of(ev, obj, types) for obj in ordered(value.objs)])


def _keys_of(ev: Evaluation, obj: Obj, types: frozenset[str] | None) -> Val:
    """Those of a mapping that is made here are all known, of another those that are put here."""
    given = [ev.heap.get((obj, KEYS), BOTTOM), ev.heap.get((obj, iterating.YIELDED), BOTTOM)]
    put, (root, path) = join_all(given), obj
    if root[0] == "fresh" and not path:
        return Val(types=types) if put == BOTTOM else put
    before = Val(frozenset() if access.immutable(types) else frozenset({child(obj, "[]")}), types)
    return join(before, put)


def values(ev: Evaluation, value: Val) -> Val:
    """What a mapping holds under its keys."""
    stated = [item_types(t, None) or ev.program.item_type(t) for t in value.types or ()]
    return access.load(ev, value, "[]", access.join_types(stated))


def taken(ev: Evaluation, source: Val) -> tuple[Val, Val]:
    """The keys and values that `dict(source)` takes: of a mapping, or from pairs."""
    keyed, others = split(ev, source)
    found = [(keys(ev, keyed), values(ev, keyed))] if keyed != BOTTOM else []
    if others != BOTTOM:
        pair = access.element(ev, others)
        found.append((access.piece(ev, pair, 0), access.piece(ev, pair, 1)))
    return join_all([key for key, _ in found]), join_all([value for _, value in found])


def put(ev: Evaluation, objs: Iterable[Obj], key: Val, value: Val) -> None:
    for obj in objs:
        ev.store(obj, "[]", value)
        ev.store(obj, KEYS, key)


def fill(ev: Evaluation, obj: Obj, sources: Iterable[Val], names: Iterable[str]) -> None:
    """A new object of these types takes pairs."""
    for source in sources:
        key, value = taken(ev, source)
        put(ev, [obj], key, value)
        filling.anywhere(ev, obj, names, join(key, value))


def hand_on(ev: Evaluation, objs: Iterable[Obj], source: Val) -> None:
    """Objects get what another holds, as keys and values if it is a mapping."""
    keyed, others = split(ev, source)
    if keyed != BOTTOM:
        put(ev, objs, keys(ev, keyed), values(ev, keyed))
    if others != BOTTOM:
        put(ev, objs, BOTTOM, access.contents(ev, others))
