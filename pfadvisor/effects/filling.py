"""What a new object of a library holds: the arguments, or containers of them that are new, too.

`zip` and `enumerate` give tuples that they make; what is in those is what the arguments hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import access, hidden, mappings
from pfadvisor.effects.defaults import factories
from pfadvisor.effects.facts import Instr, ModuleFacts, last_name
from pfadvisor.effects.outside_stores import stores
from pfadvisor.effects.values import (
    BOTTOM,
    DEEP,
    NOTHING,
    VIEWS_OF_PAIRS,
    Obj,
    Val,
    elem_types,
    item_types,
    join,
    parse_type,
    split_top,
    union,
)

DEFAULTS: Final = "collections.defaultdict"
USED_UP: Final = frozenset({"iterator", "generator"})
MADE: Final = "made"  # what a mapping gets from its factory, beside what is put into it

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def fill(
    ev: Evaluation,
    site: Any,
    obj: Obj,
    names: list[str],
    contents: Val,
    stated: str,
    slots: list[Val],
) -> None:
    """Slot by slot for a tuple of a stated length; `stated` is the type as the table has it,
    `slots` what is in the tuple, if it is known of each slot."""
    inside = _parts_as_stated(stated)
    head, args = parse_type(names[0]) if len(names) == 1 else ("", ())
    if head == "tuple" and args and args[-1] != "...":
        for number, kind in enumerate(args if contents.objs else ()):
            own = inside[number] if number < len(inside) else ""
            held = slots[number] if len(slots) == len(args) else contents
            held = held._replace(types=union(kind))
            ev.store(obj, f"[{number}]", _made(ev, (site, number), held, own, []))
        return
    if names and contents != BOTTOM and all(map(ev.program.is_mapping, names)):
        _under_keys(ev, site, obj, names, contents, inside)
        return
    found = [elem_types(name) for name in names]
    if found and all(s is not None for s in found):
        contents = contents._replace(types=frozenset().union(*(s or () for s in found)))
    if contents != BOTTOM:
        contents = _made(ev, (site, "item"), contents, inside[0] if inside else "", slots)
        mappings.put(ev, [obj], contents, contents)
    anywhere(ev, obj, names, contents)


def _under_keys(
    ev: Evaluation, site: Any, obj: Obj, names: list[str], contents: Val, inside: tuple[str, ...]
) -> None:
    """A mapping that is made of arguments: some are its keys, others stand under them."""
    key, value = [
        contents._replace(types=access.join_types([kind(name) for name in names]))
        for kind in (elem_types, lambda name: item_types(name, None))
    ]
    if len(inside) == 2:
        value = _made(ev, (site, "item"), value, inside[1], [])
    mappings.put(ev, [obj], key, value)
    anywhere(ev, obj, names, join(key, value))


def anywhere(ev: Evaluation, obj: Obj, names: Iterable[str], contents: Val) -> None:
    """What is no plain container may show its contents under any attribute."""
    heads = {parse_type(name)[0] for name in names}
    if not heads or not heads <= hidden.OPEN_CONTAINERS:
        ev.store(obj, hidden.ANYWHERE, contents._replace(const=NOTHING))


def on_demand(ev: Evaluation, value: Val) -> frozenset[str] | None:
    """The types of what dictionaries with defaults, all of them made here, make for new keys."""
    made = [ev.heap.get((obj, MADE), BOTTOM).types for obj in value.objs]
    heads = {parse_type(t)[0] for t in value.types or ()} - {"None"}
    if heads != {DEFAULTS} or not all(made):
        return None
    return frozenset[str]().union(*(types or () for types in made)) or None


def fills(ev: Evaluation, value: Val, read: Instr) -> bool:
    """Whether looking up a key may put it there: in a dictionary with defaults, or in something
    of unknown type that an attribute holds in which the code around keeps such dictionaries.
    `read` is what gave the value."""
    types = value.types
    if types is not None:
        return any(DEFAULTS in ev.program.above(t) for t in types)
    told = {f".{read.args[1]}"} if read.op == "attr" else set()
    last = told or {path[-1] for _, path in value.objs if path}
    around = ev.program.around(ev.module) if last else ()
    kept = (ev.program.table(_keeping, facts) for facts in around)
    return any(steps and (DEEP in last or not steps.isdisjoint(last)) for steps in kept)


def _keeping(module: ModuleFacts) -> frozenset[str]:
    """The steps to attributes in which the module stores dictionaries with defaults."""
    name = DEFAULTS.rpartition(".")[2]
    makers = {name} | {here for here, (_, there, _) in module.imports if there == name}
    makers |= {
        cls.name for cls in module.classes if {b.rpartition(".")[2] for b in cls.bases} & makers
    }
    stored = {
        attribute
        for attribute, places in stores(module).items()
        for index, _, value in places
        if _is_made_by(module.functions[index].code, value, makers)
    }
    stated = {field for cls in module.classes for field, text in cls.fields if name in text}
    bodies = [module.functions[cls.body].code for cls in module.classes]
    stated |= {
        field
        for code in bodies
        for field, factory in factories(code)
        if _makes(module, code[factory], makers)
    }
    return frozenset(f".{name}" for name in stored | stated)


def _is_made_by(code: tuple[Instr, ...], value: int, makers: set[str]) -> bool:
    made = code[value]
    return made.op == "call" and last_name(code[made.args[0]]) in makers


def _makes(module: ModuleFacts, factory: Instr, makers: set[str]) -> bool:
    """Whether a factory is such a class, or a lambda that calls one."""
    inner = module.functions[factory.args[0]].code if factory.op == "func" else ()
    returned = (i.args[0] for i in inner if i.op == "ret" and i.args)
    return last_name(factory) in makers or any(_is_made_by(inner, r, makers) for r in returned)


def _parts_as_stated(stated: str) -> tuple[str, ...]:
    """The parts of a container, as far as the table states one kind of container."""
    text = stated.removeprefix("coroutine[").removesuffix("]") if "coroutine[" in stated else stated
    if len(split_top(text, "|")) != 1:
        return ()
    head, args = parse_type(text)
    if head.rpartition(".")[2] in VIEWS_OF_PAIRS and len(args) == 2:
        return (f"tuple[{args[0]}, {args[1]}]",)
    return args if head in hidden.OPEN_CONTAINERS else ()


def _made(ev: Evaluation, site: Any, held: Val, stated: str, slots: list[Val]) -> Val:
    """The contents, or the new containers that hold them."""
    if not _parts_as_stated(stated) or not held.types:
        return held
    if not held.objs and not {parse_type(t)[0] for t in held.types} & USED_UP:
        return held
    flat = _flat(site)
    obj: Obj = (("fresh", flat), ())
    fill(ev, flat, obj, sorted(held.types), held._replace(types=None), stated, slots)
    made = ev.fresh(flat, held.types, exact=True)
    heads = {parse_type(t)[0] for t in held.types}
    return made._replace(lazy=bool(heads & USED_UP))


def _flat(site: Any) -> tuple[Any, ...]:
    """A site that begins with the instruction, as those of other objects do."""
    where, part = site
    return (*where, part) if isinstance(where, tuple) else (where, part)
