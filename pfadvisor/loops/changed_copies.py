"""Results that commit changes, though they are others' objects: it would change copies.

`top = best(group); top.rank = 1` ranks a member of the group where the program is one process.
Where the worker says which it is, it sends back a copy, and the member keeps its rank.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Effect, Obj, Val
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.conflicts import rule_for
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.planning import results_of
from pfadvisor.loops.touches import describe, private
from pfadvisor.model import Blocker

PARTS: Final = frozenset({"attr", "item", "unpack"})
CODES: Final = {"shared-attribute": "PFA206", "shared-mutation": "PFA203"}


def changed_copies(analysis: Analysis) -> Blocker | None:
    """The first of them."""
    body = analysis.body
    copies = known_to_commit(analysis)
    for effect in body.whole.effects_of(analysis.rest_instrs) if copies else ():
        given = {*operands(body.function.code[effect.instr])} if effect.write else set()
        used = copies.intersection(given)
        if any(_leads_to(body, value, effect) for value in used) or (
            any(_holds(body, value, effect) for value in used)
            and not any(_leads_to(body, value, effect) for value in given)
        ):
            return _blocker(body, effect)
    return None


def known_to_commit(analysis: Analysis) -> set[int]:
    """What comes back from the work, and the parts of it that commit takes."""
    code, found = analysis.body.function.code, set(results_of(analysis))
    for i in sorted(analysis.rest_instrs):
        if code[i].op in PARTS and code[i].args[0] in found:
            found.add(i)
    return found


def _leads_to(body: Body, value: int, effect: Effect) -> bool:
    """Whether the place is in an object that the iteration surely did not make."""
    return _are_in(body, _objects(body.ev.values[value]), effect)


def _holds(body: Body, value: int, effect: Effect) -> bool:
    """Whether what the iteration made keeps such an object under one of its names."""
    waiting, seen = [*_objects(body.ev.values[value])], set[Obj]()
    while waiting:
        obj = waiting.pop()
        if obj in seen or not private(body, obj[0]):
            continue
        seen.add(obj)
        for _, inside in body.whole.held.get(obj, ()):
            if _are_in(body, inside.objs, effect):
                return True
            waiting += inside.objs
    return False


def _objects(value: Val) -> frozenset[Obj]:
    return value.objs or (value.recv.objs if value.recv is not None else frozenset())


def _are_in(body: Body, objs: frozenset[Obj], effect: Effect) -> bool:
    """Whether all are others' objects, and the place is in one of them."""
    if any(private(body, root) for root, _ in objs):
        return False
    return any(root == effect.root and effect.path[: len(p)] == p for root, p in objs)


def _blocker(body: Body, effect: Effect) -> Blocker:
    place, rule = describe(body, effect), rule_for(body, effect)
    rule = rule if rule in CODES else "shared-mutation"
    message = f"the work says which object has `{place}` changed, and can only send a copy of it"
    return Blocker(CODES[rule], rule, message, effect.where)
