"""Stores to attributes and items, and what deletes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, calls, ducks, implicit, mappings, members, owners
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.values import BOTTOM, DEEP, Val, join, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

LISTS: Final = frozenset({"list", "bytearray"})  # a slice of one gets the items of what is assigned


def set_attribute(ev: Evaluation, i: int, instr: Instr) -> Val:
    base, name, new = instr.args
    assign(ev, i, ev.values[base], name, ev.values[new], new)
    return BOTTOM


def assign(ev: Evaluation, i: int, base: Val, name: str, new: Val, key: int) -> None:
    """Set an attribute; `key` is the instruction of the new value, or -1."""
    value = owners.owned(ev.program, base)
    for module in owners.modules_of(value):
        owners.variable(ev, i, f"{module}.{name}", write=True, key=key)
    strange = name == "__class__" or (value.types is None and not value.objs)
    strange |= owners.is_some_module(value)
    if strange or (("class", owners.ANY_CLASS), ()) in value.objs:
        place = f"{ev.text(ev.function.code[i].args[0])}.{name}"
        calls.unknown(ev, i, place, [calls.Arg("pos", "", new)], [])
    step = DEEP if name == "__dict__" else f".{name}"
    ev.access(i, value, step, write=True, key=key, how="store")
    if value.types is None:
        implicit.attribute(ev, i, value, name, "__set__", new)
    for head in (t for t in value.types or () if ":" in t):
        implicit.described(ev, i, value, head, name, "__set__", new)
        members.property_set(ev, i, value, head, name, new, key)
    for obj in value.objs:
        ev.store(obj, f".{name}", new)
    if mappings.shown_by(ev, value, name) != BOTTOM:
        mappings.hand_on(ev, value.objs, new)
        for obj in value.objs:
            ev.store(obj, owners.INSIDE, new)


def set_item(ev: Evaluation, i: int, instr: Instr) -> Val:
    base, key, new = instr.args
    value = ev.values[base]
    traits = [ev.program.traits_of(t) for t in value.types or ()]
    grows = any(t is not None and t.grows for t in traits)
    ev.access(i, value, DEEP if grows else "[]", write=True, key=key, how="store")
    stored = ev.values[new]
    if ev.function.code[key].op == "slice":
        held, listed = _spread(ev, i, stored), {parse_type(t)[0] for t in value.types or ("?",)}
        stored = held if listed <= LISTS else join(held, stored)
    if any(t == "os._Environ" for t in value.types or ()):
        access.resource(ev, i, "env", write=True)
    ducks.perhaps_environment(ev, i, value, ev.values[key], ev.values[new])
    calls.protocol(ev, i, value, "__setitem__", (key, new))
    implicit.subscript(ev, i, value, ev.values[key])
    mappings.put(ev, value.objs, ev.values[key], stored)
    return BOTTOM


def _spread(ev: Evaluation, i: int, new: Val) -> Val:
    """What a slice gets of something that is assigned to it."""
    access.look_through(ev, i, new)
    if new.types is not None:
        implicit.iteration(ev, i, new)
    return access.contents(ev, new)


def delete_attribute(ev: Evaluation, i: int, instr: Instr) -> Val:
    base, name = instr.args
    remove(ev, i, ev.values[base], name)
    return BOTTOM


def remove(ev: Evaluation, i: int, value: Val, name: str) -> None:
    for module in owners.modules_of(value):
        owners.variable(ev, i, f"{module}.{name}", write=True)
    if owners.is_some_module(value):
        calls.unknown(ev, i, name, [], [])
    ev.access(i, value, f".{name}", write=True, how="delete")
    implicit.attribute(ev, i, value, name, "__delete__")


def delete_item(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = ev.values[instr.args[0]]
    ev.access(i, value, "[]", write=True, key=instr.args[1], how="delete")
    ducks.perhaps_environment(ev, i, value, ev.values[instr.args[1]])
    calls.protocol(ev, i, value, "__delitem__", (instr.args[1],))
    implicit.subscript(ev, i, value, ev.values[instr.args[1]])
    return BOTTOM
