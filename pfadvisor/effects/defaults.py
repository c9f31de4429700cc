"""What the fields of a synthesised constructor hold where no argument is given.

A plain default is one object for all instances: a place of the class, or what a module keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.bounds import choices
from pfadvisor.effects.facts import Instr, last_name
from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

DESCRIBING: Final = frozenset({"field", "ib", "attrib"})
FACTORY: Final = "Factory"
MAKERS: Final = frozenset({"default_factory", "factory"})


def of_fields(program: Program, name: str) -> list[tuple[str, Val]]:
    """Fields that have a default which can change, with that object."""
    fields, found = set(program.fields(name)), []
    for owner in program.lineage(name):
        cls = program.find(owner) if ":" in owner else None
        if cls is None:
            continue
        module, facts = cls
        for field, value in _stated(module.functions[facts.body].code):
            held = program.slice_value(module, facts.body, value) if field in fields else Val()
            if held.objs:
                place = (("class", owner), (f".{field}",))
                objs = {place if root[0] == "fresh" else (root, path) for root, path in held.objs}
                found.append((field, held._replace(objs=frozenset(objs))))
    return found


def put_into(program: Program, classes: list[str], name: str) -> Iterator[Val]:
    """What the bodies of the classes give for the field, or let a factory make."""
    for owner in classes:
        found = program.find(owner)
        if found is None:
            continue
        module, body = found[0], found[1].body
        code = module.functions[body].code
        for field, value in _stated(code):
            for at in choices(code, value) if field == name else ():
                yield program.slice_value(module, body, at)
        for field, value in factories(code):
            if field == name:
                yield program.made_by(module, body, value)


def factories(code: tuple[Instr, ...]) -> Iterator[tuple[str, int]]:
    """Names that a class body binds, with the callables that make what instances hold."""
    for instr in code:
        made = code[instr.args[1]] if instr.op == "setname" else instr
        if made is not instr and made.op == "call":
            yield from ((str(instr.args[0]), value) for value in _factories_of(code, made))


def _factories_of(code: tuple[Instr, ...], made: Instr) -> Iterator[int]:
    """The callables in what a class body binds: of a description, or of a lone factory."""
    callee = last_name(code[made.args[0]])
    for _, keyword, value in made.args[1]:
        inner = code[value]
        plain = keyword in ("", "factory") if callee == FACTORY else keyword in MAKERS
        if plain and callee in (FACTORY, *DESCRIBING):
            yield value
        elif inner.op == "call" and last_name(code[inner.args[0]]) == FACTORY:
            yield from (given for _, _, given in inner.args[1][:1])


def _stated(code: tuple[Instr, ...]) -> Iterator[tuple[str, int]]:
    """Names that a class body binds, with the values that their defaults are."""
    for instr in code:
        if instr.op != "setname":
            continue
        made = code[instr.args[1]]
        callee = last_name(code[made.args[0]]) if made.op == "call" else ""
        if callee in DESCRIBING:
            for _, keyword, value in made.args[1]:
                inner = code[value]
                factory = inner.op == "call" and last_name(code[inner.args[0]]) == FACTORY
                if keyword == "default" and not factory:
                    yield str(instr.args[0]), value
        elif callee != FACTORY:
            yield str(instr.args[0]), instr.args[1]
