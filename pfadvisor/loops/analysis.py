"""One loop, from its body to its stages: the order of the steps is stated here, once.

First everything must be proved; if that leaves nothing to compute, once more
with the conflicts that an assumption dissolves set aside (verdict `review`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.blockers import blocker_of, with_nothing_left
from pfadvisor.loops.changed_inputs import lost
from pfadvisor.loops.commits import (
    Commit,
    accumulators,
    collects_only,
    commits_of,
    pattern_of,
)
from pfadvisor.loops.conflicts import (
    Conflict,
    carried_names,
    given_conflicts,
    shared_conflicts,
    unknown_conflicts,
)
from pfadvisor.loops.consumer import between_items, consumer_conflicts
from pfadvisor.loops.deferred import defers, left_undone, taken
from pfadvisor.loops.drawn import run_ahead
from pfadvisor.loops.environment import environment_conflicts
from pfadvisor.loops.file_names import is_left
from pfadvisor.loops.file_order import order_files
from pfadvisor.loops.granules import Tree, within
from pfadvisor.loops.head import with_head
from pfadvisor.loops.holdings import held_conflicts, holdings_of
from pfadvisor.loops.inner_rows import rows_of
from pfadvisor.loops.last_values import conditional_last_values
from pfadvisor.loops.late_binding import looking_back
from pfadvisor.loops.lead import Lead
from pfadvisor.loops.measured import measured_conflicts
from pfadvisor.loops.meddling import meddling
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.partition import (
    Partition,
    narrowed,
    order_edges,
    partition,
    upstream,
    worth_a_worker,
)
from pfadvisor.loops.privates import Candidate, candidates
from pfadvisor.loops.resources import EXTERNAL, resource_conflicts
from pfadvisor.loops.source import source_conflicts, source_facts
from pfadvisor.loops.structure import structural_blockers
from pfadvisor.loops.throttles import throttles
from pfadvisor.loops.touches import Touch, touches_of
from pfadvisor.loops.tries import tries_of
from pfadvisor.model import Accumulator, Assumption, Blocker, Pattern, Source, Verdict

RANK: Final[dict[Verdict, int]] = {"serial": 0, "review": 1, "pipeline": 2, "parallel": 2}


@dataclass(eq=False)
class Analysis:
    """What is known of one loop before its profit is. `tree` is None for serial loops."""

    body: Body
    verdict: Verdict
    blockers: tuple[Blocker, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    tree: Tree | None = None
    compute: frozenset[int] = frozenset()
    commits: tuple[Commit, ...] = ()
    accumulators: tuple[Accumulator, ...] = ()
    pattern: Pattern | None = None
    source: Source = field(default_factory=lambda: Source(False, False, True))
    collecting: bool = False
    leaves: bool = False
    pure: bool = True
    privates: tuple[Candidate, ...] = ()
    head: frozenset[int] = frozenset()

    @cached_property
    def head_instrs(self) -> frozenset[int]:
        return frozenset(i for n in self.head for i in self.body.nodes[n])

    @cached_property
    def compute_instrs(self) -> frozenset[int]:
        return frozenset(i for n in self.compute for i in self.body.nodes[n])

    @cached_property
    def work_instrs(self) -> frozenset[int]:
        """What compute does itself: not what it leaves to those who use what it makes."""
        body, compute = self.body, self.compute
        return frozenset(
            i for i in self.compute_instrs if not defers(body, i) or taken(body, i, compute)
        )

    @cached_property
    def rest_instrs(self) -> frozenset[int]:
        rest = set(range(len(self.body.nodes))) - self.compute
        return frozenset(i for n in rest for i in self.body.nodes[n])


class Steps:
    """The intermediate results of the analysis of one loop."""

    def __init__(self, body: Body, accepted: Accepted, private: tuple[Candidate, ...] = ()) -> None:
        self.body, self.accepted, self.private = body, accepted, private
        touches, self.own, self.resources = touches_of(self.body)
        self.shared = [t for t in touches if not any(c.collects(t) for c in private)]
        filled = {c.private.name for c in private}
        order_edges(self.body, self.own)
        order_files(self.body, self.resources)
        between = between_items(self.body)
        holdings, measured = holdings_of(body), measured_conflicts(body, self.resources)
        for nodes in (*(h.nodes for h in holdings), *(c.nodes for c in measured)):
            body.tie(nodes)
        self.conflicts: list[Conflict] = [
            *source_conflicts(self.body, [*self.shared, *between], self.resources),
            *consumer_conflicts(self.body, self.shared, between),
            *(c for c in carried_names(self.body) if c.subject not in filled),
            *resource_conflicts(self.body, self.resources),
            *shared_conflicts(self.body, self.shared),
            *unknown_conflicts(self.body, self.shared, self.resources),
            *given_conflicts(self.body, self.own),
            *held_conflicts(body, holdings),
            *measured,
            *environment_conflicts(body, self.resources),
        ]
        self.conflicts = [
            c for c in self.conflicts if c.assumption is None or not accepted.covers(c.assumption)
        ]
        self.late = looking_back(self.body)
        self.pinned = conditional_last_values(self.body, filled) | self.late

    def analysis(self) -> Analysis:
        structural = structural_blockers(self.body)
        fatal = [c for c in self.conflicts if c.fatal]
        if structural or fatal:
            return self._serial([*structural, *(blocker_of(c) for c in fatal)])
        drawing = [c for c in self.conflicts if c.drawing]
        firm = any(c.assumption is None for c in drawing)
        proved = self._partition(assume=False)
        if proved.worthy and not drawing and _made_by_workers(self.body, proved.compute):
            return self._positive(proved, cheap=False)
        for assume in (False, True):
            headed = with_head(self.body, self.conflicts, self.shared, self.pinned, assume=assume)
            if headed is not None and headed.worthy and self._lead(headed).is_free():
                found = self._positive(headed, cheap=False)
                if found.tree is not None:
                    return found
            assumed = self._partition(assume=True)
            if not assume and assumed.worthy and not firm:
                return self._positive(assumed, cheap=False)
        if drawing:
            return self._serial([blocker_of(c) for c in drawing])
        return self._cheap(proved)

    def _lead(self, part: Partition) -> Lead:
        return Lead(self.body, part, (self.shared, self.own, self.resources))

    def _partition(self, *, assume: bool) -> Partition:
        return partition(self.body, self.conflicts, self.shared, self.pinned, assume=assume)

    def _cheap(self, proved: Partition) -> Analysis:
        """Nothing is worth a worker. Still parallel if all that is done is to collect."""
        if any(worth_a_worker(self.body, n) for n in proved.commit):
            return self._blocked(proved)
        tree = Tree(self.body, proved, cheap=True)
        commits = commits_of(self.body, tree, self.shared, self.resources)
        computing = tree.compute_nodes()
        if (
            computing
            and self._collects(proved, commits)
            and not any(c.op == "fold" and c.root is None for c in commits)
        ):
            return self._positive(proved, cheap=True)
        return self._blocked(proved)

    def _collects(self, part: Partition, commits: list[Commit]) -> bool:
        if self.late:
            return False
        used = {id(c) for c in part.used}
        carried = frozenset(n for c in self.conflicts if id(c) not in used for n in c.nodes)
        return collects_only(self.body, commits, self.shared, carried, part.commit)

    def _blocked(self, part: Partition) -> Analysis:
        heavy = {n for n in part.commit if worth_a_worker(self.body, n)}
        feeding = upstream(self.body, heavy) if heavy else set()
        telling = [c for c in self.conflicts if c.nodes & heavy]
        if all(c.assumption and c.assumption.name != "pure-call" for c in telling):
            feeds = [c for c in self.conflicts if c.nodes & feeding and not c.nodes & heavy]
            telling += [c for c in feeds if not telling or c.assumption is None]
        telling = telling or self.conflicts
        known = [c for c in telling if c.assumption is None or c.assumption.name != "pure-call"]
        telling = sorted(
            known or telling, key=lambda c: (c.assumption is not None, not c.nodes & heavy)
        )
        blockers = [blocker_of(c) for c in telling]
        if not heavy or not blockers:
            where = self.body.ev.location(self.body.loop.source)
            blockers = with_nothing_left(blockers, where)
        return self._serial(blockers)

    def _serial(self, blockers: list[Blocker]) -> Analysis:
        said = tuple(_each_once(blockers))
        return Analysis(self.body, "serial", said, (), tuple(self.conflicts))

    def _positive(self, part: Partition, *, cheap: bool) -> Analysis:
        body = self.body
        adding = frozenset(n for c in self.private for n in c.nodes)
        tree, settled = _in_order(body, part, cheap, adding, self.own)
        compute = frozenset(tree.compute_nodes())
        worthy = compute if cheap else settled.worthy & compute
        if not worthy and settled is part and not (cheap or part.head):
            return self._cheap(self._partition(assume=False))
        part = settled
        if not worthy or not _made_by_workers(body, part.compute):
            return self._blocked(part)
        commits = tuple(commits_of(body, tree, self.shared, self.resources))
        ahead = compute | part.head
        used = [c for c in part.used if c.assumption and (c.drawing or c.nodes & ahead)]
        assumptions = [c.assumption for c in used if c.assumption is not None]
        assumptions += self.accepted.left([*meddling(body, compute), *throttles(body)])
        assumptions += self.accepted.left(_external(body, self.resources, compute))
        assumptions += self._lead(part).too_far(self.accepted)
        leaves = any(body.leaves(i) for n in part.commit for i in body.nodes[n])
        working = run_ahead(body).union(*(body.nodes[n] for n in compute))
        lasting = any(_lasts(body, t, compute) for t in self.resources)
        pure = not lasting and not body.whole.unknowns_of(working)
        if leaves and not (pure and not _asks_again(body, self.resources, compute)):
            assumptions += self.accepted.left([_in_vain(body)])
        collecting = self._collects(part, list(commits)) and not leaves
        plain = collecting and not part.head
        verdict: Verdict = "review" if assumptions else "parallel" if plain else "pipeline"
        return Analysis(
            body,
            verdict,
            (),
            tuple(dict.fromkeys(assumptions)),
            tuple(self.conflicts),
            tree,
            compute,
            commits,
            accumulators(body, list(commits)),
            self._pattern(list(commits), leaves=leaves, plain=plain),
            source_facts(body, self.conflicts),
            collecting,
            leaves,
            pure,
            self.private if adding <= compute else (),
            part.head,
        )

    def _pattern(self, commits: list[Commit], *, leaves: bool, plain: bool) -> Pattern:
        found = pattern_of(self.body, commits, leaves=leaves, collecting=plain)
        if found != "foreach" or not self.private:
            return found
        if all(c.private.kind == "slots" for c in self.private):
            return "index-store"
        return "reduction" if all(c.root is None for c in self.private) else "flat-map"


def _each_once(blockers: list[Blocker]) -> Iterator[Blocker]:
    """One of those that say the same, or show the same two places of what the body calls: what is
    done there is one thing, whatever it may be done to."""
    said: set[tuple[object, ...]] = set()
    for blocker in blockers:
        places = tuple(each.location for each in blocker.related[:2])
        marks: set[tuple[object, ...]] = {(blocker.code, blocker.message)}
        if places and blocker.location not in places[:1]:
            marks.add((blocker.code, *places))
        if said.isdisjoint(marks):
            yield blocker
        said |= marks


def _in_order(
    body: Body, part: Partition, cheap: bool, kept: frozenset[int], own: list[Touch]
) -> tuple[Tree, Partition]:
    """The stages of the source, with what would overtake the parent's part in commit, and what
    would be done to a copy that the parent never sees."""
    tree = Tree(body, part, cheap=cheap, kept=kept)
    while out_of_place := (
        tree.overtaken() | tree.torn() | lost(body, own, frozenset(tree.compute_nodes()))
    ):
        part = narrowed(body, part, out_of_place)
        tree = Tree(body, part, cheap=cheap, kept=kept)
    return tree, part


def _made_by_workers(body: Body, compute: frozenset[int]) -> bool:
    """Whether compute makes the elements of a comprehension whole: it has no commit of its own."""
    code = body.function.code
    return all(
        node in compute
        for i, node in body.node_of.items()
        for whole in body.loop.elements
        if within(code[i].span, whole)
    )


def analyse(
    program: Program,
    facts: ModuleFacts,
    function: int,
    loop: int,
    accepted: Accepted,
) -> Analysis:
    """The analysis of one loop."""
    ev = program.evaluation(facts, function)
    whole = _unsplit(Body(ev, loop), accepted)
    if whole.verdict != "serial":
        return whole
    tries = tries_of(whole.body)
    if tries:
        parted = _unsplit(Body(ev, loop, parted=tries), accepted)
        if parted.verdict != "serial":
            return parted
    rows = rows_of(whole.body, lambda inner: analyse(program, facts, function, inner, accepted))
    if not rows:
        return whole
    split = Steps(Body(ev, loop, rows), accepted).analysis()
    return whole if split.verdict == "serial" else split


def _unsplit(body: Body, accepted: Accepted) -> Analysis:
    """The analysis with each compound statement as a whole."""
    steps = Steps(body, accepted)
    plain, found = steps.analysis(), candidates(body, steps.shared)
    if not found or (plain.tree is not None and not _leaves_work(plain)):
        return plain
    private = Steps(body, accepted, found).analysis()
    better = RANK[private.verdict] >= RANK[plain.verdict] and bool(private.privates)
    return private if better else plain


def _leaves_work(analysis: Analysis) -> bool:
    """Whether the parent is left with something that is worth a worker, or that one only made."""
    body, compute = analysis.body, analysis.compute
    rest = set(range(len(body.nodes))) - compute
    return any(worth_a_worker(body, n) for n in rest) or any(
        left_undone(body, n, compute) for n in compute
    )


def analyse_assuming(body: Body, accepted: Accepted) -> Analysis | None:
    """The analysis with every assumption made that lets more go to compute."""
    steps = Steps(body, accepted)
    part = steps._partition(assume=True)
    drawing = any(c.drawing and c.assumption is None for c in steps.conflicts)
    return steps._positive(part, cheap=False) if part.worthy and not drawing else None


def _in_vain(body: Body) -> Assumption:
    where = body.ev.location(body.loop.source)
    text = "work of iterations past the exit may be done in vain"
    return Assumption("speculative-work", "loop", text, where)


def _asks_again(body: Body, resources: list[Touch], compute: frozenset[int]) -> bool:
    """Whether every iteration asks the same of what lies outside, and hopes for another answer."""
    code, items = body.function.code, {*body.header, body.loop.elem}
    asking = any(t.node in compute and t.effect.root[1] in EXTERNAL for t in resources)
    return asking and all(
        items.isdisjoint(operands(code[i])) for n in compute for i in body.nodes[n]
    )


def _lasts(body: Body, touch: Touch, compute: frozenset[int]) -> bool:
    """Whether compute changes what lies outside memory, and that is there when it is over."""
    outside = touch.effect.write and touch.effect.root[1] in EXTERNAL
    return outside and touch.node in compute and is_left(body, touch)


def _external(body: Body, resources: list[Touch], compute: frozenset[int]) -> list[Assumption]:
    """Effects outside memory that later iterations may have had when an earlier one fails."""
    found: dict[str, Assumption] = {}
    for touch in resources:
        if _lasts(body, touch, compute):
            name = str(touch.effect.root[1])
            found.setdefault(
                name,
                Assumption(
                    "effects-past-failure",
                    name,
                    f"later iterations may already have written to the {name} when one fails",
                    touch.effect.where,
                ),
            )
    return list(found.values())
