"""Operators: what they give, and which of them change their left operand in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, calls, implicit
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.values import BOTTOM, Val, join, join_all, of_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

IN_PLACE: Final = frozenset({"list", "set", "dict", "bytearray", "collections.deque"})
CHANGING: Final = frozenset({"+=", "*=", "|=", "&=", "-=", "^="})  # of any builtin type
COMPARISONS: Final = frozenset(
    {"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "not", "match"}
)
NUMBERS: Final = ("bool", "int", "number", "float", "complex")


def operator(ev: Evaluation, i: int, instr: Instr) -> Val:
    symbol, operands = instr.args[0], [ev.values[v] for v in instr.args[1:]]
    own = implicit.operator(ev, i, symbol, operands)
    if symbol in ("and", "or"):
        return join_all(operands)
    if symbol == "if":
        return join_all(operands[1:])
    if symbol in ("is", "is not"):
        return of_type("bool")
    for operand in operands:
        if symbol not in ("not",):
            ev.access(i, operand, "**", write=False, how="operand")
    if symbol in COMPARISONS:
        return of_type("bool")
    if symbol == "fmt":
        return of_type("str")
    if symbol.endswith("=") and symbol not in ("==", "!=", "<=", ">="):
        return join(_in_place(ev, i, symbol, operands[0], operands[1]), own)
    if implicit.settled(operands[0], own):
        return own
    result = _arithmetic(ev, i, symbol, operands)
    return join(result, own) if result != BOTTOM else result


def _in_place(ev: Evaluation, i: int, symbol: str, left: Val, right: Val) -> Val:
    """`x += y`: lists, sets and the like change, other values are replaced."""
    heads = None if left.types is None else {t.split("[")[0] for t in left.types}
    number = left.types is None and _arithmetic(ev, i, symbol[:-1], [left, right])
    if number and not number.objs:
        return number
    unknown = heads is None and (symbol in CHANGING or ev.program.handles_arrays(ev.module))
    if left.objs and (unknown or (heads and (heads & IN_PLACE or any(":" in h for h in heads)))):
        how = {"+=": "extend", "|=": "update"}.get(symbol, "inplace")
        ev.access(i, left, "[]", write=True, how=how)
        inside = access.contents(ev, right)
        for obj in left.objs:
            ev.store(obj, "[]", inside)
        return left
    return _arithmetic(ev, i, symbol[:-1], [left, right])


def _arithmetic(ev: Evaluation, i: int, symbol: str, operands: list[Val]) -> Val:
    if any(o == BOTTOM for o in operands):
        return BOTTOM
    heads = [_head(o) for o in operands]
    stated = _dunder_type(ev, symbol, heads)
    if stated is not None:
        return stated
    for head in ("str", "bytes"):
        if head in heads and symbol in ("+", "*", "%"):
            return of_type(head)
    if any(o.types is None for o in operands):
        return _number_or_unknown(ev, i, symbol, heads)
    if all(h in NUMBERS for h in heads):
        if symbol == "/":
            return of_type("float")
        if symbol == "**" and heads != ["float", "float"]:
            return of_type("int", "float") if "float" not in heads else of_type("float")
        return of_type(NUMBERS[max(1, *(NUMBERS.index(h) for h in heads))])
    return _combined(ev, i, operands, heads)


def _number_or_unknown(ev: Evaluation, i: int, symbol: str, heads: list[str]) -> Val:
    """With a number on one side, the other can only be a number too, if no array may be about:
    `[1] + 1` raises. `*` may repeat a sequence, `%` format a text."""
    numeric = [h for h in heads if h in NUMBERS or h == "number"]
    if numeric and not ev.program.handles_arrays(ev.module):
        if symbol in ("+", "-", "/", "//", "**", "<<", ">>", "&", "|", "^", "u-", "u+", "~"):
            return of_type("float" if "float" in numeric else "number")
        if symbol == "%":
            return of_type("number", "str")
        if symbol == "*" and "float" in numeric:
            return of_type("float")
    return Val(frozenset({(("fresh", i), ())}), None)


def _dunder_type(ev: Evaluation, symbol: str, heads: list[str]) -> Val | None:
    """The result type that a table gives for an operator of a library type."""
    dunder = calls.DUNDERS.get(symbol, "")
    for head, name in zip(heads, (dunder, dunder.replace("__", "__r", 1)), strict=False):
        if "." not in head or ":" in head or not dunder:
            continue
        line = ev.program.knowledge.method(head, name) or ev.program.knowledge.method(head, dunder)
        if line is None or not line.returns:
            return None
        found = head if line.returns == "self" else line.returns
        return None if ":" in found else of_type(*(t.strip() for t in found.split("|")))
    return None


def _combined(ev: Evaluation, i: int, operands: list[Val], heads: list[str]) -> Val:
    """Sequences joined or repeated, sets and dicts merged; other types: anything new."""
    containers = [o for o, h in zip(operands, heads, strict=True) if h not in NUMBERS]
    types = frozenset().union(*(o.types or () for o in containers))
    if not all(t.split("[")[0] in ("list", "tuple", "set", "frozenset", "dict") for t in types):
        return Val(frozenset({(("fresh", i), ())}), None)
    for operand in containers:
        ev.store((("fresh", i), ()), "[]", access.contents(ev, operand))
    return ev.fresh(i, types, exact=True)


def _head(value: Val) -> str:
    return sorted(value.types)[-1].split("[")[0] if value.types else ""
