"""The objects of a summary in terms of what a call passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import access, iterating, memo, sharing
from pfadvisor.effects.values import DEEP, Obj, Root, Val, child, limit

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


class Passed(dict[Obj, frozenset[Obj]]):
    """What the objects that a summary speaks of are at one call; found when first asked for."""

    def __init__(self, ev: Evaluation, i: int, args: list[Val]) -> None:
        self._ev, self._i, self._args = ev, i, args

    def __missing__(self, obj: Obj) -> frozenset[Obj]:
        root, path = obj
        if root[0] in ("fresh", "unknown"):
            found = frozenset({((root[0], (self._i, root[1])), path)})
        else:
            bases = self.bases(root)
            found = frozenset({obj}) if bases is None else self._at(bases, path)
        self[obj] = found
        return found

    def _at(self, bases: frozenset[Obj], path: tuple[str, ...]) -> frozenset[Obj]:
        known = self._ev.ends
        if (bases, path) not in known:
            known[bases, path] = _reach(self._ev, bases, path)
        return known[bases, path]

    def bases(self, root: Root) -> frozenset[Obj] | None:
        """The objects that the root itself is; None: what it was in the callee."""
        ev, kind = self._ev, root[0]
        if kind == "param":
            return self._args[root[1]].objs if root[1] < len(self._args) else frozenset()
        if kind == "recv":
            inner = self._args[root[1]].recv if root[1] < len(self._args) else None
            return inner.objs if inner is not None else frozenset()
        if kind == "free" and memo.of_this_scope(ev, root[1]):
            held = ev.cells[root[1]]
            objs = held.objs if held.recv is None else held.objs | held.recv.objs
            rebound = root[1] in ev.program.table(memo.bound_inside, ev.module)
            return objs | {(root, ())} if rebound else objs
        return None


def _reach(ev: Evaluation, bases: frozenset[Obj], path: tuple[str, ...]) -> frozenset[Obj]:
    """Objects at the end of a path, through what the caller's heap knows to be stored there."""
    current = bases
    for step in path:
        if step == sharing.VIEW:
            current = sharing.view(Val(current), None).objs
            continue
        if step == DEEP:
            return frozenset(
                (root, steps if steps and steps[-1] == DEEP else (*steps, DEEP))
                for root, steps in current
            )
        following: set[Obj] = set()
        for obj in current:
            following |= _next(ev, obj, step)
        current = frozenset(following)
        if len(current) > 8:
            return frozenset((root, (*steps[:1], DEEP)) for root, steps in current)
    return current


def _next(ev: Evaluation, obj: Obj, step: str) -> frozenset[Obj]:
    """Objects one step further on, until something is stored in what has the same root."""
    open_to_others = ev.swapped or obj[0] in ev.hiding
    known = ev.open_steps if open_to_others else ev.steps.setdefault(obj[0], {})
    found = known.get((obj, step))
    if found is None:
        found = known[obj, step] = _loaded(ev, obj, step)
    return found


def _loaded(ev: Evaluation, obj: Obj, step: str) -> frozenset[Obj]:
    if access.is_blank(ev, obj):
        return frozenset({child(obj, step)})
    held = access.load(ev, Val(frozenset({obj})), step, None).objs
    return held | iterating.yielded(ev, [obj]).objs if step == "[]" else held


def moved(value: Val, passed: Passed) -> Val:
    if not value.objs and value.recv is None:
        return value
    recv = moved(value.recv, passed) if value.recv is not None else None
    places = frozenset().union(*[passed[obj] for obj in value.objs])
    if recv is value.recv and places == value.objs:
        return value
    return value._replace(objs=limit(places), recv=recv)
