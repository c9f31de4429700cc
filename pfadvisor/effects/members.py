"""Attributes of instances and classes of the project, through bases and overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import access, bare, calls, enums, families, foreign, implicit, owners
from pfadvisor.effects.class_stores import common_places
from pfadvisor.effects.lent import UNTOLD, described_methods
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import BOTTOM, UNKNOWN, Val, child, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.classes import Member
    from pfadvisor.effects.evaluate import Evaluation

ABSTRACT: Final = frozenset({"abstractmethod", "abstractproperty"})


def instance_attribute(ev: Evaluation, i: int, value: Val, cls: str, name: str) -> Val:
    members = families.methods_of(ev, value, cls, name, own=True)
    if members and ev.program.is_replaced(cls, name, ev.module):
        return UNKNOWN
    if members and not all(_is_abstract(ev, member) for member in members):
        results = [_member(ev, i, value, cls, m, name) for m in members]
        return join_all(results)
    if members or ev.program.opaque_base(cls):
        return access._duck(ev, i, value, name)
    ev.access(i, value, f".{name}", write=False, how="load")
    for base in ev.program.outer_bases(cls):
        access.of_process(ev, i, base)
    common = common_places(ev, cls, name)
    if common:
        owners.read_class(ev, i, cls, name)
    getter = ev.program.member_of(cls, "__getattr__")
    known = ev.program.attribute(cls, name)
    if known is None and getter is not None:
        return calls.project(
            ev, i, getter[0], getter[1], value, [calls.Arg("pos", "", UNKNOWN)], []
        )
    if known is None:
        inherited = _inherited(ev, i, value, cls, name)
        if inherited is not None:
            return inherited
        known = UNKNOWN
    described = implicit.described(ev, i, value, cls, name, "__get__")
    if described != BOTTOM:
        return described
    given = ev.program.functions_given(ev, value, cls, name)
    if given:
        return Val(types=frozenset({"function"}), funcs=given)
    held = foreign.held(ev, cls, value, access.load(ev, value, f".{name}", known.types))
    class_objs = common if held.objs else frozenset()
    lazy = held.lazy or known.lazy
    funcs = known.funcs
    if funcs and ev.program.is_class_variable(cls, name):
        funcs = described_methods(ev.program, funcs)
    held = held if funcs == known.funcs else held._replace(recv=value)
    return held._replace(funcs=funcs, objs=held.objs | class_objs, lazy=lazy)


def _is_abstract(ev: Evaluation, member: Member) -> bool:
    """Whether it is only promised: classes that nobody sees here do what they like."""
    facts = ev.program.module(member[0])
    shown = facts.functions[member[1]].decorators if facts is not None else ()
    return any(d.rpartition(".")[2] in ABSTRACT for d in shown)


def inherited_attribute(ev: Evaluation, i: int, value: Val, name: str) -> Val:
    """An attribute of `super()`: that of the bases, whatever subclasses make of it."""
    found = [_member(ev, i, value, cls, m, name) for cls, m in _beside(ev, name)]
    for head in sorted(value.types or ()):
        member = ev.program.member_of(head, name) if ":" in head else None
        made = bare.above(ev, head) if member is None and name == "__new__" else None
        if member is not None:
            found.append(_member(ev, i, value, head, member, name))
        else:
            found.append(made or access.typed(ev, i, value, head, name))
    return join_all(found) if found else UNKNOWN


def _beside(ev: Evaluation, name: str) -> list[tuple[str, Any]]:
    """Members of classes that come after this one in the order of a class that derives from both."""
    program, owner = ev.program, ev.function.owner_class
    own = f"{ev.module.name}:{ev.module.classes[owner].qualname}" if owner >= 0 else ""
    found: dict[str, Any] = {}
    for derived in program.subclasses(own) if own else ():
        for other in program.lineage(derived):
            if ":" not in other or other in program.lineage(own) or own in program.lineage(other):
                continue
            member = program.member_of(other, name)
            if member is not None:
                found[other] = member
    return list(found.items())


def _inherited(ev: Evaluation, i: int, value: Val, cls: str, name: str) -> Val | None:
    """A method that a base class outside the project gives."""
    for base in ev.program.outer_bases(cls):
        if ev.program.knowledge.method(base, name) is not None:
            return Val(
                types=frozenset({"function"}), funcs=frozenset({("method", base, name)}), recv=value
            )
    return None


def _member(ev: Evaluation, i: int, value: Val, cls: str, member: Any, name: str) -> Val:
    module, index, kind = member
    function = Val(types=frozenset({"function"}), funcs=frozenset({("def", module, index)}))
    match kind:
        case "property":
            targets: list[Target] = []
            result = calls.project(ev, i, module, index, value, [], targets)
            ev.targets[i] = tuple(targets)
            return result
        case "cached":
            targets = []
            result = calls.project(ev, i, module, index, value, [], targets)
            ev.targets[i] = tuple(targets)
            ev.access(i, value, f".{name}", write=True, how="cache")
            for obj in value.objs if result.objs else ():
                ev.store(obj, f".{name}", result)
                result = result._replace(objs=result.objs | {child(obj, f".{name}")})
            return result
        case "static":
            return function
        case "class":
            return function._replace(
                recv=Val(
                    frozenset({(("class", cls), ())}),
                    frozenset({"type"}),
                    frozenset({("class", cls)}),
                )
            )
        case "method":
            return function._replace(recv=value)
    why = "" if kind == UNTOLD else " (decorated)"
    calls.unknown(ev, i, f"{cls.partition(':')[2]}.{name}{why}", [calls.Arg("pos", "", value)], [])
    return UNKNOWN._replace(objs=value.objs)


def class_attribute(ev: Evaluation, i: int, value: Val, cls: str, name: str) -> Val:
    made = bare.maker_of(ev.program, [cls]) if name == "__new__" else None
    if made is not None and (":" not in cls or ev.program.member_of(cls, name) is None):
        return made
    if ":" not in cls:
        if ev.program.knowledge.call(f"{cls}.{name}") is not None:
            return Val(types=frozenset({"function"}), funcs=frozenset({("known", f"{cls}.{name}")}))
        if ev.program.knowledge.method(cls, name) is not None:
            return Val(types=frozenset({"function"}), funcs=frozenset({("unbound", cls, name)}))
        if name == "__init__" and bare.is_type(ev.program, cls):
            return Val(types=frozenset({"function"}), funcs=frozenset({("init", cls)}))
        known = ev.program.knowledge.value(f"{cls}.{name}")
        return Val(types=frozenset({known})) if known else UNKNOWN
    member = ev.program.member_of(cls, name)
    above = ev.program.of_metaclass(cls, name) if member is None else None
    if above is not None:
        return _member(ev, i, value, above[0], above[1], name)
    stated = ev.program.attribute_type("type", name)
    if stated is not None:
        return Val(types=stated)
    if member is not None and (member[2] == UNTOLD or ev.program.is_replaced(cls, name, ev.module)):
        return UNKNOWN
    if member is not None:
        function = Val(
            types=frozenset({"function"}), funcs=frozenset({("def", member[0], member[1])})
        )
        return function._replace(recv=value) if member[2] == "class" else function
    if ev.program.is_enum(cls):
        return enums.member(ev.program, cls)
    owners.read_class(ev, i, cls, name)
    known_value = ev.program.attribute(cls, name) or UNKNOWN
    if access.immutable(known_value.types):
        return known_value
    own = (("class", cls), (f".{name}",))
    found = known_value._replace(objs=common_places(ev, cls, name) or frozenset({own}))
    owning = ((("class", owner), ()) for owner in ev.program.lineage(cls))
    return join_all([found, *(ev.heap.get((each, f".{name}"), BOTTOM) for each in owning)])


def property_set(
    ev: Evaluation, i: int, value: Val, cls: str, name: str, new: Val, key: int
) -> None:
    setter = ev.program.setter(cls, name) or ev.program.member_of(cls, "__setattr__")
    if setter is not None:
        calls.project(
            ev,
            i,
            setter[0],
            setter[1],
            value,
            [calls.Arg("pos", "", new, key)] * (1 if ev.program.setter(cls, name) else 2),
            [],
        )
