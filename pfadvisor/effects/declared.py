"""What is put into the attributes whose types are declared: by defaults, constructors and methods.

None of it may be asked for before what came earlier is known: it may read the attribute itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfadvisor.effects import defaults
from pfadvisor.effects.annotations import resolve
from pfadvisor.effects.bounds import choices
from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.outside_stores import stored_from_outside
from pfadvisor.effects.passed import calls_in, passed
from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Types = frozenset[str] | None


def stated_types(program: Program, cls: str, attribute: str) -> Types:
    """The types that the body of the class, or else stores in its methods, declare."""
    found = program.find(cls)
    if found is None:
        return None
    module, facts = found
    text = dict(facts.fields).get(attribute)
    if text:
        return resolve(program, module, text, cls)
    declared = frozenset[str]()
    for index, value in program.stores_of(module, facts).get(attribute, ()):
        text = dict(module.functions[index].annotations).get(value)
        types = resolve(program, module, text, cls) if text else frozenset()
        if types is None:
            return None
        declared |= types
    return declared or None


def put_into(program: Program, name: str, attribute: str, types: Types) -> Iterator[Val]:
    """What instances of the class, and of those that derive from it, may hold there."""
    family = [c for c in (*program.lineage(name), *program.subclasses(name)) if ":" in c]
    yield from defaults.put_into(program, family, attribute)
    for cls in family:
        yield from _by_constructors(program, cls, attribute)
    for cls in family:
        yield from _by_methods(program, cls, attribute)
    yield from stored_from_outside(program, name, attribute, types)


def _by_methods(program: Program, cls: str, attribute: str) -> Iterator[Val]:
    found = program.find(cls)
    for index, value in program.stores_of(*found).get(attribute, ()) if found is not None else ():
        function = found[0].functions[index] if found is not None else None
        if found is not None and function is not None and function.kind != "class":
            for at in choices(function.code, value):
                if not _reads(function, at, attribute):
                    yield program.slice_value(found[0], index, at)


def _reads(function: Function, at: int, attribute: str) -> bool:
    """Whether the value is what the attribute itself held before."""
    instr = function.code[at]
    base = function.code[instr.args[0]] if instr.op == "attr" else instr
    return instr.op == "attr" and instr.args[1] == attribute and base.op == "param"


def _by_constructors(program: Program, cls: str, attribute: str) -> Iterator[Val]:
    """What calls in its file pass for a field."""
    fields, found = program.fields(cls), program.find(cls)
    if found is None or attribute not in fields or program.member_of(cls, "__init__") is not None:
        return
    module, facts = found
    for caller, call in calls_named(program, module, facts.name):
        for name, value in _given(call, fields):
            if name == attribute:
                for at in choices(module.functions[caller].code, value):
                    yield program.slice_value(module, caller, at)


def _given(call: Instr, fields: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """The arguments of a call with the fields that they are for."""
    for number, (kind, name, value) in enumerate(call.args[1]):
        if kind == "kw":
            yield name, value
        elif kind == "pos" and number < len(fields):
            yield fields[number], value
        else:
            return


def calls_named(program: Program, module: ModuleFacts, name: str) -> list[tuple[int, Instr]]:
    calls = program.table(calls_in, module)
    return [*calls.get(("name", name), ()), *calls.get(("attr", name), ())]


def passed_to(
    program: Program, module: ModuleFacts, function: Function, number: int
) -> Iterator[tuple[int, int]]:
    """What calls in the same file pass for a parameter: the scope of each call, and the value."""
    stated = dict(function.defaults).get(number, -1)
    if stated >= 0 and function.parent >= 0:
        yield function.parent, stated
    names = [function.name]
    if function.name == "__init__" and function.owner_class >= 0:
        own = f"{module.name}:{module.classes[function.owner_class].qualname}"
        here = (f"{module.name}:{c.qualname}" for c in module.classes)
        names += [
            c.rpartition(".")[2].rpartition(":")[2] for c in here if own in program.lineage(c)
        ]
    for name in names:
        for caller, call in calls_named(program, module, name):
            value = passed(function, call)[number]
            if value >= 0:
                yield caller, value
