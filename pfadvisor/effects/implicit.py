"""Methods that run without being named: for truth, hashing, iteration, text, operators, attributes.

An operand counts if its type is a project class that has the method, or if nothing tells its
type: then it may be of any class here whose method is noisy. Most modules have no noisy ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, calls, endings, families, identity, iterating, orders, refills
from pfadvisor.effects.values import (
    BOTTOM,
    CODE,
    IMMUTABLE,
    NOTHING,
    UNKNOWN,
    Val,
    elem_types,
    join,
    join_all,
    of_type,
    parse_type,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.summary import Target

MOST_ALIKE: Final = 2  # more methods that an operand may have are one call of unknown code
TRUTH: Final = ("__bool__", "__len__")
HASH: Final = ("__hash__", "__eq__")
TEXT: Final = ("__str__", "__repr__", "__format__")
ORDER: Final = ("__lt__", "__gt__", "__le__", "__ge__", "__eq__")
PATTERN: Final = ("__eq__", "__len__", "__getitem__", "__instancecheck__", "keys", "get")
COMPARED: Final = {
    "==": ("__eq__",),
    "!=": ("__ne__", "__eq__"),
    "<": ORDER,
    "<=": ORDER,
    ">": ORDER,
    ">=": ORDER,
}
ATTRIBUTE: Final = {
    "__get__": (("property", "cached_property", "getter"), ("__getattribute__", "__getattr__")),
    "__set__": (("setter",), ("__setattr__",)),
    "__delete__": (("deleter",), ("__delattr__",)),
}


def protocols_of(
    ev: Evaluation, i: int, values: Iterable[Val], names: Iterable[str], *given: Val
) -> Val:
    """Run those of the methods that the values may have; what they give, BOTTOM if there are none."""
    args = [calls.Arg("pos", "", v) for v in given]
    result = BOTTOM
    targets: list[Target] = []
    noisy, names = ev.program.noisy(ev.module), tuple(names)
    many = bool(noisy) and sum(len(noisy.get(name, ())) for name in names) > MOST_ALIKE
    for value in values:
        if value.types is None and many:
            given_to = [calls.Arg("pos", "", value), *args]
            result = join(result, calls.unknown(ev, i, f"{names[0]}", given_to, targets))
            continue
        if (value.types is None and not noisy) or (value.types is not None and not _own(value)):
            continue
        for name in names:
            for method in _methods(ev, value, name):
                result = join(result, calls.implied(ev, i, method, value, args, targets))
    if targets:
        ev.targets[i] = ev.targets.get(i, ()) + tuple(targets)
    return result


def _own(value: Val) -> set[str]:
    return {parse_type(t)[0] for t in value.types or () if ":" in t}


def _methods(ev: Evaluation, value: Val, name: str) -> list[tuple[str, int]]:
    noisy = ev.program.noisy(ev.module).get(name, [])
    if value.types is None:
        return noisy
    heads = sorted(_own(value))
    members = [ev.program.member_of(head, name) for head in heads]
    found = [member[:2] for member in members if member is not None]
    if families.made_here(ev, value):
        return found
    return [*found, *(m for m in noisy if m not in found and _related(ev, m, heads))]


def _related(ev: Evaluation, method: tuple[str, int], heads: list[str]) -> bool:
    """Whether it is the method of a class that derives from one of the types, or the reverse."""
    cls = _class_of(ev, method)
    return any(head in ev.program.lineage(cls) or cls in ev.program.lineage(head) for head in heads)


def _class_of(ev: Evaluation, method: tuple[str, int]) -> str:
    facts = ev.program.module(method[0])
    owner = facts.functions[method[1]].owner_class if facts is not None else -1
    return f"{method[0]}:{facts.classes[owner].qualname}" if facts is not None else ""


def deep(ev: Evaluation, values: Iterable[Val], names: Iterable[str]) -> list[Val]:
    """The values and what they contain, as far as a method of the names may be there."""
    noisy = ev.program.noisy(ev.module)
    found = []
    for value in values:
        found.append(value)
        if (value.types is None and not noisy) or value == BOTTOM:
            continue
        if not access.immutable(value.types) and (
            any(n in noisy for n in names) or any(":" in t for t in value.types or ())
        ):
            found.append(access.contents(ev, value))
    return found


def truth(ev: Evaluation, i: int, values: Iterable[Val]) -> None:
    values = list(values)
    for value in values:
        if value.types is None or any(map(_may_be_empty, value.types)):
            ev.access(i, value, "[]", write=False, how="truth")
    protocols_of(ev, i, values, TRUTH)


def _may_be_empty(type_name: str) -> bool:
    """Whether the truth of such an object may hang on what it holds."""
    return parse_type(type_name)[0] not in IMMUTABLE | CODE or bool(elem_types(type_name))


def hashing(ev: Evaluation, i: int, keys: Iterable[Val], container: Val = BOTTOM) -> None:
    """Keys are looked up in a dictionary or set, or put into one."""
    keys = list(keys)
    identity.equated(ev, i, [*keys, access.element(ev, container)])
    every = [*deep(ev, keys, HASH), *deep(ev, [container], HASH)[1:]]
    protocols_of(ev, i, every, HASH, UNKNOWN)


def subscript(ev: Evaluation, i: int, container: Val, key: Val) -> Val:
    hashing(ev, i, [key], container)
    protocols_of(ev, i, [key], ("__index__",))
    return protocols_of(ev, i, [container], ("__missing__",), key)


def iteration(ev: Evaluation, i: int, value: Val) -> None:
    first = protocols_of(ev, i, [value], ("__iter__", "__aiter__"))
    refills.drawn(ev, i, join(value, first))
    access.use_up(ev, i, first)
    endings.exhausted(ev, join(value, first))
    drawn = protocols_of(ev, i, [value, first], ("__next__", "__anext__"))
    if first == BOTTOM:
        item = protocols_of(ev, i, [value], ("__getitem__", "__len__"), of_type("int"))
        drawn = join(drawn, item)
    if value.types is not None:
        iterating.remember(ev, value, first, drawn)


def text(ev: Evaluation, i: int, values: Iterable[Val]) -> None:
    values = [*values]
    orders.in_text(ev, i, values)
    protocols_of(ev, i, deep(ev, values, TEXT), TEXT)


def operator(ev: Evaluation, i: int, symbol: str, operands: list[Val]) -> Val:
    """The methods behind an operator, and what they give."""
    operands = [o if o.const is NOTHING else o._replace(const=NOTHING) for o in operands]
    if symbol in ("and", "or", "if", "not"):
        last = {"and": -1, "or": -1, "if": 1, "not": 1}[symbol]
        truth(ev, i, operands[:last])
    elif symbol in ("in", "not in"):
        _membership(ev, i, operands[0], operands[1])
    elif symbol == "fmt":
        text(ev, i, operands)
    elif symbol == "match":
        properties = [n for n in ev.program.noisy(ev.module) if not n.startswith("__")]
        protocols_of(ev, i, operands, [*PATTERN, *properties], UNKNOWN)
    elif symbol in COMPARED:
        if symbol in ("==", "!="):
            identity.equated(ev, i, operands)
        for one, other in (operands, operands[::-1]):
            names = COMPARED[symbol]
            protocols_of(ev, i, deep(ev, [one], names), names, other)
    else:
        return _arithmetic(ev, i, symbol, operands)
    return BOTTOM


def _membership(ev: Evaluation, i: int, item: Val, container: Val) -> None:
    if protocols_of(ev, i, [container], ("__contains__",), item) == BOTTOM or (
        container.types is None
    ):
        iteration(ev, i, container)
        access.use_up(ev, i, container)
    hashing(ev, i, [item], container)


def _arithmetic(ev: Evaluation, i: int, symbol: str, operands: list[Val]) -> Val:
    base = symbol[:-1] if symbol.endswith("=") else symbol
    name = calls.DUNDERS.get(base)
    if name is None or not operands:
        return BOTTOM
    left, others = operands[0], operands[1:2]
    names = (f"__i{name[2:]}", name) if base != symbol else (name,)
    result = protocols_of(ev, i, [left], names, *others)
    result = join(result, _handed_on(ev, i, left, names, *others))
    if others:
        names = (f"__r{name[2:]}",)
        result = join(result, protocols_of(ev, i, others, names, left))
        result = join(result, _handed_on(ev, i, others[0], names, left))
        if base == "%" and (left.types is None or {"str", "bytes"} & left.types):
            text(ev, i, others)
            protocols_of(ev, i, others, ("__getitem__", "__missing__"), of_type("str"))
    return result


def _handed_on(ev: Evaluation, i: int, value: Val, names: tuple[str, ...], *given: Val) -> Val:
    """What quiet methods give of an operand that may be of any class, if that is nothing new."""
    if value.types is not None or value == BOTTOM:
        return BOTTOM
    noisy, handing = ev.program.noisy(ev.module), ev.program.handing(ev.module)
    methods = [
        method
        for name in names
        for method in handing.get(name, ())
        if method not in noisy.get(name, ())
    ]
    args = [calls.Arg("pos", "", v) for v in given]
    if len(methods) > MOST_ALIKE:
        every = [part for v in (value, *given) for part in (v, access.contents(ev, v))]
        return join_all(every)._replace(types=None)
    found = [calls.implied(ev, i, method, value, args, []) for method in methods]
    return join_all(found) if found else BOTTOM


def settled(ev: Evaluation, symbol: str, left: Val, own: Val) -> bool:
    """Whether the left operand's own method gives the result, and never leaves it to the right."""
    name = calls.DUNDERS.get(symbol.removesuffix("="), "")
    return (
        bool(left.types and own.types)
        and all(ev.program.member_of(t, name) for t in left.types or () if ":" in t)
        and all(":" in t for t in left.types or ())
        and ("NotImplementedType" not in (own.types or ()))
    )


