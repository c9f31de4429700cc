"""The special methods that an operand of unknown type may have, taken for one callee.

A module may have dozens of noisy ones of a name in sight. What any of them does is told once, as
the union of what their summaries say, and entered once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import calls, instantiate
from pfadvisor.effects.facts import Function
from pfadvisor.effects.summary import Summary, Target, abridged, given_of
from pfadvisor.effects.values import BOTTOM, Effect, Obj, Val, join

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

Method = tuple[str, int]
APART: Final = 100  # between the numbers of the fresh objects of two methods


class Alike:
    """Unions of summaries, each as long as the summaries are the same."""

    def __init__(self, program: Program) -> None:
        self._alike_program = program
        self._unions: dict[tuple[tuple[Method, ...], int], tuple[list[Summary], Summary]] = {}
        self._simple: dict[Method, int] = {}

    def union(self, methods: tuple[Method, ...], summaries: list[Summary], number: int) -> Summary:
        known = self._unions.get((methods, number))
        if known is None or any(a is not b for a, b in zip(known[0], summaries, strict=True)):
            known = self._unions[methods, number] = summaries, united(summaries, number)
        return known[1]

    def is_simple(self, method: Method, number: int) -> bool:
        """Whether its summary says all that a call of it with so many arguments does."""
        if method not in self._simple:
            facts = self._alike_program.module(method[0])
            own = facts is not None and not self._alike_program.is_installed(method[0])
            function = facts.functions[method[1]] if facts is not None else None
            self._simple[method] = _takes(function) if function is not None and own else 0
        return self._simple[method] >= number and not self._alike_program.knowledge.user


def _takes(function: Function) -> int:
    """How many arguments it takes, if nothing is told of them, and it is undecorated."""
    plain = all(p.kind in calls.PLAIN and not p.default for p in function.params)
    return len(function.params) if plain and not function.decorators else 0


def implied(
    ev: Evaluation, i: int, methods: Iterable[Method], args: list[Arg], targets: list[Target]
) -> None:
    """What the methods do that run without being named; the receiver is the first argument."""
    apart, together, summaries = list[Method](), list[Method](), list[Summary]()
    unspecific = all(given_of(arg.val, made=False) is None for arg in args)
    for method in methods:
        simple = unspecific and ev.program.is_simple(method, len(args))
        summary = ev.program.summary(*method, ()) if simple else None
        if summary is None:
            apart.append(method)
        else:
            together.append(method)
            summaries.append(summary)
    for method in apart:
        calls.implied(ev, i, method, args[0].val, args[1:], targets)
    if together:
        targets += (_target(ev, method) for method in together)
        _enter(ev, i, tuple(together), summaries, args)


def _target(ev: Evaluation, method: Method) -> Target:
    facts = ev.program.module(method[0])
    return Target("def", facts.functions[method[1]].qualname if facts else "", *method)


def _enter(
    ev: Evaluation, i: int, methods: tuple[Method, ...], summaries: list[Summary], args: list[Arg]
) -> None:
    key = methods, *args
    if key not in ev.implied:
        union = ev.program.union(methods, summaries, len(args))
        values, keys = [a.val for a in args], [a.value for a in args]
        ev.implied[key] = instantiate.project(ev, i, union, values, keys)


# -- unions ---------------------------------------------------------------------------------


def united(summaries: list[Summary], number: int) -> Summary:
    """One summary of which each of these is a part, as far as so many arguments are given."""
    if len(summaries) == 1:
        return summaries[0]
    effects: dict[object, Effect] = {}
    heap: dict[tuple[Obj, str], Val] = {}
    returns = thrown = BOTTOM
    for which, summary in enumerate(summaries):
        for effect in summary.effects:
            if effect.root[0] not in ("param", "recv") or effect.root[1] < number:
                effects.setdefault((*effect[:8], effect.form), effect)
        for (obj, elem), value in summary.heap:
            place = _moved(obj, which), elem
            heap[place] = join(heap.get(place, BOTTOM), _of(value, which))
        returns = join(returns, _of(summary.returns, which))
        thrown = join(thrown, _of(summary.thrown, which))
    each = list(enumerate(summaries))
    return Summary(
        abridged(tuple(effects.values())),
        tuple({(u.subject, u.where, u.args): u for s in summaries for u in s.unknowns}.values()),
        returns,
        tuple(heap.items()),
        frozenset(n * APART + site for n, s in each for site in s.exact),
        tuple({name: (name, at) for s in summaries for name, at in s.raises}.values()),
        any(s.lazy for s in summaries),
        summaries[0].origin,
        thrown,
        tuple((n * APART + site, names) for n, s in each for site, names in s.made),
        frozenset().union(*(s.vouched for s in summaries)),
    )


def _moved(obj: Obj, number: int) -> Obj:
    (kind, *rest), path = obj
    return ((kind, number * APART + rest[0]), path) if kind in ("fresh", "unknown") else obj


def _of(value: Val, number: int) -> Val:
    if not value.objs and value.recv is None:
        return value
    recv = _of(value.recv, number) if value.recv is not None else None
    return value._replace(objs=frozenset(_moved(o, number) for o in value.objs), recv=recv)
