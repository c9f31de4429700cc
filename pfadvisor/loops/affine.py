"""Affine forms of subscripts in the loop's own counter: a * i + c.

The counter counts 0, 1, 2 …: a target bound by `range(start, stop, step)` is
step * i + start, the index that `enumerate` yields is i + start. Two accesses
`a*i + c` and `a*i + d` touch one slot at distance (c - d) / a; with different
coefficients the GCD test may still rule out a common slot.
"""

from __future__ import annotations

from math import gcd
from typing import Literal, NamedTuple

from pfadvisor.effects.sharing import shares
from pfadvisor.loops.nodes import Body


class Affine(NamedTuple):
    """`symbol`: a loop-invariant value that is added, -1 for none; both sides must agree."""

    factor: int
    offset: int
    symbol: int = -1


def counter_of(body: Body) -> dict[int, Affine]:
    """Values that are affine in the counter by themselves."""
    code, loop = body.function.code, body.loop
    source = code[loop.source]
    if source.op != "call" or code[source.args[0]].op != "name":
        return {}
    name, arguments = code[source.args[0]].args[0], source.args[1]
    constants = [_constant(body, v) for _, _, v in arguments]
    if name == "range":
        start = 0 if len(arguments) == 1 else constants[0]
        step = constants[2] if len(arguments) == 3 else 1
        if isinstance(step, int) and step > 0:
            if isinstance(start, int):
                return {loop.elem: Affine(step, start)}
            return {loop.elem: Affine(step, 0, arguments[0][2])}
    if name == "enumerate":
        start = constants[1] if len(arguments) > 1 else 0
        if isinstance(start, int):
            return {
                i: Affine(1, start)
                for i in body.header
                if code[i].op == "unpack" and code[i].args[:2] == (loop.elem, 0)
            }
    return {}


def trip_count(body: Body) -> int:
    """The value that says how often `for i in range(n)` runs, -1 if there is none."""
    code = body.function.code
    source = code[body.loop.source]
    if (
        source.op == "call"
        and code[source.args[0]].op == "name"
        and len(source.args[1]) == 1
        and (code[source.args[0]].args[0] == "range")
    ):
        return int(source.args[1][0][2])
    return -1


def _constant(body: Body, value: int) -> int | None:
    found = body.ev.values[value].const
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def affine(body: Body, value: int, counters: dict[int, Affine]) -> Affine | None:
    """The affine form of a value, None if it has none. Invariants have factor 0."""
    if value in counters:
        return counters[value]
    constant = _constant(body, value)
    if constant is not None:
        return Affine(0, constant)
    if not body.inside(value) and value not in {phi for _, phi in body.loop.phis}:
        return Affine(0, 0, value) if _is_number(body, value) else None
    instr = body.function.code[value]
    if instr.op != "op" or len(instr.args) != 3 or not body.inside(value):
        return None
    left, right = (affine(body, v, counters) for v in instr.args[1:])
    if left is None or right is None:
        return None
    return _combine(instr.args[0], left, right)


def _is_number(body: Body, value: int) -> bool:
    """Not an array of subscripts, which names many slots at once."""
    types = body.ev.values[value].types
    counted = body.function.code[body.loop.source]
    in_range = counted.op == "call" and any(value == v for _, _, v in counted.args[1])
    return not shares(body.ev, types) or (types is None and in_range)


def _combine(symbol: str, left: Affine, right: Affine) -> Affine | None:
    if symbol in ("+", "-"):
        sign = 1 if symbol == "+" else -1
        if (left.symbol >= 0 and right.symbol >= 0) or (sign < 0 and right.symbol >= 0):
            return None
        return Affine(
            left.factor + sign * right.factor,
            left.offset + sign * right.offset,
            max(left.symbol, right.symbol),
        )
    if symbol == "*" and left.symbol < 0 and right.symbol < 0:
        if left.factor == 0:
            return Affine(left.offset * right.factor, left.offset * right.offset)
        if right.factor == 0:
            return Affine(right.offset * left.factor, right.offset * left.offset)
    return None


def distance(first: Affine, second: Affine, trip: int = -1) -> int | Literal[False] | None:
    """False: never one slot in different iterations. An int: always at that distance.
    None: perhaps. `trip`: the value that is the number of iterations, if there is one."""
    if first.symbol != second.symbol:
        apart = {first.symbol, second.symbol} == {-1, trip} and first.factor == second.factor == 1
        return False if apart and first.offset == second.offset else None
    difference = first.offset - second.offset
    if first.factor == second.factor:
        if first.factor == 0:
            return None if difference == 0 else False
        if difference % first.factor:
            return False
        return difference // first.factor or False
    divisor = gcd(first.factor, second.factor)
    return False if divisor and difference % divisor else None


def never_negative(form: Affine) -> bool:
    return form.factor >= 0 and form.offset >= 0 and form.symbol < 0
