"""Affine forms of subscripts in the loop's own counter: a * i + c.

The counter counts 0, 1, 2 …: a target bound by `range(start, stop, step)` is
step * i + start, the index that `enumerate` yields is i + start. Two accesses
`a*i + c` and `a*i + d` touch one slot at distance (c - d) / a; with different
coefficients the GCD test may still rule out a common slot.
"""

from __future__ import annotations

from math import gcd
from typing import Final, Literal

from pfadvisor.effects.facts import Instr
from pfadvisor.effects.sharing import shares
from pfadvisor.effects.subscripts import Form
from pfadvisor.loops.counters import called, constant, counted
from pfadvisor.loops.nodes import Affine, Body

NATURAL: Final = frozenset({"+", "*", "//", "%", "<<", ">>"})  # they keep what is not negative so
COUNTS: Final = frozenset({"len", "abs", "id", "ord"})


def affine(body: Body, value: int, counters: dict[int, Affine]) -> Affine | None:
    """The affine form of a value, None if it has none. Invariants have factor 0."""
    if value in counters:
        return counters[value]
    number = constant(body, value)
    if number is not None:
        return Affine(0, number)
    if not body.inside(value) and value not in {phi for _, phi in body.loop.phis}:
        return Affine(0, 0, value) if _is_number(body, value) else None
    instr = body.function.code[value]
    if instr.op in ("item", "unpack"):
        return _looked_up(body, value, counters)
    if instr.op != "op" or len(instr.args) != 3 or not body.inside(value):
        return None
    left, right = (affine(body, v, counters) for v in instr.args[1:])
    if left is None or right is None:
        return None
    return _combine(instr.args[0], left, right)


def affine_form(body: Body, form: Form, counters: dict[int, Affine]) -> Affine | None:
    """The affine form of a subscript that a callee computes."""
    match form:
        case ("value", value):
            return affine(body, value, counters)
        case ("const", number):
            return Affine(0, number)
        case ("op", symbol, left, right):
            forms = (affine_form(body, side, counters) for side in (left, right))
            first, second = forms
            return _combine(symbol, first, second) if first and second else None
    return None


def _looked_up(body: Body, value: int, counters: dict[int, Affine]) -> Affine | None:
    """`items[i]`, or a part of it, where the items count."""
    code, item = body.function.code, value
    while code[item].op == "unpack":
        item = code[item].args[0]
    if code[item].op != "item" or not body.inside(item):
        return None
    items, key = code[item].args
    form, place = counted(body, items, item).get(value), affine(body, key, counters)
    if form is None or place is None or place.symbol >= 0 or not never_negative(place):
        return None
    return Affine(form.factor * place.factor, form.factor * place.offset + form.offset, form.symbol)


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


def distance(
    first: Affine, second: Affine, bounds: frozenset[int] = frozenset()
) -> int | Literal[False] | None:
    """False: never one slot in different iterations. An int: always at that distance.
    None: perhaps. `bounds`: values above which the number of iterations is not."""
    if first.symbol != second.symbol:
        apart = any({first.symbol, second.symbol} == {-1, bound} for bound in bounds)
        apart = apart and first.factor == second.factor == 1
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


def from_the_start(body: Body, form: Affine) -> bool:
    """Whether the form is never a place that is counted from the end."""
    if form.symbol < 0:
        return never_negative(form)
    return form.factor >= 0 and form.offset >= 0 and natural(body, form.symbol)


def natural(body: Body, value: int, depth: int = 0) -> bool:
    """Whether the value is known to be no number below zero."""
    instr, number = body.function.code[value], constant(body, value)
    if number is not None:
        return number >= 0
    if depth > 6:
        return False
    if instr.op == "op" and instr.args[0] in NATURAL and len(instr.args) == 3:
        return all(natural(body, v, depth + 1) for v in instr.args[1:])
    if instr.op == "call":
        return _gives_natural(body, value, depth)
    if instr.op == "elem":
        return _counts_up(body, instr.args[0], depth)
    return instr.op == "unpack" and _first_of_enumerate(body, instr)


def _gives_natural(body: Body, value: int, depth: int) -> bool:
    name = called(body, value)
    given = [v for _, _, v in body.function.code[value].args[1]]
    if name == "max":
        return any(natural(body, v, depth + 1) for v in given) and len(given) > 1
    return name in COUNTS or (
        name == "min" and len(given) > 1 and all(natural(body, v, depth + 1) for v in given)
    )


def _counts_up(body: Body, source: int, depth: int) -> bool:
    """Whether the items of the source are those of a range from a natural number upwards."""
    given = [v for _, _, v in body.function.code[source].args[1]] if called(body, source) else []
    if (
        called(body, source) != "range"
        or not given
        or (len(given) > 2 and not natural(body, given[2]))
    ):
        return False
    return len(given) == 1 or natural(body, given[0], depth + 1)


def _first_of_enumerate(body: Body, instr: Instr) -> bool:
    value, place, _ = instr.args
    code = body.function.code
    if place != 0 or code[value].op != "elem":
        return False
    source = code[value].args[0]
    return called(body, source) == "enumerate" and len(code[source].args[1]) == 1
