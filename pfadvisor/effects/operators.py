"""Operators: what they give, and which of them change their left operand in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import (
    access,
    calls,
    identity,
    implicit,
    in_place,
    mappings,
    sharing,
    special,
    stated,
)
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.names import ARRAYS
from pfadvisor.effects.values import (
    AUGMENT,
    BOTTOM,
    EQUATED,
    MAPPINGS,
    NUMERIC,
    UNKNOWN,
    Val,
    join,
    join_all,
    of_type,
    parse_type,
    type_text,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

ITERATING: Final = frozenset({"list", "collections.deque"})  # their `+=` takes any iterable
CHANGING: Final = frozenset({"+=", "*=", "|=", "&=", "-=", "^="})  # of any builtin type
JOINING: Final = frozenset({"+", "*", "|", "&", "-", "^"})  # give what their operands hold
COMPARISONS: Final = frozenset(
    {"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "not", "match"}
)
EQUATING: Final = frozenset({"==", "!=", "in", "not in"})
ORDERING: Final = {"<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__"}
MEETING: Final = frozenset(  # of these a container takes no number
    {"+", "-", "/", "//", "**", "<<", ">>", "&", "|", "^", *ORDERING}
)
REPEATING: Final = frozenset({"list", "tuple"})  # `*` gives a new one of the same kind
NUMBERS: Final = ("bool", "int", "number", "float", "complex")


def _if_true(value: Val) -> Val:
    """What `or` gives of an operand that is not its last one: never None."""
    rest = (value.types or frozenset()) - {"None"}
    return value._replace(types=rest) if rest else value


def operator(ev: Evaluation, i: int, instr: Instr) -> Val:
    symbol, operands = instr.args[0], [ev.values[v] for v in instr.args[1:]]
    own = implicit.operator(ev, i, symbol, operands)
    if symbol == "or":
        return join_all([*map(_if_true, operands[:-1]), operands[-1]])
    if symbol == "and":
        return join_all(operands)
    if symbol == "if":
        return join_all(operands[1:])
    if symbol in ("is", "is not"):
        identity.compared(ev, i, operands)
        return of_type("bool")
    for operand, other in zip(operands, reversed(operands), strict=True):
        if symbol not in ("not",):
            how = _manner(ev, symbol, operand, other)
            ev.access(i, operand, "**", write=False, how=how)
    if symbol in COMPARISONS:
        return _compared(ev, i, symbol, operands)
    if symbol == "fmt":
        return of_type("str")
    settled = implicit.settled(ev, symbol, operands[0], own)
    if symbol.endswith("=") and symbol not in ("==", "!=", "<=", ">="):
        given = own if settled else None
        return join(_in_place(ev, i, symbol, operands[0], operands[1], given), own)
    if settled:
        return own
    result = _arithmetic(ev, i, symbol, operands)
    if own == BOTTOM and symbol in JOINING and result.types is None:
        for operand in operands:
            whole = frozenset(obj for obj in operand.objs if not obj[1])
            mappings.hand_on(ev, result.objs, operand._replace(objs=whole) if whole else BOTTOM)
    return join(result, own) if result != BOTTOM else result


def _manner(ev: Evaluation, symbol: str, operand: Val, other: Val) -> str:
    """How an operator looks at an operand."""
    if symbol in EQUATING:
        return "operand" if identity.plain(operand) or identity.plain(other) else EQUATED
    number = _meets_number(ev, symbol, operand, other) or _repeated(ev, symbol, other, operand)
    return NUMERIC if number else "operand"


def _meets_number(ev: Evaluation, symbol: str, operand: Val, other: Val) -> bool:
    """Whether the operation fails at once unless the operand, of unknown type, is a number too."""
    kinds = {parse_type(t)[0] for t in other.types or ()}
    if operand.types is not None or not kinds or not kinds.issubset(NUMBERS):
        return False
    plain = symbol if symbol in ORDERING else symbol.removesuffix("=")
    if plain not in MEETING and not (plain == "*" and kinds == {"float"}):
        return False
    return _is_builtin(ev, plain)


def _is_builtin(ev: Evaluation, plain: str) -> bool:
    """Whether no class around, of arrays or of the program, gives the operator a meaning."""
    dunder = calls.DUNDERS[plain]
    names = ORDERING.values() if plain in ORDERING else (dunder, dunder.replace("__", "__r", 1))
    return not ev.program.handles_arrays(ev.module) and not any(
        ev.program.methods_named(ev.module, name) for name in names
    )


def _repeated(ev: Evaluation, symbol: str, operand: Val, other: Val) -> bool:
    """Whether it is a list or tuple that can only be repeated: the other operand, of unknown type,
    is a count, or the operation fails."""
    kinds = {parse_type(t)[0] for t in operand.types or ()}
    if symbol != "*" or other.types is not None or not kinds or not kinds <= REPEATING:
        return False
    counted = ev.program.methods_named(ev.module, "__index__")
    return _is_builtin(ev, symbol) and not counted


def _compared(ev: Evaluation, i: int, symbol: str, operands: list[Val]) -> Val:
    """Arrays compare element by element, and give an array."""
    if symbol not in calls.DUNDERS or not any(sharing.shares(ev, o.types) for o in operands):
        return of_type("bool")
    stated = _dunder_type(ev, i, symbol, operands)
    return ev.fresh(i, None) if stated is None else stated


def _in_place(ev: Evaluation, i: int, symbol: str, left: Val, right: Val, given: Val | None) -> Val:
    """`x += y`: lists, sets and the like change, other values are replaced, by what is `given`
    if methods of the program tell."""
    heads = None if left.types is None else {t.split("[")[0] for t in left.types}
    number = left.types is None and _arithmetic(ev, i, symbol[:-1], [left, right])
    if number and not number.objs:
        return number
    unknown = heads is None and (symbol in CHANGING or ev.program.handles_arrays(ev.module))
    if left.objs and (unknown or in_place.changes(ev, symbol, left)):
        how = {"+=": "extend", "|=": "update"}.get(symbol, "inplace")
        how = AUGMENT if heads is None and _may_be_number(ev, right) else how
        ev.access(i, left, "[]", write=True, how=how)
        if heads and heads <= ITERATING | MAPPINGS:
            implicit.iteration(ev, i, right)
        access.use_up(ev, i, right)
        _take_in(ev, symbol, left, right)
        stays = heads is None or heads <= in_place.BUILTIN
        return left if stays else join(left, _arithmetic(ev, i, symbol[:-1], [left, right]))
    return _arithmetic(ev, i, symbol[:-1], [left, right]) if given is None else given


def _may_be_number(ev: Evaluation, right: Val) -> bool:
    """Whether what is added to a value of unknown type shows nothing of it: neither is known."""
    return right.types is None and not ev.program.handles_arrays(ev.module)


def _take_in(ev: Evaluation, symbol: str, left: Val, right: Val) -> None:
    """The left operand holds what the right one gives."""
    keyed, others = mappings.split(ev, left)
    if keyed != BOTTOM and (symbol == "|=" or keyed != others):
        mappings.put(ev, left.objs, *mappings.taken(ev, right))
    if others != BOTTOM:
        mappings.put(ev, left.objs, BOTTOM, access.contents(ev, right))


def _arithmetic(ev: Evaluation, i: int, symbol: str, operands: list[Val]) -> Val:
    if any(o == BOTTOM for o in operands):
        return BOTTOM
    heads = [_head(o) for o in operands]
    stated = _dunder_type(ev, i, symbol, operands)
    if stated is not None:
        return stated
    for head in ("str", "bytes"):
        if head in heads and symbol in ("+", "*", "%"):
            return of_type(head)
    for operand, other in zip(operands, reversed(operands), strict=True):
        if _repeated(ev, symbol, operand, other):
            return _combined(ev, i, [operand], ["list"])
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
    if ev.program.handles_arrays(ev.module):
        access.resource(ev, i, "context", write=False)
    numeric = [h for h in heads if h in NUMBERS or h == "number"]
    if numeric and not ev.program.handles_arrays(ev.module):
        if symbol in ("+", "-", "/", "//", "**", "<<", ">>", "&", "|", "^", "u-", "u+", "~"):
            return of_type("float" if "float" in numeric else "number")
        if symbol == "%":
            return of_type("number", "str")
        if symbol == "*" and "float" in numeric:
            return of_type("float")
    return Val(frozenset({(("fresh", i), ())}), None)


def _dunder_type(ev: Evaluation, i: int, symbol: str, operands: list[Val]) -> Val | None:
    """The new object that tables give for an operator of library types; None if they are silent."""
    dunder = calls.DUNDERS.get(symbol, "")
    found, holding = set[str](), False
    for at, name in enumerate((dunder, dunder.replace("__", "__r", 1))[: len(operands)]):
        for head in {parse_type(t)[0] for t in operands[at].types or ()} if dunder else ():
            owner = _described(ev, head, dunder)
            if not owner:
                continue
            knowledge = ev.program.knowledge
            line = knowledge.method(owner, name) or knowledge.method(owner, dunder)
            if line is None:
                return None
            result = _line_types(ev, line, head, operands[at], operands[1 - at :][:1])
            if result is None:
                return None
            for resource in line.reads:
                access.resource(ev, i, resource, write=False)
            found |= result
            holding = holding or bool(line.result_has)
    types = frozenset(found)
    open_sided = any(o.types is None for o in operands)
    if not found or (open_sided and any(t.partition(".")[0] in ARRAYS for t in found)):
        return None
    for operand in operands if holding else ():
        mappings.hand_on(ev, [(("fresh", i), ())], operand)
    return Val(types=types) if ev.program.plain(types) else ev.fresh(i, types)


def _described(ev: Evaluation, head: str, dunder: str) -> str:
    """The class that a table describes whose operator instances have; "" if it is none."""
    if ":" not in head:
        return head if "." in head else ""
    outer = [base for base in ev.program.lineage(head) if ":" not in base]
    own = in_place.may_have(ev, head, dunder)
    return outer[0] if not own and len(outer) == 1 and "." in outer[0] else ""


def _line_types(
    ev: Evaluation, line: Line, head: str, operand: Val, others: list[Val]
) -> frozenset[str] | None:
    """The types that a line states for the result of an operator of instances of the class."""
    itself = operand._replace(types=frozenset({head}))
    given = dict(zip(line.args, others, strict=False))

    def literal(name: str) -> object:
        named = given.get(name.removeprefix("type:"), UNKNOWN)
        return type_text(named.types) if name.startswith("type:") else special.UNKNOWN

    shown = special.refine(line.special, line, literal) if line.special else line
    return stated.result_types(ev, shown, itself, given, {}, head)


def _combined(ev: Evaluation, i: int, operands: list[Val], heads: list[str]) -> Val:
    """Sequences joined or repeated, sets and dicts merged; other types: anything new."""
    containers = [o for o, h in zip(operands, heads, strict=True) if h not in NUMBERS]
    types = frozenset().union(*(o.types or () for o in containers))
    for operand in containers:
        mappings.hand_on(ev, [(("fresh", i), ())], operand)
    if not all(t.split("[")[0] in ("list", "tuple", "set", "frozenset", "dict") for t in types):
        return Val(frozenset({(("fresh", i), ())}), None)
    return ev.fresh(i, types, exact=True)


def _head(value: Val) -> str:
    return sorted(value.types)[-1].split("[")[0] if value.types else ""
