"""Displays and comprehensions: new containers, and what they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, implicit, mappings, new_items, orders
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.values import BOTTOM, Obj, Val, clip, join_all, of_type, type_text

MOST_SLOTS: Final = 12

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def display(ev: Evaluation, i: int, instr: Instr) -> Val:
    kind, values = instr.args[0], instr.args[1:]
    obj: Obj = (("fresh", i), ())
    if kind == "dict":
        keys = [_given(ev, v, access.element) for v in dict.fromkeys(values[::2])]
        contents = [_given(ev, v, access.contents) for v in dict.fromkeys(values[1::2])]
        key, value = join_all(keys), join_all(contents)
        implicit.hashing(ev, i, keys)
        mappings.put(ev, [obj], key, value)
        known = (
            clip(f"dict[{type_text(key.types)}, {type_text(value.types)}]") if values else "dict"
        )
        return ev.fresh(i, frozenset({known}), exact=True)
    parts = []
    numbered = enumerate(values) if kind == "tuple" else ((0, v) for v in dict.fromkeys(values))
    for number, v in numbered:
        starred = ev.function.code[v].op == "star"
        part = _spread(ev, (i, "each", number), ev.values[v]) if starred else ev.values[v]
        if starred and kind != "set":
            orders.spread(ev, i, ev.values[v])
        parts.append(part)
        ev.store(
            obj,
            f"[{number}]" if kind == "tuple" and not starred and number < MOST_SLOTS else "[]",
            part,
        )
    if kind == "set":
        implicit.hashing(ev, i, parts)
    if kind == "tuple":
        inside = ", ".join(type_text(p.types) for p in parts)
    else:
        inside = type_text(join_all(parts).types)
    known = clip(f"{kind}[{inside}]") if parts else kind
    return ev.fresh(i, frozenset({known}), exact=True)


def _spread(ev: Evaluation, site: tuple[int, str, int], value: Val) -> Val:
    """What is in a starred entry."""
    return new_items.drawn(ev, site, value, access.element(ev, value))


def _given(ev: Evaluation, v: int, inside: Callable[[Evaluation, Val], Val]) -> Val:
    """What one entry of a dictionary gives to its keys or values; a spread one, what is in it."""
    return inside(ev, ev.values[v]) if ev.function.code[v].op == "dstar" else ev.values[v]


def comprehension(ev: Evaluation, i: int, instr: Instr) -> Val:
    kind, values = instr.args[0], [ev.values[v] for v in instr.args[2:]]
    obj: Obj = (("fresh", i), ())
    ev.store(obj, "[]", values[-1])
    orders.by_comprehension(ev, i, kind, instr.args[1])
    if kind in ("dict", "set"):
        implicit.hashing(ev, i, values[:1])
    if kind == "dict":
        ev.store(obj, mappings.KEYS, values[0])
        known = clip(f"dict[{type_text(values[0].types)}, {type_text(values[1].types)}]")
    else:
        known = clip(f"{kind}[{type_text(values[0].types)}]")
    result = ev.fresh(i, frozenset({known}), exact=True)
    return result._replace(lazy=True) if kind == "generator" else result


def packed(ev: Evaluation, i: int, name: str, values: list[Val], rest: Val) -> Val:
    """The tuple that a call packs for `*name`; `rest` are those whose number is not known."""
    obj: Obj = (("fresh", (i, f"*{name}")), ())
    for number, value in enumerate(values):
        ev.store(obj, f"[{number}]" if number < MOST_SLOTS and rest == BOTTOM else "[]", value)
    ev.store(obj, "[]", rest)
    held = join_all([*values, rest])
    known = clip(f"tuple[{type_text(held.types)}, ...]") if held != BOTTOM else "tuple"
    return ev.fresh((i, f"*{name}"), frozenset({known}), exact=True)


def packed_names(ev: Evaluation, i: int, name: str, values: Val) -> Val:
    """The dictionary that a call packs for `**name`."""
    site = i, f"**{name}"
    ev.store((("fresh", site), ()), "[]", values)
    known = clip(f"dict[str, {type_text(values.types)}]") if values != BOTTOM else "dict"
    return ev.fresh(site, frozenset({known}), exact=True)


def slice_of(ev: Evaluation, i: int, instr: Instr) -> Val:
    implicit.protocols_of(ev, i, [ev.values[v] for v in instr.args if v >= 0], ("__index__",))
    return of_type("slice")
