"""Generators that hand out one object again and again, or change it after they handed it out.

Who draws from such a generator changes what was drawn before. A local that gets a new object
right after each `yield` gives the old one away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Function
from pfadvisor.effects.values import Obj, Root, Val, site_of

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.outlines import Outline

REFILLED: Final = "refilled"
REPEATING: Final = ("loop", "while")


def drawn(ev: Evaluation, i: int, source: Val) -> None:
    """Something is drawn from the source: what it refills is changed."""
    for obj in source.objs:
        again = ev.heap.get((obj, REFILLED))
        if again is not None:
            ev.refills[i] = again.objs | ev.refills.get(i, frozenset())
            ev.access(i, again, "[]", write=True, how="advance")


def refilled(ev: Outline) -> Val:
    """What the generator yields and goes on changing."""
    code = ev.function.code
    passed_on = frozenset[Obj]().union(*ev.refills.values())
    found = {
        obj
        for i, instr in enumerate(code)
        if instr.op == "yield"
        for obj in _reached(ev, ev.values[instr.args[0]])
        if obj in passed_on or (obj[0] in ev.written and _goes_on(ev, i, obj[0]))
    }
    return Val(frozenset(found))


def _reached(ev: Outline, value: Val) -> set[Obj]:
    found, waiting = set(value.objs), list(value.objs)
    while waiting:
        holder = waiting.pop()
        for (obj, _), inside in ev.heap.items():
            if obj == holder:
                waiting += inside.objs - found
                found |= inside.objs
    return {obj for obj in found if obj[0][0] == "fresh"}


def _goes_on(ev: Outline, y: int, root: Root) -> bool:
    """Whether the object may be changed after the `yield` at `y` gave it away."""
    function, site = ev.function, site_of(root)
    if site < 0:
        return True
    around, end = set(_loops(function, y)) - set(_loops(function, site)), _given_away(ev, y, root)
    writes = ev.written[root] - {site}
    if any(y < write < end for write in writes):
        return True
    again = any(around & set(_loops(function, write)) for write in writes)
    return again and end == len(function.code)


def _loops(function: Function, i: int) -> Iterator[int]:
    return (b for b in _blocks(function, i) if function.blocks[b].role in REPEATING)


def _blocks(function: Function, i: int) -> list[int]:
    """The blocks around an instruction, innermost first."""
    found, stmt = [], function.code[i].stmt
    while stmt >= 0:
        found.append(function.stmts[stmt].block)
        stmt = function.blocks[found[-1]].owner
    return found


def _given_away(ev: Outline, y: int, root: Root) -> int:
    """The instruction from which on no local holds the object any more."""
    code, around, names = ev.function.code, set(_blocks(ev.function, y)), set[str]()
    last: dict[str, int] = {}
    for i, instr in enumerate(code):
        if instr.op != "bind":
            continue
        if any(obj[0] == root for obj in ev.values[instr.args[1]].objs):
            names.add(instr.args[0])
        if i > y and set(_blocks(ev.function, i)) <= around:
            last.setdefault(instr.args[0], i)
    held = any(
        obj[0] != root and obj[0][0] != "fresh" and any(o[0] == root for o in value.objs)
        for (obj, _), value in ev.heap.items()
    )
    if held or not names or not names <= last.keys():
        return len(code)
    return max(last[name] for name in names)
