"""Attributes, subscripts, iteration and `with`: what they read, write and yield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import (
    calls,
    enums,
    filling,
    hidden,
    implicit,
    iterating,
    mappings,
    members,
    new_items,
    owners,
    records,
    refills,
    sharing,
)
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.folders import ADDS
from pfadvisor.effects.handed_iterators import NEITHER
from pfadvisor.effects.having import having
from pfadvisor.effects.narrowing import narrowed
from pfadvisor.effects.opening import buffer_behind, moves, stream_behind
from pfadvisor.effects.tables import callables_held
from pfadvisor.effects.tokens import below
from pfadvisor.effects.values import (
    BOTTOM,
    DEEP,
    IMMUTABLE,
    NOTHING,
    NUMERIC,
    UNKNOWN,
    Effect,
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

COUNTING = frozenset({"range", "chr", "bin", "oct", "hex"})  # take whole numbers alone
HARMLESS = frozenset({"object", "object-base", "abc.ABC", "typing.Generic", "typing.Protocol"})

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def load(ev: Evaluation, value: Val, elem: str, types: frozenset[str] | None) -> Val:
    """What the place `elem` of the objects holds: stores seen here, and what it held before."""
    named = records.item(ev, value, elem, types) if elem[0] == "[" else None
    found = _load(ev, value, elem, types) if named is None else named
    if value.holding and elem[0] == "[":
        found = _handed(value, found)
    objs = [obj for obj in ordered(value.objs) if obj[0] in ev.hiding] if ev.hiding else []
    if not objs:
        return found
    put = join_all([hidden.put_by_name(ev, obj) for obj in objs])
    inside = BOTTOM if immutable(types) else join_all([hidden.held(ev, obj) for obj in objs])
    for held, known in ((put, None), (inside, types)):
        if held.objs or held.funcs:
            parts = _load(ev, held._replace(objs=held.objs - value.objs), elem, known)
            kinds = found.types if held is inside else None
            found = join(found, join(held, parts)._replace(types=kinds))
    return found


def _handed(value: Val, found: Val) -> Val:
    """What is found in what a caller has put iterators into."""
    lazy = found.lazy or (1 in value.holding and found.types is None)
    return found._replace(lazy=lazy, holding=found.holding | below(value.holding) - {0})


def _load(ev: Evaluation, value: Val, elem: str, types: frozenset[str] | None) -> Val:
    found, symbolic, inside = BOTTOM, set(), elem[0] == "["
    for obj in ordered(value.objs):
        obj = sharing.seen_through(obj) if inside else obj
        for step in _steps(ev, obj, elem) if obj in ev.held else ():
            found = join(found, ev.heap[obj, step])
        root, path = obj
        if not path and root[0] == "fresh" and root[1] in ev.exact:
            continue
        symbolic.add(child(obj, elem))
    for obj in owners.behind(ev, value.objs, elem) if ev.swapped else ():
        symbolic.add(child(obj, "[]"))
    if not symbolic and value.objs:
        return found if found != BOTTOM else Val(types=types)
    held = callables_held(ev, value, elem, types)
    held = held or Val(frozenset() if immutable(types) else frozenset(symbolic), types)
    return held if found == BOTTOM else join(held, found)


def is_blank(ev: Evaluation, obj: Obj) -> bool:
    """Whether the heap knows nothing of what the object holds."""
    root, path = obj
    alone = obj not in ev.held and not ev.swapped and sharing.VIEW not in path
    alone = alone and root not in ev.hiding
    return alone and (root[0] != "fresh" or bool(path) or root[1] not in ev.exact)


def _steps(ev: Evaluation, obj: Obj, elem: str) -> list[str]:
    if (obj, elem) in ev.heap and elem != "[]":
        own = [elem]
        return [*own, "[]"] if elem.startswith("[") and (obj, "[]") in ev.heap else own
    if not elem.startswith("["):
        return []
    found = ["[]"] if (obj, "[]") in ev.heap else []
    if elem == "[]":
        found += ev.slots.get(obj, ())
    return found


def immutable(types: frozenset[str] | None) -> bool:
    return types is not None and all(parse_type(t)[0] in IMMUTABLE for t in types)


def join_types(parts: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [part for part in parts if part is not None]
    told = bool(parts) and len(known) == len(parts)
    return frozenset[str]().union(*known) if told else None


def element(ev: Evaluation, value: Val) -> Val:
    """What iterating over the value yields, without recording the access."""
    if value == BOTTOM:
        return BOTTOM
    member = enums.member_of(ev.program, value) if value.funcs else None
    if member is not None:
        return member
    if value.types is None:
        found = shown(ev, value, load(ev, value, "[]", None)) if value.objs else UNKNOWN
        return join(found, iterating.yielded(ev, value.objs))
    keyed, others = mappings.split(ev, value)
    found = _items(ev, others) if others != BOTTOM else BOTTOM
    return found if keyed == BOTTOM else join(found, mappings.keys(ev, keyed))


def _items(ev: Evaluation, value: Val) -> Val:
    """What iterating over something of known types yields that is no mapping."""
    mappings.refresh(ev, value)
    parts = []
    for name in value.types or ():
        types = elem_types(name)
        if types is None:
            types = ev.program.element_type(name)
        parts.append(types)
    types = join_types(parts)
    if immutable(value.types) or not value.objs:
        return Val(types=types)
    found = mappings.seen_through_view(ev, value)
    found = found or shown(ev, value, load(ev, value, "[]", types))
    return join(found, iterating.yielded(ev, value.objs)) if types is None else found


def shown(ev: Evaluation, value: Val, held: Val) -> Val:
    """What an object holds, or, if it may be an array, also a view of it."""
    if immutable(held.types) or not sharing.shares(ev, value.types):
        return held
    return join(sharing.view(value, held.types), held)


def contents(ev: Evaluation, value: Val) -> Val:
    """Everything that the value holds, of a mapping its keys and its values."""
    found = element(ev, value)
    if value == BOTTOM or not value.objs or not mappings.are(ev, value):
        return found
    return join(found, mappings.values(ev, mappings.split(ev, value)[0]))


def look_through(ev: Evaluation, i: int, value: Val) -> None:
    """Read what the value holds, and use it up if it is an iterator."""
    ev.access(i, value, "[]", write=False, how="iterate")
    use_up(ev, i, value)


def use_up(ev: Evaluation, i: int, value: Val) -> None:
    """An iterator gives what it gives once."""
    if value.lazy or any(ev.program.one_shot(t) for t in value.types or ()):
        ev.access(i, value, "[]", write=True, how="advance")


def iterate(ev: Evaluation, i: int, instr: Instr) -> Val:
    source = narrowed(ev, i, instr.args[0])
    look_through(ev, i, source)
    if source.types is None:
        implicit.iteration(ev, i, source)
    refills.drawn(ev, i, source)
    result = calls.protocol(ev, i, source, "__iter__", ())
    if result is not None:
        refills.drawn(ev, i, result)
        use_up(ev, i, result)
        return calls.protocol(ev, i, result, "__next__", ()) or element(ev, result)
    numbered = calls.protocol(ev, i, source, "__getitem__", (-1,)) or BOTTOM
    return join(new_items.drawn(ev, i, source, element(ev, source)), numbered)


def unpack(ev: Evaluation, i: int, instr: Instr) -> Val:
    source, number, _ = instr.args
    value = ev.values[source]
    if number <= 0:
        look_through(ev, i, value)
    implicit.iteration(ev, i, value)
    return piece(ev, value, number)


def piece(ev: Evaluation, value: Val, number: int) -> Val:
    if value == BOTTOM:
        return BOTTOM
    if mappings.are(ev, value):
        keyed, others = mappings.split(ev, value)
        return join(mappings.keys(ev, keyed), piece(ev, others, number))
    stated = [
        item_types(t, number) if parse_type(t)[0] == "tuple" else elem_types(t)
        for t in value.types or ()
    ]
    types = join_types(stated)
    if not value.objs:
        return Val(types=types)
    found = shown(ev, value, load(ev, value, f"[{number}]" if number >= 0 else "[]", types))
    return join(found, iterating.yielded(ev, value.objs)) if types is None else found


def item(ev: Evaluation, i: int, instr: Instr) -> Val:
    base, key = instr.args
    value = narrowed(ev, i, base)
    found = enums.member_of(ev.program, value)
    if found is not None:
        return found
    if value.funcs and not value.objs:
        return value  # a generic class: list[int]
    ev.access(i, value, "[]", write=False, key=key, how="load")
    result = calls.protocol(ev, i, value, "__getitem__", (key,))
    implicit.subscript(ev, i, value, ev.values[key])
    if filling.fills(ev, value, ev.function.code[base]):
        ev.access(i, value, "[]", write=True, key=key, how="fill")
    if result is not None:
        return result
    if ev.function.code[key].op == "slice":
        return _sliced(ev, i, value)
    const = ev.values[key].const
    stated = [item_types(t, const) or ev.program.item_type(t) for t in value.types or ()]
    types = join_types(stated) or filling.on_demand(ev, value)
    if value.types is not None and immutable(value.types):
        return Val(types=types)
    number = f"[{const}]" if isinstance(const, int) and const is not NOTHING else "[]"
    return shown(ev, value, load(ev, value, number, types)) if value.objs else Val(types=types)


def _sliced(ev: Evaluation, i: int, value: Val) -> Val:
    if value.types is not None and immutable(value.types):
        return Val(types=value.types)
    if value.types is not None and sharing.shares(ev, value.types):
        return sharing.view(value, value.types)
    inside = element(ev, value)
    ev.store((("fresh", i), ()), "[]", inside)
    known = value.types is not None
    return shown(ev, value, ev.fresh(i, records.sliced(ev, value.types), exact=known))


def attribute(ev: Evaluation, i: int, instr: Instr) -> Val:
    base, name = instr.args
    return attribute_of(ev, i, narrowed(ev, i, base), name, above=_from_super(ev, base))


def attribute_of(ev: Evaluation, i: int, value: Val, name: str, *, above: bool = False) -> Val:
    """What reading an attribute gives; `above`: looked for in the base classes only."""
    if value == BOTTOM:
        return BOTTOM
    if name == "__dict__":
        for module in owners.modules_of(value):
            calls.unknown(ev, i, f"{module}.__dict__", [], [])
        value = owners.owned(ev.program, value)
        ev.access(i, value, DEEP, write=False, how="load")
        return owners.namespace(value)
    if name == "__class__":
        return owners.class_of(ev, value)
    found = [owners.module_attribute(ev, i, module, name) for module in owners.modules_of(value)]
    found += [
        members.class_attribute(ev, i, value, str(f[1]), name)
        for f in sorted(value.funcs, key=repr)
        if f[0] in ("class", "known")
    ]
    value = owners.owned(ev.program, value)
    if value.types is None:
        return join_all([*found, _duck(ev, i, value, name)])
    if above:
        return members.inherited_attribute(ev, i, value, name)
    code = {"type", "function", "module"} if found else set[str]()
    found += [typed(ev, i, value, t, name) for t in having(ev, value.types - code, name)]
    shown = mappings.shown_by(ev, value, name)
    found += [shown] if shown != BOTTOM else []
    return join_all(found) if found else _duck(ev, i, value, name)


def _from_super(ev: Evaluation, base: int) -> bool:
    instr = ev.function.code[base]
    callee = ev.function.code[instr.args[0]] if instr.op == "call" else instr
    return instr.op == "call" and callee.op == "name" and callee.args[0] == "super"


def _duck(ev: Evaluation, i: int, value: Val, name: str) -> Val:
    """An attribute of an object of any type: data, or a method found by its name."""
    ev.access(i, value, f".{name}", write=False, how="load")
    implicit.attribute(ev, i, value, name, "__get__")
    held = load(ev, value, f".{name}", None) if value.objs else UNKNOWN
    if value.objs and sharing.name_is_view(ev, name):
        held = join(held, sharing.view(value, None))
    told, holding = ev.program.keeping_iterators(ev.module).get(name, NEITHER)
    lazy, funcs = held.lazy or value.lazy or told, held.funcs | {("duck", name)}
    return held._replace(funcs=funcs, recv=value, lazy=lazy, holding=held.holding | holding)


def typed(ev: Evaluation, i: int, value: Val, type_name: str, name: str) -> Val:
    head = parse_type(type_name)[0]
    if ":" in head:
        return members.instance_attribute(ev, i, value, head, name)
    if name == "__init__" and head in HARMLESS:
        return Val(types=frozenset({"function"}), funcs=frozenset({("known", "Exception")}))
    if name == "__init__" and ev.program.knowledge.call(head) is not None:
        return Val(types=frozenset({"function"}), funcs=frozenset({("init", head)}), recv=value)
    if head == "?" or not ev.program.known_type(head):
        return _duck(ev, i, value, name)
    if ev.program.knowledge.method(head, name) is not None:
        return Val(
            types=frozenset({"function"}),
            funcs=frozenset({("method", type_name, name)}),
            recv=value,
        )
    types = ev.program.attribute_type(head, name)
    ev.access(i, value, f".{name}", write=False, how="load")
    if not immutable(types):
        of_process(ev, i, head)
    held = load(ev, value, f".{name}", types) if value.objs else Val(types=types)
    if value.objs and sharing.attribute_is_view(ev, type_name, types):
        held = join(held, sharing.view(value, types))
    if types is None:
        return held._replace(funcs=frozenset({("unknown-method", head, name)}), recv=value)
    return held


def of_process(ev: Evaluation, i: int, head: str) -> None:
    """An attribute of what stands for the process's state shows what any code did to it."""
    shared = ev.program.shared_resource(head)
    if shared:
        resource(ev, i, shared, write=True)


def given_to(ev: Evaluation, recv: Val | None, name: str) -> str:
    """How a call looks at its arguments."""
    number = recv is None and name in COUNTING and not ev.program.handles_arrays(ev.module)
    own = number and ev.program.methods_named(ev.module, "__index__")
    return NUMERIC if number and not own else "argument"


def resource(
    ev: Evaluation, i: int, name: str, *, write: bool, key: int = -1, how: str = "resource"
) -> None:
    if name == "file" and in_buffer(ev, i, key, write=write, how=how):
        return
    if how == ADDS and (key < 0 or ev.values[key].const is None):
        return  # to the folder of all that is temporary, which no program looks at
    stream = stream_behind(ev, key) if name == "file" and write else ""
    if stream:
        name, key = stream, -1
    ev.effect(Effect(write, ("res", name), (), "[]", i, key, how, ev.location(i)))


def in_buffer(ev: Evaluation, i: int, key: int, *, write: bool, how: str) -> bool:
    """Whether an open file is a buffer in memory, which its use then reads or writes."""
    buffer = buffer_behind(ev, key)
    if buffer is not None:
        ev.access(i, buffer, "[]", write=moves(ev, key, write=write), how=how)
    return buffer is not None
