"""Objects that an iteration did not make, in the values that it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.annotations import SPREADING
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.identity import (
    holds_one_like_no_other,
    is_named_tuple,
    is_record,
    names_one_like_no_other,
)
from pfadvisor.effects.sharing import shares
from pfadvisor.effects.values import Obj, Val, parse_type
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import private

MUTABLE: Final = frozenset({"list", "dict", "set", "bytearray"})


def outside(body: Body, value: Val) -> Iterator[tuple[Obj, Val]]:
    """Objects in the value that the iteration did not make, with the values that name them."""
    contents = body.whole.held
    waiting, seen = [value], set[Obj]()
    while waiting:
        current = waiting.pop()
        if current.recv is not None and current.funcs and not _steady(body, current.recv):
            waiting.append(current.recv._replace(funcs=current.funcs))
        for obj in current.objs - seen:
            seen.add(obj)
            if private(body, obj[0]):
                waiting += [inside for _, inside in contents.get(obj, ())]
            else:
                yield obj, current


def doubtful(body: Body, value: Val) -> bool:
    """Whether a copy of the value may be told from it by what it contains of others."""
    return any(not held.types or differs(body, held) for _, held in outside(body, value))


def differs(body: Body, value: Val) -> bool:
    """Whether the types say that the object changes, or is like no other."""
    return bool(value.types) and any(_changeable(body, t) for t in value.types or ())


def frozen(body: Body, cls: str) -> bool:
    """Instances that keep what they were made with and compare by it."""
    program, found = body.ev.program, body.ev.program.find(cls)
    if found is None or holds_one_like_no_other(program, cls):
        return False
    return is_named_tuple(program, cls) or (is_record(found[1]) and not _written(body, cls))


def _steady(body: Body, receiver: Val) -> bool:
    """Whether a method of a copy does what it does of the object: nothing there can change."""
    return body.ev.program.plain(receiver.types) or any(f[0] == "class" for f in receiver.funcs)


def _changeable(body: Body, type_name: str) -> bool:
    head, _ = parse_type(type_name)
    traits = body.ev.program.traits_of(type_name)
    if head in MUTABLE | SPREADING or (traits is not None and traits.mutable):
        return True
    if shares(body.ev, frozenset({type_name})):
        return True
    if body.ev.program.plain(frozenset({type_name})):
        return False
    if ":" not in head:
        return head == "tuple" and names_one_like_no_other(body.ev.program, (type_name,))
    return not body.ev.program.is_enum(head) and not frozen(body, head)


def _written(body: Body, cls: str) -> bool:
    """Whether code of the module stores into attributes of the names that the class has."""
    program = body.ev.program
    stored = program.table(_stored_attributes, body.ev.module)
    return not stored.isdisjoint(program.attribute_names(cls))


def _stored_attributes(module: ModuleFacts) -> frozenset[str]:
    return frozenset(
        instr.args[1]
        for function in module.functions
        for instr in function.code
        if instr.op in ("setattr", "delattr")
    )
