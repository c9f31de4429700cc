"""The serial part of a body that feeds its work: which statements it is made of.

A head is whole statements of the body, with all that they need and all that shares places with
them from one iteration to the next. It may work through objects and advance iterators, the
source's own among them, for it runs in the parent, in order, wherever the source is drawn from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.values import Root
from pfadvisor.loops.binding import may_be_unbound
from pfadvisor.loops.conflicts import Conflict
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.partition import (
    Partition,
    calls_for_a_worker,
    closure,
    counting,
    seeds_of,
    upstream,
    worth_a_worker,
    worthy_of,
)
from pfadvisor.loops.touches import Touch, overlap

BARRED: Final = frozenset(
    {
        "await",
        "func",  # may look at names when they have changed
        "class",
    }
)
MADE: Final = frozenset({"call", "comp"})


def with_head(
    body: Body, conflicts: list[Conflict], shared: list[Touch], pinned: set[int], *, assume: bool
) -> Partition | None:
    """A partition whose serial head feeds the work: what the work needs from the iteration
    before, and what the source needs."""
    active, used = counting(conflicts, assume=assume)
    own = pinned | seeds_of(body, shared, assume=assume)
    head = _head(body, active, own | {n for c in active for n in _ends(c)})
    if head is None or _is_work(body, head) or not all(_can_lead(body, n) for n in head):
        return None
    rest = {n for c in active if not _ends(c) <= head for n in c.nodes}
    commit = closure(body, (own | rest) - head)
    if commit & head or _overtakes(body, shared, head) or _unbound(body, active, head):
        return None
    compute = frozenset(set(range(len(body.nodes))) - commit - head)
    return Partition(compute, frozenset(commit), used, worthy_of(body, compute), frozenset(head))


def _head(body: Body, active: list[Conflict], ends: set[int]) -> set[int] | None:
    """The nodes of the head, None if none leaves the workers something to do."""
    nodes = range(len(body.nodes))
    working = {n for n in nodes if n not in ends and worth_a_worker(body, n)}
    drawing = {n for c in active if c.drawing for n in c.nodes}
    while working:
        needed = _feeding(body, working, active)
        head = _grown(body, drawing | {n for c in active for n in _ends(c) & needed}, active)
        if not head & working:
            return head or None
        working -= head
    return None


def _ends(conflict: Conflict) -> frozenset[int]:
    return conflict.writers or conflict.nodes - conflict.within


def _overtakes(body: Body, shared: list[Touch], head: set[int]) -> bool:
    """Whether the head would come before what precedes it in its own iteration."""
    return any(
        first.node < then.node
        and (first.effect.write or then.effect.write)
        and (overlap(first, then) or overlap(then, first))
        for first, then in _pairs([t for t in shared if t.node not in head], shared, head)
    )


def _pairs(rest: list[Touch], shared: list[Touch], head: set[int]) -> Iterator[tuple[Touch, Touch]]:
    by_root: dict[Root, list[Touch]] = {}
    for touch in shared:
        if touch.node in head:
            by_root.setdefault(touch.effect.root, []).append(touch)
    return ((first, then) for first in rest for then in by_root.get(first.effect.root, ()))


def _unbound(body: Body, active: list[Conflict], head: set[int]) -> bool:
    """Whether a name of the head may have no value yet when it is handed to the generator."""
    carried = {c.subject for c in active if c.writers & head}
    for name, phi in body.loop.phis:
        binds = {body.node_of[b] for b in body.binds.get(name, ()) if b in body.node_of} & head
        loose = any(body.place_of[n].guards or body.place_of[n].atom >= 0 for n in binds)
        if (
            binds
            and (loose or name in carried)
            and may_be_unbound(body.function.code, phi, body.loop.body)
        ):
            return True
    return False


def _feeding(body: Body, nodes: set[int], conflicts: list[Conflict]) -> set[int]:
    """What the nodes need, also from the iteration before: who binds the locals they read."""
    found = upstream(body, nodes)
    while True:
        binders = {w for c in conflicts if c.writers and c.nodes & found for w in c.writers}
        if binders <= found:
            return found
        found = upstream(body, found | binders)


def _grown(body: Body, start: set[int], active: list[Conflict]) -> set[int]:
    """Whole statements, with what they need and with what conflicts with them."""
    head, size = set(start), -1
    while size < len(head):
        size = len(head)
        head = upstream(body, head)
        whole = {_statement(body, n) for n in head}
        head |= {n for n in range(len(body.nodes)) if _statement(body, n) in whole}
        head |= {tied for n in head for tied in body.together.get(n, ())}
        for conflict in active:
            if (conflict.nodes if conflict.writers else _ends(conflict)) & head:
                head |= _ends(conflict)
    return head


def _statement(body: Body, node: int) -> int:
    """The statement of the body itself that the node is in."""
    stmts, stmt = body.function.stmts, body.place_of[node].simple
    while stmts[stmt].block != body.loop.block:
        stmt = body.function.blocks[stmts[stmt].block].owner
    return stmt


def _is_work(body: Body, head: set[int]) -> bool:
    """Whether a statement repeats calls: too much for the part that stays serial."""
    code = body.function.code
    repeating = {
        _statement(body, n) for n in head if any(code[i].op == "elem" for i in body.nodes[n])
    }
    return any(calls_for_a_worker(body, n) for n in head if _statement(body, n) in repeating)


def _can_lead(body: Body, node: int) -> bool:
    """Whether the node may run in a generator, before iterations that come first are over."""
    return not any(
        body.leaves(i)
        or code.op in BARRED
        or (code.op in MADE and body.ev.values[i].lazy)
        or (code.op == "bind" and code.args[0] in body.function.cells)
        or any(t.kind == "unknown" for t in body.ev.targets.get(i, ()))
        for i, code in ((i, body.function.code[i]) for i in body.nodes[node])
    )
