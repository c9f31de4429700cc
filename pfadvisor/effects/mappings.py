"""What mappings hold, keys and under them values, and how they come to hold it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, filling, iterating
from pfadvisor.effects.values import (
    BOTTOM,
    VIEWS_OF_PAIRS,
    Obj,
    Val,
    child,
    elem_types,
    item_types,
    join,
    join_all,
    ordered,
    parse_type,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

KEYS: Final = "keys"
VIEWED: Final = "viewed"
VIEWS: Final = VIEWS_OF_PAIRS | {"dict_keys", "dict_values", "KeysView", "ValuesView"}


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


def link(ev: Evaluation, view: Obj, kind: str, source: Val) -> None:
    """The object is a view, if it is of that kind, of what the mapping holds at any time."""
    if _kind(kind) in VIEWS:
        ev.store(view, VIEWED, source)


def refresh(ev: Evaluation, value: Val) -> None:
    """Views give what the mapping holds by now."""
    kinds = {_kind(t) for t in value.types or ()} & VIEWS
    for obj in value.objs if kinds else ():
        source = ev.heap.get((obj, VIEWED), BOTTOM)
        if source != BOTTOM:
            _refill(ev, obj, kinds, keys(ev, source), values(ev, source))


def seen_through_view(ev: Evaluation, value: Val) -> Val | None:
    """What iterating over views gives, if all of them are views of mappings that are known."""
    kinds = {_kind(t) for t in value.types or ()}
    if not kinds or not kinds <= VIEWS:
        return None
    sources = [ev.heap.get((obj, VIEWED), BOTTOM) for obj in ordered(value.objs)]
    if BOTTOM in sources:
        return None
    held = [ev.heap.get((obj, "[]"), BOTTOM) for obj in ordered(value.objs)]
    return join_all(held) if BOTTOM not in held else None


def _refill(ev: Evaluation, view: Obj, kinds: set[str], key: Val, value: Val) -> None:
    if kinds & VIEWS_OF_PAIRS:
        held = ev.heap.get((view, "[]"), BOTTOM).objs
        for pair in (obj for obj in ordered(held) if obj[0][0] == "fresh" and not obj[1]):
            ev.store(pair, "[0]", key)
            ev.store(pair, "[1]", value)
    if kinds & {"dict_keys", "KeysView"}:
        ev.store(view, "[]", key)
    if kinds & {"dict_values", "ValuesView"}:
        ev.store(view, "[]", value)


def _kind(type_name: str) -> str:
    return parse_type(type_name)[0].rpartition(".")[2]


def shown_by(ev: Evaluation, value: Val, name: str) -> Val:
    """What an attribute is that shows all that the object holds; BOTTOM if it is another."""
    kinds = {ev.program.inside(t, name) for t in value.types or ()} - {""}
    return Val(value.objs, frozenset(kinds)) if kinds else BOTTOM


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
