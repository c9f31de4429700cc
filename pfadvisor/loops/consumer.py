"""The call that uses a generator expression up, and what it does between two of its items.

`out.extend(f(x) for x in xs)` appends each result before it asks for the next: what the
iterations look at, they find as the call has left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pfadvisor.effects.values import Effect
from pfadvisor.loops.conflicts import Conflict, shared_conflicts
from pfadvisor.loops.nodes import JUMPS, LAZY, Body
from pfadvisor.loops.touches import Touch, touch_of

BINDING: Final = frozenset({"bind", "setname", "setcell"})
SHOWN: Final = frozenset(("res", name) for name in ("stdout", "stderr", "log"))
BRANCHES: Final = ("then", "else")
BETWEEN: Final = -1  # stands for the call among the nodes of the body


def consumer_of(body: Body) -> int:
    """The call that is given what the loop makes, -1 if there is none."""
    code, loop = body.function.code, body.loop
    for i in body.whole.uses.get(loop.end, ()) if loop.form in LAZY else ():
        given = code[i].args[1] if code[i].op == "call" and i > loop.end else ()
        if any(v == loop.end for _, _, v in given):
            return i
    return -1


def takes_items(body: Body, call: int) -> bool:
    """Whether the call asks the expression for items, and does not only keep it."""
    given, made = body.function.code[call].args[1], body.ev.values[body.loop.end].objs
    starred = any(kind == "star" and v == body.loop.end for kind, _, v in given)
    return starred or any(
        e.how == "advance" and (e.root, e.path) in made for e in body.whole.effects_of([call])
    )


def taken_at_once(body: Body, call: int) -> bool:
    """Whether nothing that the iterations might see happens between the expression and the call,
    and nothing else asks the expression for items."""
    function, made = body.function, body.loop.end
    between, code = function.reached(range(made + 1, call)), function.code
    if any(code[use].op != "bind" and use != call for use in body.whole.uses.get(made, ())):
        return False
    if code[call].stmt != code[made].stmt:
        binds = [code[i].args for i in between if code[i].op in BINDING]
        if not _leads_to(body, call, between) or any(value != made for _, value in binds):
            return False
    return not body.whole.unknowns_of(between) and not any(
        e.write and e.root not in SHOWN for e in body.whole.effects_of(between)
    )


def _leads_to(body: Body, call: int, between: Sequence[int]) -> bool:
    """Whether the call is made, once, whenever the expression has been: it stands in the same
    suite, or in one that continues when the branch that has the expression ends."""
    function = body.function
    if any(function.code[i].op in JUMPS for i in between):
        return False
    called, block = (function.stmts[function.code[at].stmt].block for at in (call, body.loop.end))
    while block != called and function.blocks[block].role in BRANCHES:
        block = function.stmts[function.blocks[block].owner].block
    return block == called


def changes_between_items(body: Body) -> list[Effect]:
    """What the call changes while it takes the items; `f(*items)` takes them all first."""
    call = consumer_of(body)
    given = body.function.code[call].args[1] if call >= 0 else ()
    if not any(kind != "star" and v == body.loop.end for kind, _, v in given):
        return []
    return [e for e in body.whole.effects_of([call]) if e.write and e.how != "advance"]


def between_items(body: Body) -> list[Touch]:
    """The places in memory that the call changes so."""
    changes = changes_between_items(body)
    return [touch_of(BETWEEN, effect) for effect in changes if effect.root[0] != "res"]


def consumer_conflicts(body: Body, shared: list[Touch], between: list[Touch]) -> list[Conflict]:
    """Places that the call changes and that iterations look at."""
    if not between or not shared:
        return []
    found = shared_conflicts(body, [*shared, *between])
    return [
        conflict._replace(nodes=conflict.nodes - {BETWEEN})
        for conflict in found
        if BETWEEN in conflict.nodes and len(conflict.nodes) > 1
    ]
