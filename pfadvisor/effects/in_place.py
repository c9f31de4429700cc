"""What `x += y` changes: objects whose class has a method for it, other names get a new value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import calls, computed_names, families
from pfadvisor.effects.classes import HARMLESS
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.values import Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

BUILTIN: Final = frozenset({"list", "set", "dict", "bytearray", "collections.deque"})


def changes(ev: Evaluation, symbol: str, left: Val) -> bool:
    """Whether the operator may change an instance of one of the value's types."""
    method = calls.DUNDERS.get(symbol[:-1], "").replace("__", "__i", 1)
    heads = {parse_type(t)[0] for t in left.types or ()}
    made = families.made_here(ev, left)
    return any(_changes(ev, head, method, derived=not made) for head in heads)


def _changes(ev: Evaluation, head: str, method: str, *, derived: bool) -> bool:
    if ":" not in head:
        return _described_one_changes(ev, head, method)
    outer = [base for base in ev.program.lineage(head) if ":" not in base]
    return may_have(ev, head, method, derived=derived) or any(
        _described_one_changes(ev, base, method) for base in outer
    )


def may_have(ev: Evaluation, cls: str, method: str, *, derived: bool = True) -> bool:
    """Whether code gives the class the special method, or one that is `derived` from it."""
    program = ev.program
    every = [cls, *(program.subclasses(cls, ev.module) if derived else ())]
    return _put_from_outside(ev, cls, method) or any(
        program.member_of(each, method) is not None
        or program.attribute(each, method) is not None
        or bool(program.opaque_base(each))
        for each in every
    )


def _put_from_outside(ev: Evaluation, cls: str, method: str) -> bool:
    """Whether code around may put the method into a class that is there already."""
    program, home = ev.program, ev.program.find(cls)
    modules = [ev.module, *([home[0]] if home is not None else [])]
    around = {name for module in modules for name in program.neighbours(module)}
    put = [
        program.table(_special_names_put, facts) for facts in map(program.module, around) if facts
    ]
    return any(method in names for names in put) or computed_names.affect(program, cls)


def _special_names_put(facts: ModuleFacts) -> frozenset[str]:
    """`cls.__iadd__ = f`, and names of that make as texts: `setattr(cls, "__iadd__", f)`."""
    instrs = [instr for function in facts.functions for instr in function.code]
    names = {str(i.args[1]) for i in instrs if i.op == "setattr"}
    names |= {i.args[0] for i in instrs if i.op == "const" and isinstance(i.args[0], str)}
    return frozenset(name for name in names if name[:2] == "__")


def _described_one_changes(ev: Evaluation, head: str, method: str) -> bool:
    """Whether the method of a builtin class, or of one that a table describes, changes it."""
    if head in BUILTIN or "." not in head or head in HARMLESS:
        return head in BUILTIN
    traits = ev.program.traits_of(head)
    if traits is None or not traits.mutable:
        return traits is None
    line = ev.program.knowledge.method(head, method)
    return line is None or "self" in line.writes
