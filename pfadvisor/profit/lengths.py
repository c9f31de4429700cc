"""How long a container is that code has filled: by appending to it, or in a function it calls."""

from __future__ import annotations

from bisect import bisect_left
from functools import reduce
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Instr, Loop
from pfadvisor.effects.summary import Target
from pfadvisor.profit.arguments import bound_values
from pfadvisor.profit.estimate import ONCE, Estimate, either, plus, times

if TYPE_CHECKING:
    from pfadvisor.profit.sizes import Sizes

ADDS_ONE: Final = frozenset({"append", "appendleft", "add"})
MOST_CALLS: Final = 3  # one in another
MOST_TARGETS: Final = 4


def filled(sizes: Sizes, value: int) -> Estimate | None:
    """The length of a container made empty, by the methods that add to it one by one, if the
    code shows how often they do."""
    added = [_times_run(sizes, i, value) for i in sizes.additions.get(value, ())]
    total = reduce(plus, added) if added else None
    return None if total is None or total.unbounded else total


def additions(code: tuple[Instr, ...]) -> dict[int, list[int]]:
    """The calls that add one item, by the value that they add it to."""
    found: dict[int, list[int]] = {}
    for i, instr in enumerate(code):
        callee = code[instr.args[0]] if instr.op == "call" else instr
        if callee.op == "attr" and callee is not instr and callee.args[1] in ADDS_ONE:
            found.setdefault(callee.args[0], []).append(i)
    return found


def _times_run(sizes: Sizes, i: int, made: int) -> Estimate:
    """How often an instruction runs, for each time that another one does; at least not at all,
    as conditions are not looked at."""
    trips = [sizes.trips(one) for one in _around(sizes, i) if not one.body <= made < one.end]
    return reduce(times, trips, ONCE)._replace(low=0.0)


def _around(sizes: Sizes, i: int) -> list[Loop]:
    """The loops in whose bodies an instruction stands, outermost first."""
    bodies, loops = sizes.loop_bodies, sizes.function.loops
    before = bisect_left(bodies, (i + 1,))
    last = [loops[number] for _, number in bodies[max(before - 1, 0) : before]]
    nest = [loops[number] for one in last for number in one.parents] + last
    return [one for one in nest if one.body <= i < one.end]


def returned(sizes: Sizes, value: int) -> Estimate | None:
    """The length of what the project functions that are called return."""
    ev = sizes.ev
    targets = () if ev is None else ev.targets.get(value, ())
    if not targets or len(targets) > MOST_TARGETS or sizes.calls >= MOST_CALLS:
        return None
    found = [_of_target(sizes, value, target) for target in targets]
    shown = [one for one in found if one is not None]
    return either(shown) if len(shown) == len(found) else None


def _of_target(sizes: Sizes, value: int, target: Target) -> Estimate | None:
    ev = sizes.ev
    facts = sizes.program.home(target)
    if ev is None or facts is None or facts.functions[target.index].is_generator:
        return None
    given = tuple(sizes.known(v) for v in bound_values(ev, value, target))
    inner = sizes.of(sizes.program.evaluation(facts, target.index), given)
    inner.calls = sizes.calls + 1
    lengths = [inner.length(i.args[0]) for i in inner.code if i.op == "ret" and i.args]
    shown = [one for one in lengths if one is not None]
    return either(shown) if shown and len(shown) == len(lengths) else None
