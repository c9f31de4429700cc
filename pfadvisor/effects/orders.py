"""Where the order in which a set keeps its items shows: it differs from one process to another.

Text and whatever hashes by text or by identity is kept otherwise everywhere. Numbers are kept alike,
but for a set that is sent: it is made anew, with no trace of what was in it once. A `for` statement
over a set, or what is looked up in a dictionary made from one, is not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.values import BOTTOM, Val, elem_types, parse_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.facts import Instr, Loop

ORDER: Final = "set-order"
SETS: Final = frozenset({"set", "frozenset"})
FILLED: Final = frozenset({"list", "dict", "collections.defaultdict", "collections.deque"})
SEEDED: Final = ("datetime.", "pathlib.", "uuid.", "str", "bytes", "memoryview")
FORGETS: Final = frozenset({"all", "any", "frozenset", "len", "max", "min", "set", "sorted"})


def by_call(ev: Evaluation, i: int, line: Line, given: Mapping[str, Val]) -> None:
    """A callable whose table says that the order of an argument's items shows."""
    keyed = "key" in line.args and "key" not in given
    for argument in () if keyed else line.orders:
        if argument in given:
            spread(ev, i, given[argument])


def by_comprehension(ev: Evaluation, i: int, kind: str, loop: int) -> None:
    """A list or generator over a set, or over the items of several."""
    found = ev.function.loops[loop]
    sources = [found.source] if kind in ("list", "generator") else []
    if sources and found.generators > 1:
        sources += _later_sources(ev, found)
    for source in sources:
        spread(ev, i, ev.values[source])


def _later_sources(ev: Evaluation, loop: Loop) -> Iterator[int]:
    """What the further `for` of a comprehension go over."""
    function = ev.function
    inner = [each for each in function.loops if loop.start < each.start and each.end < loop.end]
    for i in range(loop.start, loop.end):
        instr = function.code[i]
        later = instr.op == "elem" and function.stmts[instr.stmt].kind == "generator"
        if later and not any(each.start <= i < each.end for each in inner):
            yield instr.args[0]


def spread(ev: Evaluation, i: int, value: Val) -> None:
    """The items of a set become those of a list."""
    if is_set(value.types):
        _shows(ev, i, value)


def as_arguments(ev: Evaluation, i: int, value: Val) -> None:
    """The items of a set become arguments of a call."""
    if is_set(value.types) and not _forgets(ev, ev.function.code[i]):
        _told(ev, i, value)


def in_text(ev: Evaluation, i: int, values: Iterable[Val]) -> None:
    """What is written out, with the sets that it holds. That of text which a process has for
    itself is random anyway."""
    for value in values:
        held = access.contents(ev, value) if _holds_sets(value) else BOTTOM
        for each in (value, held):
            if is_set(each.types):
                ev.access(i, each, "[]", write=False, how=ORDER)


def _holds_sets(value: Val) -> bool:
    """Whether it may, as far as its type tells: that of one which is filled says nothing."""
    told = {parse_type(name) for name in value.types or ()}
    return any(is_set(frozenset(args)) or (not args and head in FILLED) for head, args in told)


def is_set(types: frozenset[str] | None) -> bool:
    return any(parse_type(name)[0] in SETS for name in types or ())


def is_seeded(types: frozenset[str] | None) -> bool:
    """Whether it is a set of items whose hashes are another process's others."""
    return any(
        parse_type(name)[0] in SETS and any(_differs(item) for item in elem_types(name) or ())
        for name in types or ()
    )


def _differs(name: str) -> bool:
    head, args = parse_type(name)
    if head in ("tuple", "frozenset"):
        return any(_differs(arg) for arg in args)
    return ":" in head or head.startswith(SEEDED)


def _shows(ev: Evaluation, i: int, value: Val) -> None:
    if not _forgotten(ev, i):
        _told(ev, i, value)


def _told(ev: Evaluation, i: int, value: Val) -> None:
    if is_seeded(value.types):
        access.resource(ev, i, ORDER, write=False)
    else:
        ev.access(i, value, "[]", write=False, how=ORDER)


def _forgotten(ev: Evaluation, i: int) -> bool:
    """Whether whoever gets the value puts it into an order of its own, or asks for none."""
    from pfadvisor.effects.program import operands

    code = ev.function.code
    users = [u for u in code if u.op not in ("bind", "test") and i in operands(u)]
    return bool(users) and all(user.op == "call" and _forgets(ev, user) for user in users)


def _forgets(ev: Evaluation, call: Instr) -> bool:
    if any(name == "key" for _, name, _ in call.args[1]):
        return False
    funcs = ev.values[call.args[0]].funcs
    return bool(funcs) and all(f[0] == "known" and f[1] in FORGETS for f in funcs)
