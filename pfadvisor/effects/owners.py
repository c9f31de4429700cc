"""The objects whose attributes a value's attributes are: also functions, classes and modules.

Values that are code carry no objects of their own; asked for their attributes, they stand for
one object each, named as the definition is. `None` types with no object at all stay unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.values import DEEP, UNKNOWN, Effect, Obj, Val, join_all, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

ANY_CLASS: Final = "?"
NAMESPACE: Final = ".__dict__"
INSIDE: Final = ".inside"
REPLACED: Final = (NAMESPACE, INSIDE)


def owned(program: Program, value: Val) -> Val:
    """The value with the objects of the functions and classes that it may be."""
    if not value.funcs:
        return value
    found = {obj for func in value.funcs for obj in _of_function(program, func)}
    return value._replace(objs=value.objs | found) if found else value


def _of_function(program: Program, func: tuple[object, ...]) -> list[Obj]:
    match func:
        case ("def", str(module), int(index)):
            facts = program.module(module)
            name = facts.functions[index].qualname if facts is not None else str(index)
            return [(("global", f"{module}.{name}"), ())]
        case ("class", name):
            return [(("class", name), ())]
        case ("known", dotted):
            return [(("global", dotted), ())]
    return []


def modules_of(value: Val) -> list[str]:
    return sorted(str(f[1]) for f in value.funcs if f[0] == "module")


def is_some_module(value: Val) -> bool:
    """Whether it is a module, and nothing tells which."""
    return "module" in (value.types or ()) and not modules_of(value)


def variable(ev: Evaluation, i: int, place: str, *, write: bool, key: int = -1) -> None:
    """A module-level name is read, or bound from outside its module."""
    how = "rebind" if write else "load"
    if write and key >= 0:
        ev.store((("global", place), ()), "=", ev.values[key])
    ev.effect(Effect(write, ("global", place), (), "=", i, key, how, ev.location(i)))


def module_attribute(ev: Evaluation, i: int, dotted: str, name: str) -> Val:
    found, place = ev.program.member(dotted, name)
    if name in ev.program.patched(ev.module):
        place = place or f"{dotted}.{name}"
        found = found._replace(
            objs=frozenset({(("global", place), ())}), types=None, const=UNKNOWN.const
        )
    if place:
        variable(ev, i, place, write=False)
    return found


def class_of(ev: Evaluation, value: Val) -> Val:
    """`type(x)`: the classes of the program that it may be, with those that derive from them."""
    heads = sorted({parse_type(t)[0] for t in value.types or () if t != "None"})
    if not heads or not all(":" in head or ev.program.known_type(head) for head in heads):
        return Val(frozenset({(("class", ANY_CLASS), ())}), frozenset({"type"}))
    return join_all([_class(ev, head) for head in heads])


def _class(ev: Evaluation, head: str) -> Val:
    if ":" not in head:
        return Val(types=frozenset({"type"}), funcs=frozenset({("known", head)}))
    names = [head, *ev.program.subclasses(head, ev.module)]
    return Val(
        frozenset((("class", name), ()) for name in names),
        frozenset({"type"}),
        frozenset(("class", name) for name in names),
    )


def namespace(value: Val) -> Val:
    """`x.__dict__`: a mapping that is all attributes of the object at once."""
    places = frozenset(
        (root, path if path and path[-1] == DEEP else (*path, DEEP)) for root, path in value.objs
    )
    return Val(places, frozenset({"dict"}))


def behind(ev: Evaluation, objs: Iterable[Obj], elem: str) -> frozenset[Obj]:
    """What was put in the place of the objects' namespaces, or of the containers inside them."""
    if not ev.swapped:
        return frozenset()
    place = NAMESPACE if elem.startswith(".") else INSIDE
    return frozenset().union(*(ev.heap[o, place].objs for o in objs if (o, place) in ev.heap))


def read_class(ev: Evaluation, i: int, cls: str, name: str) -> None:
    """An attribute is looked for in a class and in those that it derives from."""
    owners = ev.program.lineage(cls) if cls != ANY_CLASS else _with_variable(ev, name)
    for owner in owners:
        if ":" in owner:
            ev.effect(
                Effect(False, ("class", owner), (), f".{name}", i, -1, "load", ev.location(i))
            )


def _with_variable(ev: Evaluation, name: str) -> list[str]:
    found = []
    for neighbour in ev.program.neighbours(ev.module):
        facts: ModuleFacts | None = ev.program.module(neighbour)
        for cls in facts.classes if facts is not None else ():
            full = f"{neighbour}:{cls.qualname}"
            if ev.program.is_class_variable(full, name):
                found.append(full)
    return found
