"""Arrays whose shape the code shows, and values that are single elements of them.

An operation on a whole array runs without the GIL; on an element it is a number like any other,
only slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.values import parse_type
from pfadvisor.profit.estimate import Estimate, exactly, times

if TYPE_CHECKING:
    from pfadvisor.effects.facts import Instr
    from pfadvisor.profit.sizes import Sizes

MADE: Final = frozenset({"numpy.zeros", "numpy.ones", "numpy.empty", "numpy.full", "numpy.arange"})
NUMBERS: Final = frozenset({"int", "float", "bool", "complex"})
INTEGER: Final = frozenset({"int"})
NOTHING: Final[frozenset[int]] = frozenset()


def elements(sizes: Sizes, instr: Instr) -> Estimate | None:
    """How many an array has that a call of `MADE` makes."""
    sides = [sizes.number(v) for v in _sides(sizes, instr)]
    found = exactly(1.0)
    for side in sides:
        if side is None:
            return None
        found = times(found, side)
    return found if sides else None


def _sides(sizes: Sizes, instr: Instr) -> tuple[int, ...]:
    """The values that give its shape."""
    given = [v for kind, _, v in instr.args[1] if kind == "pos"]
    if not given:
        return ()
    shape = sizes.code[given[0]]
    return shape.args[1:] if shape.op == "display" else (given[0],)


def is_element(ev: Evaluation, sizes: Sizes, value: int, seen: frozenset[int] = NOTHING) -> bool:
    """Whether a value is an element of an array, or computed of such and of numbers."""
    heads = heads_of(ev, value)
    if value in seen or (heads and heads <= NUMBERS):
        return True
    instr = ev.function.code[value]
    match instr.op:
        case "item":
            return 0 < _dimensions(sizes, instr.args[0]) == _subscripts(ev, instr.args[1])
        case "elem":
            return _dimensions(sizes, instr.args[0]) == 1
        case "op" | "bind":
            parts = instr.args[1:]
        case "phi" | "loopphi":
            parts = instr.args
        case _:
            return False
    return all(is_element(ev, sizes, v, seen | {value}) for v in parts)


def _dimensions(sizes: Sizes, value: int) -> int:
    """Of an array that is made here, 0 if they are not known."""
    instr = sizes.code[value]
    if instr.op != "call" or sizes.known_name(value) not in MADE:
        return 0
    sides = _sides(sizes, instr)
    return len(sides) if all(sizes.number(v) is not None for v in sides) else 0


def _subscripts(ev: Evaluation, key: int) -> int:
    """How many numbers pick an element: of `a[i]` 1, of `a[i, j]` 2, else 0."""
    instr = ev.function.code[key]
    parts = instr.args[1:] if instr.op == "display" else (key,)
    return len(parts) if all(heads_of(ev, v) == INTEGER for v in parts) else 0


def heads_of(ev: Evaluation, value: int) -> frozenset[str]:
    """The types of a value without their arguments, none if they are not known."""
    types = ev.values[value].types
    return frozenset(parse_type(t)[0] for t in types) if types else frozenset()
