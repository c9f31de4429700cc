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
    from collections.abc import Iterable, Mapping

    from pfadvisor.effects.evaluate import Evaluation

ORDER: Final = "set-order"
SETS: Final = frozenset({"set", "frozenset"})
FILLED: Final = frozenset({"list", "dict", "collections.defaultdict", "collections.deque"})
SEEDED: Final = ("datetime.", "pathlib.", "uuid.", "str", "bytes", "memoryview")
FORGETS: Final = frozenset({"all", "any", "frozenset", "len", "max", "min", "set", "sorted"})


def by_call(ev: Evaluation, i: int, line: Line, given: Mapping[str, Val]) -> None:
    """A callable whose table says that the order of an argument's items shows."""
    keyed = "key" in line.args and "key" not in given
    for argument in () if keyed else line.orders:
        if argument in given and is_set(given[argument].types):
            _shows(ev, i, given[argument])


def by_comprehension(ev: Evaluation, i: int, kind: str, loop: int) -> None:
    """A list or generator over a set."""
    source = ev.function.loops[loop].source
    if kind in ("list", "generator") and is_set(ev.values[source].types):
        _shows(ev, i, ev.values[source])


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
    if _forgotten(ev, i):
        return
    if is_seeded(value.types):
        access.resource(ev, i, ORDER, write=False)
    else:
        ev.access(i, value, "[]", write=False, how=ORDER)


def _forgotten(ev: Evaluation, i: int) -> bool:
    """Whether whoever gets the value puts it into an order of its own, or asks for none."""
    from pfadvisor.effects.program import operands

    code = ev.function.code
    users = [u for u in code if u.op not in ("bind", "test") and i in operands(u)]
    return bool(users) and all(
        user.op == "call"
        and not any(name == "key" for _, name, _ in user.args[1])
        and _is_named(ev, user.args[0])
        for user in users
    )


def _is_named(ev: Evaluation, callee: int) -> bool:
    funcs = ev.values[callee].funcs
    return bool(funcs) and all(f[0] == "known" and f[1] in FORGETS for f in funcs)