def attribute(ev: Evaluation, i: int, value: Val, name: str, kind: str, *given: Val) -> None:
    """What an access by name alone may run: properties, `__getattr__` and descriptors."""
    if ev.program.noisy(ev.module):
        _properties(ev, i, value, name, kind, given)
        _hooks(ev, i, value, kind, given)


def any_attribute(ev: Evaluation, i: int, value: Val, kind: str) -> None:
    """What an access may run whose name is a value."""
    names = [name for name in ev.program.noisy(ev.module) if not name.startswith("__")]
    for name in names:
        _properties(ev, i, value, name, kind, ())
    if names:
        _hooks(ev, i, value, kind, ())


def _properties(
    ev: Evaluation, i: int, value: Val, name: str, kind: str, given: tuple[Val, ...]
) -> None:
    args = [calls.Arg("pos", "", v) for v in given]
    alike = ev.program.noisy(ev.module).get(name, [])
    if len(alike) > MOST_ALIKE:
        calls.unknown(ev, i, name, [calls.Arg("pos", "", value), *args], [])
        alike = []
    for module, index in alike:
        facts = ev.program.module(module)
        shown = facts.functions[index].decorators if facts is not None else ()
        last = {d.rpartition(".")[2] for d in shown}
        taken = facts is not None and facts.functions[index].name != name
        if taken or last.intersection(ATTRIBUTE[kind][0]):
            calls.project(ev, i, module, index, value, args, [])
        if kind == "__get__" and "cached_property" in last:
            ev.access(i, value, f".{name}", write=True, how="cache")


