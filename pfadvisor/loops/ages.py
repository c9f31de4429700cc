"""Objects that one instruction makes, round after round of a loop around: new ones and older ones.

In `fresh = cells[:]` … `fresh[i] = f(cells[i])` … `cells = fresh` both names may hold what the copy
makes, but never the same one: what `cells` holds was there before this round's copy was made.
"""

from __future__ import annotations

import sys
from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Root, fresh_site
from pfadvisor.loops.nodes import LAZY, Body
from pfadvisor.loops.touches import Touch

UNKNOWN: Final = sys.maxsize  # later than any


def by_age(body: Body, touches: list[Touch]) -> list[list[Touch]]:
    """Accesses to objects of one root: those to the last one that was made and those to ones that
    were there before it, if each is known to be the one or the other."""
    root, whole = touches[0].effect.root, body.whole
    site = fresh_site(root)
    held = any(obj == (root, ()) for obj, _ in whole.containers.get(root, ()))
    known_elsewhere = held or root in whole.given_away
    if not 0 <= site < body.loop.start or known_elsewhere or body.loop.form in LAZY:
        return [touches]
    if any(t.effect.write and t.effect.path for t in touches):
        return [touches]  # a copy has the same items
    last = [t for t in touches if _held_by(body, t) == {site}]
    older = [t for t in touches if max(_held_by(body, t), default=site) < site]
    return [last, older] if last and older and len(last + older) == len(touches) else [touches]


def _held_by(body: Body, touch: Touch) -> set[int]:
    """The values by which the instruction has the object, or had what it takes from there: each
    was had where it stands, since the loop around came there last."""
    effect, code = touch.effect, body.function.code
    instr = code[effect.instr]
    plain = instr.op in ("item", "setitem") and not effect.chain
    given = instr.args[:1] if plain else operands(instr)
    given = given if body.inside(effect.instr) else ()
    methods = [v for value in given if code[value].op == "attr" for v in operands(code[value])]
    return {held for v in (*given, *methods) for held in _holders(body, effect.root, v)}


def _holders(body: Body, root: Root, value: int) -> set[int]:
    """The value, if it is such an object, or what it was taken out of."""
    instr, found = body.function.code[value], body.ev.values[value].objs
    if (root, ()) in found or not any(each == root for each, _ in found):
        return {value} if (root, ()) in found else set()
    return _holders(body, root, instr.args[0]) if instr.op == "item" else {value, UNKNOWN}
