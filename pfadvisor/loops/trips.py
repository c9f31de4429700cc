"""Inner loops that run in every iteration of the outer one or in none.

A name that only such a loop binds, and that has no value before, is read after it in
vain: if the inner loop has nothing to do, the first iteration fails already.
"""

from __future__ import annotations

from pfadvisor.effects.facts import Loop
from pfadvisor.effects.values import parse_type
from pfadvisor.loops.nodes import Body

UNCHANGING = frozenset({"range", "tuple", "str", "bytes", "frozenset"})


def all_or_never(body: Body, name: str, phi: int) -> dict[int, Loop]:
    """Joins at the head of inner loops through which the value of an earlier iteration cannot get
    to what follows the loop, each with its loop."""
    code = body.function.code
    if code[code[phi].args[0]].op != "unbound":
        return {}
    found = {}
    for loop in body.whole.loops_within(body.loop.start + 1, body.loop.end):
        joined = dict(loop.phis).get(name)
        inner = loop.end <= body.loop.end
        if joined is None or not inner or body.index not in loop.parents:
            continue
        same = _unchanging(body, loop.source) and body.place_of[body.node_of[joined]].guards == ()
        if same and _binds_at_once(body, loop, name):
            found[joined] = loop
    return found


def _unchanging(body: Body, source: int) -> bool:
    """Whether every iteration gets as many items from the source."""
    code, types = body.function.code, body.ev.values[source].types
    if not types or not {parse_type(t)[0] for t in types} <= UNCHANGING:
        return False
    if not body.inside(source):
        return True
    given = [v for _, _, v in code[source].args[1]] if code[source].op == "call" else [source]
    return all(not body.inside(v) or code[v].op == "const" for v in given)


def _binds_at_once(body: Body, loop: Loop, name: str) -> bool:
    """Whether an iteration of the inner loop binds the name before it can end."""
    function = body.function
    for i in range(loop.body, loop.end):
        instr = function.code[i]
        if instr.op in ("break", "continue", "test"):
            return False
        if instr.op == "bind" and instr.args[0] == name:
            return function.stmts[instr.stmt].block == loop.block
    return False
