"""What running some code takes: CPU time with and without the GIL, and waiting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from pfadvisor.profit.estimate import NONE, Estimate, Interval, either, exactly, plus, times

MOST_PARTS: Final = 6
RARE: Final = 0.1
LIKELY_FACTOR: Final = 0.75
HIGHEST_FACTOR: Final = 0.9
Key = tuple[str, int]


class Cost(NamedTuple):
    """Seconds of one execution.

    blocks  what is waited for, words of BLOCKS
    depth   loops of unknown length nested around its CPU work
    heavy   holds a call that is known to take milliseconds of CPU time
    parts   the dearest calls by name, as far as they stand in this code itself
    again   calls of functions whose own cost is being computed, by function
    """

    held: Estimate = NONE
    released: Estimate = NONE
    wait: Estimate = NONE
    blocks: frozenset[str] = frozenset()
    depth: int = 0
    parts: tuple[tuple[str, Estimate], ...] = ()
    again: tuple[tuple[Key, Estimate], ...] = ()
    heavy: bool = False

    @property
    def cpu(self) -> Estimate:
        return plus(self.held, self.released)

    @property
    def time(self) -> Estimate:
        return plus(self.cpu, self.wait)

    @property
    def total(self) -> Interval:
        return self.time.interval

    @property
    def unbounded(self) -> bool:
        return self.time.unbounded


FREE: Final = Cost()


def in_turn(costs: Iterable[Cost]) -> Cost:
    """All of them, one after the other."""
    held = released = wait = NONE
    blocks: frozenset[str] = frozenset()
    depth = 0
    parts: list[tuple[str, Estimate]] = []
    again: list[tuple[Key, Estimate]] = []
    heavy = False
    for cost in costs:
        held, released = plus(held, cost.held), plus(released, cost.released)
        wait = plus(wait, cost.wait)
        blocks |= cost.blocks
        depth = max(depth, cost.depth)
        parts += cost.parts
        again += cost.again
        heavy |= cost.heavy
    return Cost(held, released, wait, blocks, depth, _dearest(parts), _counted(again), heavy)


def repeated(cost: Cost, count: Estimate) -> Cost:
    if cost is FREE:
        return cost
    count = _damped(count, cost.depth)
    return cost._replace(
        held=times(cost.held, count),
        released=times(cost.released, count),
        wait=times(cost.wait, count),
        depth=cost.depth + (count.unbounded and bool(cost.cpu.high)),
        parts=tuple((name, times(seconds, count)) for name, seconds in cost.parts),
        again=tuple((key, times(number, count)) for key, number in cost.again),
    )


def paced(cost: Cost, pace: float) -> Cost:
    """The cost on a machine on which computing takes `pace` times as long; waiting does not."""
    if pace == 1.0:
        return cost
    factor = exactly(pace)
    return cost._replace(held=times(cost.held, factor), released=times(cost.released, factor))


def _damped(count: Estimate, depth: int) -> Estimate:
    """Loops of unknown length in one another are seldom all long."""
    if not count.unbounded or not depth or count.low < 1:
        return count
    mid = max(count.mid ** (LIKELY_FACTOR**depth), 1.0)
    high = max(count.high ** (HIGHEST_FACTOR**depth), mid)
    return Estimate(min(count.low, mid), mid, high, True)


def one_of(costs: list[Cost], weight: float = 0.0) -> Cost:
    """One of several alternatives; `weight` is how likely the last one is, 0 for equally."""
    if len(costs) == 1:
        return costs[0]
    again: dict[Key, list[Estimate]] = {}
    for cost in costs:
        for key, number in cost.again:
            again.setdefault(key, []).append(number)
    return Cost(
        either([c.held for c in costs], weight),
        either([c.released for c in costs], weight),
        either([c.wait for c in costs], weight),
        frozenset().union(*(c.blocks for c in costs)),
        max(c.depth for c in costs),
        _dearest([part for c in costs for part in c.parts]),
        tuple((key, either([*numbers, NONE])) for key, numbers in again.items()),
        any(c.heavy for c in costs),
    )


def named(name: str, cost: Cost) -> Cost:
    """The cost of a call: one part, whatever it is made of."""
    return cost._replace(parts=((name, cost.time),))


def _dearest(parts: list[tuple[str, Estimate]]) -> tuple[tuple[str, Estimate], ...]:
    merged: dict[str, Estimate] = {}
    for name, seconds in parts:
        merged[name] = plus(merged.get(name, NONE), seconds)
    ranked = sorted(merged.items(), key=lambda part: (-part[1].mid, part[0]))
    return tuple(ranked[:MOST_PARTS])


def _counted(again: list[tuple[Key, Estimate]]) -> tuple[tuple[Key, Estimate], ...]:
    merged: dict[Key, Estimate] = {}
    for key, number in again:
        merged[key] = plus(merged.get(key, NONE), number)
    return tuple(merged.items())
