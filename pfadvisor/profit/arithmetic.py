"""Operators on estimated numbers: what may come out, None where that cannot be told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from pfadvisor.profit.estimate import Estimate

Operator = Callable[[float, float], float]
LARGEST: Final = 400.0


def combined(symbol: str, left: Estimate, right: Estimate) -> Estimate | None:
    """`symbol` as the code writes it, in-place forms included."""
    operator = OPERATORS.get(symbol.removesuffix("=") or symbol)
    if operator is None:
        return None
    try:
        ends = [operator(x, y) for x in left[:3] for y in right[:3]]
        middle = operator(left.mid, right.mid)
    except (ArithmeticError, ValueError):
        return None
    return Estimate(min(ends), middle, max(ends), left.unbounded or right.unbounded)


def _power(left: float, right: float) -> float:
    if abs(right) > LARGEST:
        raise OverflowError
    if left < 0 and right != int(right):
        raise ValueError
    return math.pow(left, right)


def _shift(left: float, right: float) -> float:
    return left * math.pow(2.0, min(right, LARGEST))


OPERATORS: Final[dict[str, Operator]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: y if y else x,
    "**": _power,
    "<<": _shift,
    ">>": lambda x, y: x / math.pow(2.0, min(y, LARGEST)),
}
