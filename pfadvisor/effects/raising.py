"""Exceptions: which classes a scope raises, and what those objects may be or lead to.

A handler gets the very object that was raised: one that a module keeps, or one that was made
with arguments that others know. Objects that lead nowhere are not kept apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import hidden
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.values import BOTTOM, OUTER, Obj, Val, join

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

MISUSE: Final = frozenset({"TypeError", "OverflowError", "BufferError", "AttributeError"})


def raised(ev: Evaluation, i: int, instr: Instr) -> Val:
    for value in instr.args:
        thrown(ev, ev.values[value])
    names = {t for v in instr.args[:1] for t in (ev.values[v].types or {"?"})}
    names |= {
        f[1] for v in instr.args[:1] for f in ev.values[v].funcs if f[0] in ("class", "known")
    }
    for name in names - {"type"} or {"?"}:
        ev.raises.setdefault(name, set()).add(i)
    return BOTTOM


def thrown(ev: Evaluation, value: Val) -> None:
    """An exception that handlers of this scope or of its callers may get."""
    objs = frozenset(obj for obj in value.objs if _leads_out(ev, obj, set()))
    new = join(ev.thrown, Val(objs)) if objs else ev.thrown
    if new != ev.thrown:
        ev.thrown, ev.changed = new, True


def _leads_out(ev: Evaluation, obj: Obj, seen: set[Obj]) -> bool:
    """Whether it is, or refers to, an object that the scope did not make, or may make only once."""
    if obj in seen:
        return False
    seen.add(obj)
    if obj[0][0] in OUTER:
        return True
    inside = [held for (holder, _), held in ev.heap.items() if holder[0] == obj[0]]
    return any(value.objs for value in inside)


def caught(ev: Evaluation, i: int, instr: Instr) -> Val:
    own = ev.fresh(i, None)
    if not ev.thrown.objs:
        return own
    for obj in own.objs:
        ev.store(obj, hidden.ANYWHERE, ev.thrown)
    return join(own, ev.thrown)
