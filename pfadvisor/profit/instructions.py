"""CPU time of single instructions: names, operators, subscripts, displays.

Nanoseconds (low, likely, high) of CPython 3.11 to 3.13. Operators whose time goes with the
size of their operands (`in` on a list, arithmetic on arrays, `**`) ask `Sizes`.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Instr
from pfadvisor.profit.arrays import heads_of, is_element
from pfadvisor.profit.estimate import Estimate, times
from pfadvisor.profit.sizes import Sizes
from pfadvisor.profit.spending import Cost

Nanoseconds = tuple[float, float, float]
DEFAULT: Final[Nanoseconds] = (5, 15, 40)
PLAIN: Final[dict[str, Nanoseconds]] = {
    "const": (1, 1, 3),
    "param": (0, 0, 0),
    "unbound": (0, 0, 0),
    "phi": (0, 0, 0),
    "loopphi": (0, 0, 0),
    "bind": (1, 1, 3),
    "name": (2, 4, 20),
    "free": (2, 4, 20),
    "attr": (5, 10, 50),
    "item": (10, 15, 60),
    "slice": (20, 40, 80),
    "op": (9, 12, 80),
    "display": (12, 25, 80),
    "comp": (30, 60, 150),
    "elem": (7, 10, 40),
    "unpack": (3, 5, 20),
    "iter": (15, 25, 80),
    "func": (25, 40, 100),
    "class": (5_000, 10_000, 30_000),
    "import": (200, 400, 1_000),
    "enter": (40, 100, 300),
    "exit": (40, 100, 300),
    "await": (50, 200, 1_000),
    "yield": (20, 40, 80),
    "delegated": (5, 10, 20),
    "caught": (50, 200, 500),
    "raise": (200, 400, 1_000),
    "setattr": (6, 10, 60),
    "setitem": (11, 17, 80),
    "call": (25, 40, 100),
    "test": (2, 3, 10),
}
FORMAT: Final[Nanoseconds] = (60, 120, 400)
POWER: Final[Nanoseconds] = (40, 80, 2_000)
SLOW_NUMBERS: Final[dict[str, Nanoseconds]] = {
    "decimal.Decimal": (50, 100, 500),
    "fractions.Fraction": (500, 1_500, 5_000),
    "datetime.datetime": (80, 150, 500),
}
PER_ELEMENT: Final = Estimate(1e-8, 2.5e-8, 8e-8)
PER_CHARACTER: Final = Estimate(1e-10, 1e-9, 5e-9)
ARRAYS: Final = ("numpy.", "torch.", "cupy.", "jax.")
ARRAY_OPERATION: Final = Estimate(5e-7, 2e-5, 1e-2, True)
MATRIX_PRODUCT: Final = Estimate(1e-6, 3e-4, 1.0, True)
ELEMENT: Final = Estimate(4e-8, 8e-8, 3e-7)
SCANNED: Final = frozenset({"list", "tuple", "collections.deque"})


def plain(instr: Instr) -> Nanoseconds:
    """An instruction that does nothing of a size of its own."""
    if instr.op == "op":
        if instr.args[0] == "fmt":
            return FORMAT
        if instr.args[0] in ("**", "**="):
            return POWER
    if instr.op == "display":
        each = 4.0 * len(instr.args)
        low, mid, high = PLAIN["display"]
        return low + each, mid + 2 * each, high + 4 * each
    return PLAIN.get(instr.op, DEFAULT)


def sized(ev: Evaluation, sizes: Sizes, instr: Instr) -> Cost | None:
    """What an operator takes because of what it works on; None for nothing to speak of."""
    if instr.op != "op" or len(instr.args) != 3:
        return None
    symbol, left, right = instr.args
    heads = [heads_of(ev, v) for v in (left, right)]
    if symbol in ("@", "@="):
        return Cost(released=MATRIX_PRODUCT, heavy=True)
    arrays = [v for v, group in zip((left, right), heads, strict=True) if _arrays(group)]
    if arrays:
        elements = all(is_element(ev, sizes, v) for v in arrays)
        return Cost(held=ELEMENT) if elements else Cost(released=ARRAY_OPERATION)
    if symbol in ("in", "not in"):
        return _membership(sizes, right, heads[1])
    if symbol == "*" and heads[0] & {"list", "tuple", "bytes"}:
        count = sizes.number(right)
        return Cost(held=times(PER_CHARACTER, count)) if count is not None else None
    for group in heads:
        for head in sorted(group & SLOW_NUMBERS.keys()):
            low, mid, high = SLOW_NUMBERS[head]
            return Cost(held=Estimate(low * 1e-9, mid * 1e-9, high * 1e-9))
    return None


def _membership(sizes: Sizes, container: int, heads: frozenset[str]) -> Cost | None:
    if heads and heads <= SCANNED:
        return Cost(held=times(PER_ELEMENT, sizes.size(container)))
    if heads and heads <= {"str", "bytes"}:
        return Cost(held=times(PER_CHARACTER, sizes.size(container)))
    return None


def _arrays(heads: frozenset[str]) -> bool:
    return any(head.startswith(ARRAYS) for head in heads)
