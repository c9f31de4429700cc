"""Estimates: a quantity as the lowest, the likeliest and the highest value it may have.

Sequences add, loops multiply, branches join. `unbounded` says that the width comes from
a size or a number of iterations that the code does not show.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

Interval = tuple[float, float]


class Estimate(NamedTuple):
    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0
    unbounded: bool = False

    @property
    def interval(self) -> Interval:
        return self.low, self.high


NONE: Final = Estimate()
ONCE: Final = Estimate(1.0, 1.0, 1.0)


def exactly(value: float) -> Estimate:
    return Estimate(value, value, value)


def between(low: float, high: float, *, unbounded: bool = False) -> Estimate:
    """The likeliest value of an interval that spans orders of magnitude is its geometric mean."""
    return Estimate(low, sqrt(low * high) if low > 0 else high / 2, high, unbounded)


def plus(left: Estimate, right: Estimate) -> Estimate:
    if not right.high:
        return left
    if not left.high:
        return right
    return Estimate(
        left.low + right.low,
        left.mid + right.mid,
        left.high + right.high,
        left.unbounded or right.unbounded,
    )


def times(value: Estimate, count: Estimate) -> Estimate:
    if not value.high:
        return value
    return Estimate(
        value.low * count.low,
        value.mid * count.mid,
        value.high * count.high,
        value.unbounded or count.unbounded,
    )


def either(alternatives: list[Estimate], weight: float = 0.0) -> Estimate:
    """One of the alternatives; `weight` is how likely the last of them is, 0 for equally."""
    lows = [a.low for a in alternatives]
    highs = [a.high for a in alternatives]
    others = alternatives[:-1]
    if weight and others:
        mid = weight * alternatives[-1].mid
        mid += (1 - weight) * sum(a.mid for a in others) / len(others)
    else:
        mid = sum(a.mid for a in alternatives) / len(alternatives)
    return Estimate(min(lows), mid, max(highs), any(a.unbounded for a in alternatives))
