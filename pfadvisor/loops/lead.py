"""What a head does while earlier iterations are not over yet: nobody may be able to tell.

It shares nothing with the other stages, through iterators that draw from what they use neither;
it is not heard or seen between their outputs; and where the loop may end early, nobody finds
out how far it had come.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from pfadvisor.effects.facts import JOINS
from pfadvisor.effects.values import DEEP, IMMUTABLE, Obj, Root, fresh_site, parse_type
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.changed_inputs import changed_by, known_to
from pfadvisor.loops.drawing import effects_of, meets, shows
from pfadvisor.loops.drawn import drawn_from
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.partition import Partition
from pfadvisor.loops.source import SIZED
from pfadvisor.loops.structure import handled
from pfadvisor.loops.touches import OPEN, Touch, describe, escaped
from pfadvisor.model import Assumption

UNHEARD: Final = frozenset({"clock", "entropy", "rng"})
ASKING: Final = frozenset({"stdin", "network", "process", "ipc", "db"})  # may wait for an answer
STDIN: Final = ("global", "sys.stdin")
KEEPING: Final = frozenset({"bind", "exit", *JOINS})


class Lead:
    def __init__(self, body: Body, part: Partition, touches: tuple[list[Touch], ...]) -> None:
        """`touches`: of shared places, of the iteration's own objects, of resources."""
        self.body, self.part = body, part
        shared, own, self.resources = touches
        self.own = own
        self.head = [t for t in shared if t.node in part.head]
        self.rest = [t for t in shared if t.node not in part.head]
        self.writes = [t for t in (*self.head, *self._of_head()) if t.effect.write]

    def _of_head(self) -> list[Touch]:
        return [t for t in self.resources if t.node in self.part.head]

    def _of_rest(self) -> list[Touch]:
        return [t for t in self.resources if t.node not in self.part.head]

    @cached_property
    def early(self) -> bool:
        body = self.body
        return handled(body) or any(body.leaves(i) for n in self.part.commit for i in body.nodes[n])

    def is_free(self) -> bool:
        return not (
            self._heard()
            or self._drawn_elsewhere()
            or self._changed_by_work()
            or (self.early and not all(self._is_forgotten(t.effect.root) for t in self.writes))
        )

    def too_far(self, accepted: Accepted) -> tuple[Assumption, ...]:
        """What a head has changed too much of, for all to see, when an iteration fails."""
        loose, name = escaped(self.body), "effects-past-failure"
        found = {
            describe(self.body, t.effect): t.effect.where
            for t in self.writes
            if t.effect.root[0] in (*OPEN, "res") or t.effect.root in loose
        }
        return accepted.left(
            Assumption(
                name, subject, f"`{subject}` may be further on when an iteration fails", where
            )
            for subject, where in found.items()
        )

    def _heard(self) -> bool:
        """Whether what the head does outside the program comes between what the others do."""
        asking = any(t.effect.root == STDIN for t in self.head) or any(
            t.effect.root[1] not in UNHEARD and (t.effect.write or t.effect.root[1] in ASKING)
            for t in self._of_head()
        )
        return asking and any(
            t.effect.write and t.effect.root[1] not in UNHEARD for t in self._of_rest()
        )

    def _changed_by_work(self) -> bool:
        """Whether others change what the head has: work gets a copy, or sees the change too early."""
        later = self.part.compute | self.part.commit
        return known_to(self.body, changed_by(self.body, self.own, later), self.part.head)

    # -- iterators ------------------------------------------------------------------------

    @cached_property
    def _advanced(self) -> dict[int, list[int]]:
        """Where an iterator was made that the head advances -> all that it draws from."""
        sites = {fresh_site(t.effect.root) for t in self.writes if t.effect.how == "advance"}
        return {site: drawn_from(self.body, site) for site in sites if site >= 0}

    def _drawn_elsewhere(self) -> bool:
        """Whether the other stages touch what an iterator of the head draws from."""
        values = self.body.ev.values
        for drawn in self._advanced.values():
            places = {obj for v in drawn for obj in values[v].objs}
            if any(t.effect.write and any(_near(t, obj) for obj in places) for t in self.rest):
                return True
            for effect in effects_of(self.body, drawn):
                if any(meets(self.body, effect, t) for t in (*self.rest, *self._of_rest())):
                    return True
                if effect.write and shows(self.body, effect, early=self.early):
                    return True
        return False

    def _is_forgotten(self, root: Root) -> bool:
        """Whether nobody looks at a local object, and at what it draws from, after the loop."""
        drawn = self._advanced.get(fresh_site(root), [])
        values = self.body.ev.values
        roots = {r for v in drawn if not self._stays(v) for r, _ in values[v].objs or {((), ())}}
        return all(self._is_local(each) for each in self.body.whole.holders(roots | {root}))

    def _stays(self, value: int) -> bool:
        """Whether it is the same whatever was drawn from it."""
        heads = {parse_type(t)[0] for t in self.body.ev.values[value].types or ()}
        callee = self.body.ev.values[value].funcs
        return bool(callee) or (bool(heads) and heads <= SIZED | IMMUTABLE)

    def _is_local(self, root: Root) -> bool:
        body, site = self.body, fresh_site(root)
        around = body.loop.parents
        if not root or root[0] != "fresh" or site < 0 or root in escaped(body):
            return False
        if around and site < body.function.loops[around[-1]].start:
            return False
        return not any(
            self._is_seen(use)
            for value in body.whole.holding.get((root, ()), ())
            for use in body.whole.uses.get(value, ())
        )

    def _is_seen(self, use: int) -> bool:
        loop, op = self.body.loop, self.body.function.code[use].op
        elsewhere = self.body.node_of.get(use) not in self.part.head and use >= loop.body
        return elsewhere and op not in KEEPING


def _near(touch: Touch, obj: Obj) -> bool:
    """Whether a write may change what an iterator over the object gives next."""
    root, path = obj
    steps = tuple("[]" if s.startswith("[") else s for s in path)
    size = min(len(steps), len(touch.slot))
    same = touch.slot[:size] == steps[:size] or DEEP in (*touch.slot, *steps)
    return touch.effect.root == root and same
