"""Affine forms of subscripts in the loop's own counter: a * i + c.

The counter counts 0, 1, 2 …: a target bound by `range(start, stop, step)` is
step * i + start, the index that `enumerate` yields is i + start. Two accesses
`a*i + c` and `a*i + d` touch one slot at distance (c - d) / a; with different
coefficients the GCD test may still rule out a common slot.
"""

from __future__ import annotations

from math import gcd
from typing import Final, Literal, NamedTuple

from pfadvisor.effects.facts import Instr
from pfadvisor.effects.sharing import shares
from pfadvisor.loops.nodes import Body

_SAME_ITEMS: Final = frozenset({"list", "tuple", "iter"})
NATURAL: Final = frozenset({"+", "*", "//", "%", "<<", ">>"})  # they keep what is not negative so
COUNTS: Final = frozenset({"len", "abs", "id", "ord"})


class Affine(NamedTuple):
    """`symbol`: a loop-invariant value that is added, -1 for none; both sides must agree."""

    factor: int
    offset: int
    symbol: int = -1


def counter_of(body: Body) -> dict[int, Affine]:
    """Values that are affine in the counter by themselves."""
    return _counters(body, body.loop.source, body.loop.elem)


def _counters(body: Body, source: int, item: int) -> dict[int, Affine]:
    """What of `item`, an item of `source`, is affine: itself, or parts that the header unpacks."""
    name = _called(body, source)
    arguments = body.function.code[source].args[1] if name else ()
    given = [value for kind, key, value in arguments if kind == "pos" or key == "start"]
    if not given or len(given) != len(arguments):
        return {}
    constants = [_constant(body, value) for value in given]
    if name == "range":
        form = _of_range(given, constants)
        return {item: form} if form is not None else {}
    if name == "enumerate":
        start = constants[1] if len(given) > 1 else 0
        found = {} if start is None else {i: Affine(1, start) for i in _unpacked(body, item, 0, 2)}
        return found | _of_parts(body, given[0], item, 1, 2)
    if name == "zip":
        parts = [_of_parts(body, v, item, n, len(given)) for n, v in enumerate(given)]
        return {value: form for part in parts for value, form in part.items()}
    return _counters(body, given[0], item) if name in _SAME_ITEMS else {}


def _called(body: Body, source: int) -> str:
    """The name of the builtin function whose result the value is, "" if it is none."""
    instr = body.function.code[source]
    targets = body.ev.targets.get(source, ()) if instr.op == "call" else ()
    found = {target.name for target in targets}
    return found.pop() if len(found) == 1 and targets[0].kind == "known" else ""


def _of_range(given: list[int], constants: list[int | None]) -> Affine | None:
    start = 0 if len(given) == 1 else constants[0]
    step = constants[2] if len(given) == 3 else 1
    if not isinstance(step, int) or step <= 0:
        return None
    return Affine(step, start) if isinstance(start, int) else Affine(step, 0, given[0])


def _of_parts(body: Body, source: int, item: int, place: int, size: int) -> dict[int, Affine]:
    parts = [_counters(body, source, part) for part in _unpacked(body, item, place, size)]
    return {value: form for part in parts for value, form in part.items()}


def _unpacked(body: Body, item: int, place: int, size: int) -> list[int]:
    """Values that the header gets when it unpacks an item of that size."""
    code, wanted = body.function.code, (item, place, size)
    return [i for i in body.header if code[i].op == "unpack" and code[i].args == wanted]


def trip_count(body: Body) -> int:
    """The value above which the number of iterations is not: the `n` of `range(n)`, or -1."""
    return _length(body, body.loop.source)


def _length(body: Body, source: int) -> int:
    name = _called(body, source)
    given = body.function.code[source].args[1] if name else ()
    if not given or any(kind != "pos" for kind, _, _ in given[:1]):
        return -1
    if name == "range":
        return int(given[0][2]) if len(given) == 1 else -1
    if name == "zip" and all(kind == "pos" for kind, _, _ in given):
        return max(_length(body, value) for _, _, value in given)
    return _length(body, given[0][2]) if name == "enumerate" or name in _SAME_ITEMS else -1


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


def natural(body: Body, value: int, depth: int = 0) -> bool:
    """Whether the value is known to be no number below zero."""
    instr, constant = body.function.code[value], _constant(body, value)
    if constant is not None:
        return constant >= 0
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
    name = _called(body, value)
    given = [v for _, _, v in body.function.code[value].args[1]]
    if name == "max":
        return any(natural(body, v, depth + 1) for v in given) and len(given) > 1
    return name in COUNTS or (
        name == "min" and len(given) > 1 and all(natural(body, v, depth + 1) for v in given)
    )


def _counts_up(body: Body, source: int, depth: int) -> bool:
    """Whether the items of the source are those of a range from a natural number upwards."""
    given = [v for _, _, v in body.function.code[source].args[1]] if _called(body, source) else []
    if _called(body, source) != "range" or (len(given) > 2 and not natural(body, given[2])):
        return False
    return len(given) == 1 or natural(body, given[0], depth + 1)


def _first_of_enumerate(body: Body, instr: Instr) -> bool:
    value, place, _ = instr.args
    code = body.function.code
    if place != 0 or code[value].op != "elem":
        return False
    source = code[value].args[0]
    return _called(body, source) == "enumerate" and len(code[source].args[1]) == 1
