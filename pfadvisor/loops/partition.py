"""Which nodes of a body run in parallel (compute) and which in order (commit).

Endpoints of carried dependences go to commit, and with them what depends on
them within the iteration, or is tied to them; the rest is compute. Under `assume`, conflicts that
an assumption would dissolve are left aside and counted as used.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.effects.values import AUGMENT, DEEP, USE
from pfadvisor.loops.conflicts import Conflict
from pfadvisor.loops.deferred import left_undone
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.once import done_once
from pfadvisor.loops.touches import Touch, overlap

REPEATING: Final = frozenset({"elem", "loopphi", "await"})  # inner loops, and what waits
HEAVY: Final = frozenset({"100us", "ms", "100ms", "s"})


class Partition(NamedTuple):
    compute: frozenset[int]
    commit: frozenset[int]
    used: tuple[Conflict, ...]  # conflicts that were assumed away
    worthy: frozenset[int]  # nodes of compute that are worth a worker
    head: frozenset[int] = frozenset()


def order_edges(body: Body, own: list[Touch]) -> None:
    """Within an iteration, accesses to one private object keep their order if one writes."""
    by_root: dict[object, list[Touch]] = {}
    for touch in own:
        by_root.setdefault(touch.effect.root, []).append(touch)
    for unknown in body.whole.unknowns_of(body.node_of):
        for root, _ in unknown.args:
            for touch in by_root.get(root, ()):
                body.edge(*sorted((touch.node, body.node_of[unknown.instr])))
    for touches in by_root.values():
        _order(body, touches)


def _order(body: Body, touches: list[Touch]) -> None:
    touches = sorted(touches, key=lambda t: t.node)
    last_write: Touch | None = None
    reads: list[Touch] = []
    for touch in touches:
        if touch.effect.write:
            for read in reads:
                if overlap(touch, read):
                    body.edge(read.node, touch.node)
            if last_write is not None:
                body.edge(last_write.node, touch.node)
            last_write, reads = touch, []
        else:
            if last_write is not None and (overlap(last_write, touch) or touch.effect.elem == DEEP):
                body.edge(last_write.node, touch.node)
            reads.append(touch)


def partition(
    body: Body, conflicts: list[Conflict], shared: list[Touch], pinned: set[int], *, assume: bool
) -> Partition:
    """`pinned` are nodes that have to be in commit for other reasons."""
    seeds = pinned | seeds_of(body, shared, assume=assume)
    active, used = counting(conflicts, assume=assume)
    seeds |= {n for c in active for n in c.nodes}
    commit = closure(body, seeds)
    compute = frozenset(set(range(len(body.nodes))) - commit)
    return Partition(compute, frozenset(commit), used, worthy_of(body, compute))


def narrowed(body: Body, part: Partition, nodes: set[int]) -> Partition:
    """The partition with `nodes`, and what depends on them, in commit."""
    commit = part.commit | closure(body, nodes)
    return part._replace(compute=part.compute - commit, commit=commit, worthy=part.worthy - commit)


def counting(
    conflicts: list[Conflict], *, assume: bool
) -> tuple[list[Conflict], tuple[Conflict, ...]]:
    """Conflicts that count, and those that an assumption sets aside."""
    aside = tuple(c for c in conflicts if assume and c.assumption is not None)
    return [c for c in conflicts if not (assume and c.assumption is not None)], aside


def seeds_of(body: Body, shared: list[Touch], *, assume: bool) -> set[int]:
    """Nodes that write shared memory or may leave the loop."""
    seeds = {
        t.node
        for t in shared
        if t.effect.write
        and (t.effect.elem != "=" or t.effect.chain or t.effect.how == "rebind")
        and not (assume and t.effect.how in ("memo", USE, AUGMENT))
    }
    for node, instrs in enumerate(body.nodes):
        if any(body.leaves(i) for i in instrs):
            seeds.add(node)
    return seeds


def worthy_of(body: Body, compute: frozenset[int]) -> frozenset[int]:
    return frozenset(
        n
        for n in compute
        if worth_a_worker(body, n) and not left_undone(body, n, compute) and not done_once(body, n)
    )


def upstream(body: Body, nodes: set[int]) -> set[int]:
    before: dict[int, list[int]] = {}
    for first, following in enumerate(body.after):
        for then in following:
            before.setdefault(then, []).append(first)
    found, waiting = set(nodes), list(nodes)
    while waiting:
        for first in before.get(waiting.pop(), ()):
            if first not in found:
                found.add(first)
                waiting.append(first)
    return found


def closure(body: Body, seeds: set[int]) -> set[int]:
    """The nodes, and all that follow from them or is tied to them; the loop's header is no node."""
    commit = {node for node in seeds if node >= 0}
    waiting = list(commit)
    while waiting:
        node = waiting.pop()
        for following in (*body.after[node], *body.together.get(node, ())):
            if following not in commit:
                commit.add(following)
                waiting.append(following)
    return commit


def worth_a_worker(body: Body, node: int) -> bool:
    """Whether the node calls code of a size that is not known to be trivial, or loops."""
    code = body.function.code
    repeats = any(code[i].op in REPEATING and i != body.loop.elem for i in body.nodes[node])
    return repeats or calls_for_a_worker(body, node)


def calls_for_a_worker(body: Body, node: int) -> bool:
    """Whether the node calls code of a size that is not known to be trivial."""
    for i in body.nodes[node]:
        for target in body.ev.targets.get(i, ()):
            if target.kind in ("def", "unknown"):
                return True
            if target.kind in ("known", "method") and _heavy(body, target.name, target.kind):
                return True
            if target.kind == "duck" and _always_heavy(body, target.name):
                return True
    return False


def _always_heavy(body: Body, name: str) -> bool:
    """Whether every type that has a method of that name works or waits for it."""
    program = body.ev.program
    types = program.knowledge.types_with_method(name)
    types += program.library_types(body.ev.module, name)
    return bool(types) and all(_heavy(body, f"{t}.{name}", "method") for t in types)


def _heavy(body: Body, name: str, kind: str) -> bool:
    knowledge = body.ev.program.knowledge
    owner, _, last = name.rpartition(".")
    line = knowledge.call(name) if kind == "known" else knowledge.method(owner, last)
    if line is None:
        return True
    if line.blocks or line.cost in HEAVY:
        return True
    return (
        bool(line.scales)
        and owner not in ("str", "bytes", "list", "dict", "set", "tuple")
        and (
            name
            not in (
                "len",
                "list",
                "tuple",
                "set",
                "dict",
                "zip",
                "enumerate",
                "range",
                "str",
                "repr",
                "print",
                "isinstance",
                "reversed",
                "iter",
                "bytes",
                "min",
                "max",
            )
        )
    )