def _hooks(ev: Evaluation, i: int, value: Val, kind: str, given: tuple[Val, ...]) -> None:
    protocols_of(ev, i, [value], ATTRIBUTE[kind][1], of_type("str"), *given)
    described_by = ev.program.noisy(ev.module).get(kind, [])
    if len(described_by) > MOST_ALIKE:
        every = [calls.Arg("pos", "", v) for v in (value, *given)]
        calls.unknown(ev, i, kind, every, [])
        described_by = []
    for method in described_by:
        cls = _class_of(ev, method)
        held = Val(frozenset({(("global", f"{cls} as an attribute"), ())}), frozenset({cls}))
        _descriptor(ev, i, method, held, value, given)


def _descriptor(
    ev: Evaluation, i: int, method: tuple[str, int], held: Val, value: Val, given: tuple[Val, ...]
) -> Val:
    args = [calls.Arg("pos", "", v) for v in (value, *given, UNKNOWN)]
    return calls.implied(ev, i, method, held, args, [])


def described(
    ev: Evaluation, i: int, value: Val, cls: str, name: str, kind: str, *given: Val
) -> Val:
    """An attribute of a project class whose value there is a descriptor; BOTTOM if it is none."""
    known, result = ev.program.attribute(cls, name), BOTTOM
    heads = _own(known) if known is not None else set[str]()
    if known is not None and known.types is None and ev.program.is_class_variable(cls, name):
        heads = {_class_of(ev, method) for method in ev.program.noisy(ev.module).get(kind, ())}
    for head in sorted(heads):
        method = ev.program.member_of(head, kind)
        if method is not None:
            held = Val(frozenset({(("class", cls), (f".{name}",))}), frozenset({head}))
            result = join(result, _descriptor(ev, i, method[:2], held, value, given))
    return result
