"""Items that a comprehension made for the loop's list, one new object for each: no two are one.

The list may be used elsewhere, and later: what an iteration does to the object that is its item
concerns no other iteration, as long as nobody puts another item into the list.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import MERGED, Root, fresh_site
from pfadvisor.loops.counters import called
from pfadvisor.loops.handed import keeps_to_itself
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch

MAKING: Final = frozenset({"list", "dict", "set", "bytearray"})


def of_own_item(body: Body, touches: list[Touch]) -> bool:
    """Whether all of the accesses to objects of one root are to the item of the iteration."""
    root, item = touches[0].effect.root, body.loop.elem
    if body.loop.form != "for" or body.ev.values[item].objs != {(root, ())}:
        return False
    return _made_for_each(body, root) and all(_is_to(body, t, item) for t in touches)


def _made_for_each(body: Body, root: Root) -> bool:
    """Whether the source is a list of them that a comprehension made, still as it was, and nothing
    else leads to them."""
    code, source, whole = body.function.code, body.loop.source, body.whole
    made, listed, site = code[source], ("fresh", source), fresh_site(root)
    if made.op != "comp" or made.args[0] != "list" or made.args[2] != site:
        return False
    if not body.made_for_run(source):
        return False
    loop = body.function.loops[made.args[1]]
    new = loop.generators == 1 and _is_new(body, site) and keeps_to_itself(body, loop)
    known = {root, listed} & whole.given_away or whole.containers.get(listed)
    changed = {listed, MERGED["fresh"]} & whole.changed
    held = {holder for obj, holder in whole.containers.get(root, ()) if obj == (root, ())}
    return new and not (known or changed) and held <= {listed}


def _is_new(body: Body, site: int) -> bool:
    """Whether the instruction makes another object each time."""
    return body.function.code[site].op in ("display", "comp") or called(body, site) in MAKING


def _is_to(body: Body, touch: Touch, item: int) -> bool:
    """Whether the instruction has such an object as the item, and by no other way."""
    effect, code = touch.effect, body.function.code
    instr = code[effect.instr]
    if effect.path or not body.inside(effect.instr):
        return False
    if instr.op in ("item", "setitem"):
        return bool(instr.args[0] == item)
    bases = [operands(code[v])[0] if code[v].op == "attr" else v for v in operands(instr)]
    others = {root for v in bases if v != item for root, _ in body.ev.values[v].objs}
    alone = effect.root not in body.whole.with_contents(others)
    return instr.op == "call" and item in bases and alone
