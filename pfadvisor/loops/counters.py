"""What counts along with a loop: items of its source, and parts of them, that go up evenly.

A source may be made of others: `enumerate(range(n))`, `list(zip(names, range(n)))`. It counts as
they do if nobody else draws from it, or changes it, before the loop takes its items.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.values import MERGED, Root
from pfadvisor.loops.escaping import escaped
from pfadvisor.loops.nodes import Affine, Body

ITERATORS: Final = frozenset({"enumerate", "zip", "iter"})
SAME_ITEMS: Final = frozenset({"list", "tuple", "iter"})
INDEXED: Final = frozenset({"list", "tuple", "sorted"})
MAKING_LISTS: Final = frozenset({"list", "sorted"})
ORDERING: Final = frozenset({"key", "reverse"})


def counter_of(body: Body) -> dict[int, Affine]:
    """Values that are affine in the counter by themselves, found once."""
    if body.counters is None:
        body.counters = counted(body, body.loop.source, body.loop.elem)
    return body.counters


def counted(body: Body, source: int, item: int) -> dict[int, Affine]:
    """What of `item`, an item of `source`, is affine in its place there: itself or its parts."""
    name, given = made_by(body, source)
    constants = [constant(body, value) for value in given]
    if name == "range":
        form = _of_range(given, constants)
        return {item: form} if form is not None else {}
    if name == "enumerate":
        start = constants[1] if len(given) > 1 else 0
        found = {} if start is None else {i: Affine(1, start) for i in parts_of(body, item, 0, 2)}
        return found | _of_parts(body, given[0], item, 1, 2)
    if name == "zip":
        parts = [_of_parts(body, v, item, n, len(given)) for n, v in enumerate(given)]
        return {value: form for part in parts for value, form in part.items()}
    return counted(body, given[0], item) if name in SAME_ITEMS else {}


def bounds_of(body: Body) -> frozenset[int]:
    """Values above which the number of iterations is not: the `n` of `range(n)`."""
    return frozenset(_bounds(body, body.loop.source))


def drawn_in_step(body: Body) -> Iterator[tuple[int, int]]:
    """Calls of the header that draw an item whenever the loop does, each with what it draws
    from."""
    waiting = [body.loop.source]
    while waiting:
        source = waiting.pop()
        name, given = made_by(body, source)
        from_these = given if name == "zip" else given[:1] if name in ITERATORS else ()
        yield from ((source, value) for value in from_these)
        waiting += from_these


def called(body: Body, source: int) -> str:
    """The name of the builtin function whose result the value is, "" if it is none."""
    instr = body.function.code[source]
    targets = body.ev.targets.get(source, ()) if instr.op == "call" else ()
    found = {target.name for target in targets}
    return found.pop() if len(found) == 1 and targets[0].kind == "known" else ""


def constant(body: Body, value: int) -> int | None:
    found = body.ev.values[value].const
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _bounds(body: Body, source: int) -> list[int]:
    name, given = made_by(body, source)
    if name == "range":
        return [given[0], *_lengths(body, given[0])] if len(given) == 1 else []
    if name == "zip":
        return [bound for value in given for bound in _bounds(body, value)]
    return _bounds(body, given[0]) if name == "enumerate" or name in SAME_ITEMS else []


def _lengths(body: Body, value: int) -> list[int]:
    """Bounds of what `len` counts."""
    instr = body.function.code[value]
    names = {target.name for target in body.ev.targets.get(value, ())}
    if instr.op != "call" or names != {"len"} or len(instr.args[1]) != 1:
        return []
    return _bounds(body, instr.args[1][0][2])


def made_by(body: Body, source: int) -> tuple[str, tuple[int, ...]]:
    """The builtin function that made a source, and the arguments; "" if it is none, or if what
    it made need not be as it was."""
    instr = body.function.code[source]
    if instr.op == "call":
        name = called(body, source)
        told = [a for a in instr.args[1] if name != "sorted" or a[1] not in ORDERING]
        given = tuple(v for kind, key, v in told if kind == "pos" or key == "start")
        known = bool(given) and len(given) == len(told)
    else:
        name, given = _copied(body, source)
        known = bool(given)
    return (name, given) if known and _as_it_was(body, source, name) else ("", ())


def _copied(body: Body, source: int) -> tuple[str, tuple[int, ...]]:
    """`[*source]` and `[item for item in source]`, as the function that does the same."""
    match body.function.code[source]:
        case ("display", ("list" | "tuple" as kind, value), _, _):
            inner = body.function.code[value]
            return (kind, inner.args) if inner.op == "star" else ("", ())
        case ("comp", ("list", number, value), _, _):
            loop = body.function.loops[number]
            alone = loop.elem == value and not loop.tests and loop.generators == 1
            return ("list", (loop.source,)) if alone else ("", ())
    return "", ()


def _as_it_was(body: Body, value: int, name: str) -> bool:
    if name in ITERATORS:
        alone = len(body.whole.looks.get(value, ())) == 1
        return alone and body.made_for_run(value)
    root: Root = ("fresh", value)
    changed = body.whole.changed
    touched = {root, MERGED["fresh"]} & changed or root in escaped(body)
    return name not in MAKING_LISTS or not touched


def _of_range(given: tuple[int, ...], constants: list[int | None]) -> Affine | None:
    start = 0 if len(given) == 1 else constants[0]
    step = constants[2] if len(given) == 3 else 1
    if not isinstance(step, int) or step <= 0:
        return None
    return Affine(step, start) if isinstance(start, int) else Affine(step, 0, given[0])


def _of_parts(body: Body, source: int, item: int, place: int, size: int) -> dict[int, Affine]:
    parts = [counted(body, source, part) for part in parts_of(body, item, place, size)]
    return {value: form for part in parts for value, form in part.items()}


def parts_of(body: Body, item: int, place: int, size: int) -> list[int]:
    """Values that the body gets when it unpacks an item of that size, or takes a part of it."""
    return [user for user in body.whole.uses.get(item, ()) if _takes(body, user, item, place, size)]


def _takes(body: Body, user: int, item: int, place: int, size: int) -> bool:
    match body.function.code[user]:
        case ("unpack", given, _, _):
            return bool(given == (item, place, size))
        case ("item", (of, key), _, _):
            return bool(of == item) and constant(body, key) == place
    return False
