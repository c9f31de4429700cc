"""Carried dependences of a loop: which nodes of different iterations may touch one place.

Each conflict names its endpoints, the two accesses that prove it, and, where
one would dissolve it, the assumption. Work is linear in the accesses: they are
grouped by place, and a group needs one pair as evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pfadvisor.effects.facts import Loop
from pfadvisor.effects.libraries import library_with
from pfadvisor.effects.values import DEEP, MERGED, USE, Effect, Root, UnknownCall, site_of
from pfadvisor.loops.ages import by_age
from pfadvisor.loops.entries import entries_meeting, spelled_out, told_apart
from pfadvisor.loops.kinds import Kinds, Shapes
from pfadvisor.loops.locks import takes_lock
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.own_items import of_own_item
from pfadvisor.loops.questions import question_of, replaced
from pfadvisor.loops.reach import as_number, held_alike, kept_alike, meetings, sibling_meetings
from pfadvisor.loops.slots import distinct_slots, gap_of
from pfadvisor.loops.stored import is_given_away
from pfadvisor.loops.touches import (
    OPEN,
    UNALTERED,
    Touch,
    describe,
    escaped,
    overlap,
    reaches,
)
from pfadvisor.loops.trips import all_or_never
from pfadvisor.model import Access, Assumption, DependenceKind

MOST_PAIRS = 40


class Conflict(NamedTuple):
    """`rule`: name of the 2xx rule that explains it; `fatal`: no stage can hold it.
    `writers`: for a local, the nodes that bind it; others may have its value of the moment.
    `within`: nodes that do not touch the place, but look into things that were taken out of it.
    `drawing`: what draws from the source can hold it, no other stage.
    `message`: what is said of it, if not what the rule says."""

    nodes: frozenset[int]
    kind: DependenceKind
    source: Access
    sink: Access
    rule: str
    subject: str
    distance: int | None = None
    assumption: Assumption | None = None
    fatal: bool = False
    writers: frozenset[int] = frozenset()
    message: str = ""
    within: frozenset[int] = frozenset()
    drawing: bool = False


def access_of(body: Body, effect: Effect) -> Access:
    where = effect.where
    return Access(describe(body, effect), effect.write, where, effect.chain)


def kind_of(first: bool, second: bool) -> DependenceKind:
    """Kind of a dependence from an access to a later one, by what they write."""
    if first and second:
        return "output"
    return "flow" if first else "anti"


def carried_names(body: Body) -> list[Conflict]:
    """Locals whose value from the iteration before is used."""
    uses, made = body.whole.uses, body.loop.end if body.loop.elements else -1
    found = []
    for name, phi in body.loop.phis:
        reading = real_uses(body, phi, uses, all_or_never(body, name, phi))
        used = [u for u in reading if u in body.node_of or u == made]
        readers = {body.node_of[u] for u in used if u != made}
        binds = body.binds.get(name, [])
        if not used or not binds or len(body.function.code[phi].args) < 2:
            continue
        nodes = frozenset(readers | {body.node_of[b] for b in binds})
        source = Access(name, True, body.ev.location(binds[-1]))
        sink = Access(name, False, body.ev.location(min(used)))
        writers = frozenset(body.node_of[b] for b in binds)
        found.append(
            Conflict(nodes, "flow", source, sink, "carried-value", name, 1, None, False, writers)
        )
    return found


def real_uses(
    body: Body, value: int, uses: dict[int, list[int]], ends: dict[int, Loop]
) -> set[int]:
    """Instructions that use a value, through joins that only pass it on; through one of `ends`
    it does not leave the inner loop."""
    found, waiting, seen = set[int](), [value], {value}
    start, end = body.loop.start, body.loop.end
    while waiting:
        current = waiting.pop()
        inner = ends.get(current)
        for use in uses.get(current, ()):
            if inner is not None and not inner.start <= use < inner.end:
                continue
            op = body.function.code[use].op
            if op == "bind":
                continue
            if op in ("phi", "loopphi"):
                if use not in seen and use not in body.heads and start <= use < end:
                    seen.add(use)
                    waiting.append(use)
            else:
                found.add(use)
    return found


def shared_conflicts(body: Body, shared: list[Touch]) -> list[Conflict]:
    by_root: dict[Root, list[Touch]] = {}
    for touch in shared:
        by_root.setdefault(touch.effect.root, []).append(touch)
    found: list[Conflict] = []
    for touches in by_root.values():
        if any(t.effect.write for t in touches):
            if of_own_item(body, touches):
                continue
            found += [c for group in by_age(body, touches) for c in _same_root(body, group)]
            found += [
                _alias(body, m.write, [*m.reads], shown=m.shown)
                for m in (*meetings(body, touches), *sibling_meetings(body, touches))
            ]
    found += _through_containers(body, by_root)
    found += _aliases(body, by_root)
    return found


def _same_root(body: Body, touches: list[Touch]) -> list[Conflict]:
    slots: dict[tuple[str, ...], list[Touch]] = {}
    for touch in touches:
        slots.setdefault(touch.slot, []).append(touch)
    deep, found = [t for t in touches if DEEP in t.slot], []
    for slot, group in slots.items():
        entries = told_apart(touches, group)
        wide = touches if DEEP in slot else deep
        found += [c for entry in entries for c in _same_slot(body, wide, entry)]
        if len(entries) > 1:
            meeting = entries_meeting(body, entries)
            found += [_alias(body, m.write, m.others, name=spelled_out) for m in meeting]
    return found


def _same_slot(body: Body, wide: list[Touch], group: list[Touch]) -> list[Conflict]:
    slot, found = group[0].slot, list[Conflict]()
    writes = [t for t in group if t.effect.write]
    if not writes or _own_names(group):
        return []
    others = [t for t in wide if t.slot != slot and overlap(writes[0], t)]
    below = [t for t in others if slot[-1] == "[]" and _looks_within(slot, t)]
    asking = [t for t in below if not as_number(writes[0], t)]
    if asking and _may_lead_back(body, writes[0].effect.root):
        found.append(_alias(body, writes[0], asking))
    others = [t for t in others if t not in below]
    gap = gap_of(body, group) if not others else None
    if gap is False:
        return found
    conflict = _conflict(body, writes[-1], [*group, *others], gap)
    question = None if others or gap is not None else distinct_slots(body, group)
    if question is not None and conflict.assumption is None:
        conflict = conflict._replace(assumption=question)
    return [*found, conflict]


def _own_names(group: list[Touch]) -> bool:
    """Names of the scope itself that only the body binds: each iteration may have its own."""
    return all(
        t.effect.elem == "=" and t.effect.how == "bind" and not t.effect.chain for t in group
    )


def _conflict(body: Body, write: Touch, touches: list[Touch], gap: int | bool | None) -> Conflict:
    readers = [t for t in touches if not t.effect.write]
    other = readers[0] if readers else touches[0]
    nodes = frozenset(t.node for t in touches)
    rule = rule_for(body, write.effect, gap)
    assumption = question_of(body, write.effect, [t.effect for t in touches if t.effect.write])
    return Conflict(
        nodes,
        kind_of(True, other.effect.write),
        access_of(body, write.effect),
        access_of(body, other.effect),
        rule,
        describe(body, write.effect),
        gap if isinstance(gap, int) and gap is not False else None,
        assumption,
        within=nodes - {t.node for t in touches if not _looks_within(write.slot, t)},
    )


def _may_lead_back(body: Body, root: Root) -> bool:
    """Whether what an object holds may know that object."""
    many = root in MERGED.values()
    return many or root[0] in OPEN or root in escaped(body) or root in body.whole.containers


def _looks_within(place: tuple[str, ...], touch: Touch) -> bool:
    deeper = len(touch.slot) > len(place) and touch.slot[: len(place)] == place
    return deeper and not touch.effect.write and DEEP not in place


def rule_for(body: Body, effect: Effect, gap: object = None) -> str:
    root, how = effect.root, effect.how
    if how == "advance":
        return "shared-iterator"
    if how in ("memo", "cache", "fill"):
        return "memo-cache"
    if how == USE:
        return "not-thread-safe"
    if effect.elem == "=":
        return "callee-writes-global" if effect.chain and root[0] == "global" else "rebinds-name"
    if root[0] == "global" and effect.chain:
        return "callee-writes-global"
    if effect.elem.startswith(".") and root[0] in ("param", "class"):
        return "shared-attribute"
    if isinstance(gap, int) and gap is not False:
        return "carried-element"
    if takes_lock(body, effect):
        return "inside-lock"
    if how in ("enter", "exit") or _is_handle(body, effect):
        return "shared-handle"
    if how in ("load", "store") and effect.elem == "[]" and not effect.chain:
        return "carried-element"
    return "shared-mutation"


def _is_handle(body: Body, effect: Effect) -> bool:
    types = body.whole.first_types.get((effect.root, effect.path), frozenset())
    traits = [body.ev.program.traits_of(t) for t in types]
    return any(t is not None and (t.shared or not t.picklable) for t in traits)


def _through_containers(body: Body, by_root: dict[Root, list[Touch]]) -> list[Conflict]:
    """Deep reads of a container against writes to what it holds."""
    found = []
    written = {
        r for r, ts in by_root.items() if r[0] == "fresh" and any(t.effect.write for t in ts)
    }
    for root, touches in by_root.items():
        deep = [t for t in touches if t.effect.elem == DEEP]
        if not deep or not written - {root}:
            continue
        led_to = (reaches(body, root) & written) - {root}
        for other in (each for each in by_root if each in led_to):
            writes = [t for t in by_root[other] if t.effect.write]
            found.append(_conflict(body, writes[0], [*deep, *writes], None))
    return found


def _aliases(body: Body, by_root: dict[Root, list[Touch]]) -> list[Conflict]:
    """Places of different names that may be one object."""
    loose = escaped(body)
    roots = [r for r in by_root if r[0] in OPEN or r in loose]
    found, kinds = [], Kinds(body)
    looked_at = {r: Shapes([t for t in by_root[r] if t.effect.how != "memo"]) for r in roots}
    for first in roots:
        writes = [
            t
            for t in by_root[first]
            if t.effect.write and t.effect.elem != "=" and t.effect.how not in ("memo", USE)
        ]
        for second in roots if writes else ():
            if second == first or not _may_alias(body, first, second):
                continue
            reads = looked_at[second].touches
            for write in writes[:MOST_PAIRS]:
                others = [t for t in looked_at[second].to(write) if kinds.meet(write, t)]
                if {first[0], second[0]} == {"param"}:
                    others = others or held_alike(body, write, reads)
                elif {first[0], second[0]} == {"param", "global"}:
                    kept = kept_alike(body, write, reads)
                    others = others or [t for t in kept if kinds.meet(write, t)]
                if others:
                    found.append(_alias(body, write, others))
                    break
    return found


def _may_alias(body: Body, first: Root, second: Root) -> bool:
    """Whether an object of the first root, which is written, may be reached from the second."""
    if any(r[0] == "global" and not _project_variable(body, r) for r in (first, second)):
        return False
    kinds = {first[0], second[0]}
    if kinds <= {"global", "class"}:
        return first[0] == "global" and is_given_away(body, str(first[1]))
    return True


def _project_variable(body: Body, root: Root) -> bool:
    """Not an object of a library, such as sys.stdout."""
    return body.ev.program.module(str(root[1]).rpartition(".")[0]) is not None


def _alias(
    body: Body,
    write: Touch,
    others: list[Touch],
    *,
    shown: bool = False,
    name: Callable[[Body, Effect], str] = describe,
) -> Conflict:
    names = sorted({name(body, write.effect), name(body, others[0].effect)})
    subject = ",".join(names)
    text = f"`{'` and `'.join(names)}` are different objects"
    apart = Assumption("no-alias", subject, text, write.effect.where)
    return Conflict(
        frozenset({write.node, *(t.node for t in others)}),
        kind_of(True, others[0].effect.write),
        access_of(body, write.effect),
        access_of(body, others[0].effect),
        "aliased-places",
        subject,
        None,
        replaced(body, [write.effect]) or (None if shown else apart),
    )


def given_conflicts(body: Body, own: list[Touch]) -> list[Conflict]:
    """Writes to what a call of unknown code gives: it may be the same object each time."""
    given: dict[Root, list[Touch]] = {}
    for touch in own:
        if touch.effect.root[0] == "unknown":
            given.setdefault(touch.effect.root, []).append(touch)
    found = []
    for root, touches in given.items():
        write = next((t.effect for t in touches if t.effect.write), None)
        if write is None:
            continue
        name, here = body.ev.text(site_of(root)), access_of(body, write)
        said = f"what `{name}` gives is another object in each iteration"
        question = Assumption("no-alias", name, said, write.where)
        nodes = frozenset(t.node for t in touches)
        found.append(Conflict(nodes, "output", here, here, "aliased-places", name, None, question))
    return found


def unknown_conflicts(body: Body, shared: list[Touch], resources: list[Touch]) -> list[Conflict]:
    """Calls of which nothing is known may touch whatever others can reach."""
    loose, by_root = escaped(body), dict[Root, set[int]]()
    reachable = {t.node for t in resources if t.effect.root[1] not in UNALTERED}
    for touch in shared:
        root = touch.effect.root
        by_root.setdefault(root, set()).add(touch.node)
        if root[0] in OPEN or root in loose:
            reachable.add(touch.node)
    found = []
    for unknown in body.whole.unknowns_of(body.node_of):
        passed = {root for root, _ in unknown.args}
        nodes = reachable.union(*(by_root.get(root, ()) for root in passed))
        found.append(unknown_conflict(body, unknown, {body.node_of[unknown.instr], *nodes}))
    return found


def unknown_conflict(body: Body, unknown: UnknownCall, nodes: set[int]) -> Conflict:
    """Where the program has windows, it may be a call of these, which only one thread may make:
    nothing is assumed."""
    bound = library_with(body.ev.program, body.ev.module, "main-thread")
    here = Access(unknown.subject, True, unknown.where, unknown.chain)
    rule = "not-thread-safe" if bound else "shared-mutation"
    assumption = Assumption(
        "pure-call",
        unknown.subject,
        f"`{unknown.subject}` changes nothing that other iterations, or what follows, look at",
        unknown.where,
    )
    return Conflict(
        frozenset(nodes),
        "output",
        here,
        here,
        rule,
        bound or unknown.subject,
        None,
        None if bound else assumption,
    )
