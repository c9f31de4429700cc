"""Functions that call themselves: how many calls one call becomes.

Judged by how often a body calls itself and by what it passes on: `n - 1` counts down, `n // 2`
and slices divide, two or more calls branch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Instr
from pfadvisor.profit.estimate import NONE, Estimate, exactly
from pfadvisor.profit.sizes import TRIPS, Given
from pfadvisor.profit.spending import Cost, Key, repeated

DIVIDING: Final = frozenset({"//", ">>", "/"})
COUNTED: Final = TRIPS
DIVIDED: Final = Estimate(2, 8, 30, True)
BRANCHED_DIVIDED: Final = Estimate(10, 300, 10_000, True)
BRANCHED: Final = Estimate(10, 3_000, 10_000_000, True)
WALKED: Final = Estimate(5, 500, 1_000_000, True)
MOST_CALLS: Final = 1e8


@dataclass(slots=True)
class Frame:
    """A function whose body is being weighed, and how it calls itself."""

    key: Key
    divides: bool = False
    counts: set[int] = field(default_factory=set)  # parameters that are passed on less a constant


def called_again(frame: Frame, ev: Evaluation, arguments: list[int]) -> Cost:
    """A call of a function from within itself: counted, and weighed as a whole at its end."""
    code = ev.function.code
    for number, value in enumerate(arguments):
        if value < 0:
            continue
        frame.divides |= _divides(code[value], code)
        if code[value].op == "op" and code[value].args[0] == "-":
            frame.counts.add(number)
    return Cost(held=exactly(1e-7), again=((frame.key, exactly(1.0)),))


def _divides(instr: Instr, code: tuple[Instr, ...]) -> bool:
    if instr.op == "op" and instr.args[0] in DIVIDING:
        return True
    if instr.op != "item" or code[instr.args[1]].op != "slice":
        return False
    bounds = [v for v in code[instr.args[1]].args[:2] if v >= 0]
    return any(code[v].op not in ("const",) for v in bounds)


def unrolled(frame: Frame, body: Cost, given: Given) -> Cost:
    """The cost of one call from outside, with all the calls that follow from it."""
    own = dict(body.again).get(frame.key, NONE)
    rest = tuple((key, number) for key, number in body.again if key != frame.key)
    body = body._replace(again=rest)
    if not own.high:
        return body
    calls = _calls(frame, own, given)
    branching = own.high > 1
    whole = repeated(body, calls)
    return whole._replace(depth=whole.depth + 1) if branching and calls.unbounded else whole


def _calls(frame: Frame, own: Estimate, given: Given) -> Estimate:
    if own.unbounded or own.high > 8:
        return WALKED
    if own.high <= 1:
        start = _start(frame, given)
        return DIVIDED if frame.divides else start or COUNTED
    if frame.divides:
        return BRANCHED_DIVIDED
    start = _start(frame, given)
    if start is None:
        return BRANCHED
    low, mid, high = (
        min(base ** min(n, 60.0), MOST_CALLS)
        for base, n in zip((1.3, 1.6, 2.0), start[:3], strict=True)
    )
    return Estimate(low, mid, high, start.unbounded)


def _start(frame: Frame, given: Given) -> Estimate | None:
    """The number that is counted down, if the first call shows it."""
    for number in sorted(frame.counts):
        known = given[number] if number < len(given) else None
        if known is not None and known.number is not None and known.number.low >= 0:
            low, mid, high, unbounded = known.number
            low, mid, high = (min(max(n, 1.0), 1e3) for n in (low, mid, high))
            return Estimate(low, mid, high, unbounded)
    return None
