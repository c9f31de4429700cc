"""Named tuples: an item of one is an attribute by another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access
from pfadvisor.effects.values import UNKNOWN, Val, join_all, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

Types = frozenset[str] | None
NAMED: Final = "typing.NamedTuple"
KEYED: Final = "typing.TypedDict"


def item(ev: Evaluation, value: Val, elem: str, types: Types) -> Val | None:
    """What the place `elem` of an object that may be a named tuple holds; None if it is none."""
    named = _named(ev.program, value.types)
    if not named:
        return None
    found = [
        access.load(ev, value._replace(types=frozenset({name})), f".{field}", told)
        for name in sorted(named)
        for field, told in _fields(ev.program, parse_type(name)[0], elem)
    ]
    others = (value.types or frozenset()) - named
    if others:
        found.append(access.load(ev, value._replace(types=others), elem, types))
    return join_all(found)


def sliced(ev: Evaluation, types: Types) -> Types:
    """A part of a named tuple is a tuple like any other."""
    named = _named(ev.program, types)
    return (types - named) | {"tuple"} if types and named else types


def places(program: Program, name: str, field: str) -> list[str]:
    """Where an instance that is made with this value for a field has it."""
    lineage, fields = program.lineage(name), program.fields(name)
    if KEYED in lineage:
        return ["[]"]
    if NAMED in lineage and field in fields:
        return [f".{field}", f"[{fields.index(field)}]"]
    return [f".{field}"]


def _named(program: Program, types: Types) -> set[str]:
    return {t for t in types or () if ":" in t and NAMED in program.above(t)}


def _fields(program: Program, name: str, elem: str) -> list[tuple[str, Types]]:
    fields, number = program.fields(name), elem[1:-1]
    if number.isdigit() and int(number) < len(fields):
        fields = (fields[int(number)],)
    return [(field, (program.attribute(name, field) or UNKNOWN).types) for field in fields]
