"""`with`: what entering gives, and what leaving runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, calls, implicit, instantiate
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.knowledge import own_line
from pfadvisor.effects.values import (
    BOTTOM,
    UNKNOWN,
    Val,
    join,
    join_all,
    of_type,
    parse_type,
    union,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

CLOSERS: Final = {"contextlib.closing": "close", "contextlib.aclosing": "aclose"}


def enter(ev: Evaluation, i: int, instr: Instr) -> Val:
    value: Val = ev.values[instr.args[0]]
    dunder = "__aenter__" if _is_async(ev, i, instr) else "__enter__"
    own = calls.protocol(ev, i, value, dunder, ())
    others = value if own is None else _without(ev, value, dunder)
    if own is not None and others == BOTTOM:
        return own
    ev.access(i, others, "[]", write=True, how="enter")
    return join(own or BOTTOM, _handed_out(ev, i, instr, others))


def _is_async(ev: Evaluation, i: int, instr: Instr) -> bool:
    """Whether an `async with` awaits what entering gives."""
    after: Instr = ev.function.code[i + 1] if i + 1 < len(ev.function.code) else instr
    return after.op == "await" and after.args == (i,) and after.span == instr.span


def _without(ev: Evaluation, value: Val, dunder: str) -> Val:
    """What the value may be besides an instance of a class of the project that has the method."""
    heads = {name: parse_type(name)[0] for name in value.types or ()}
    types = frozenset(
        name
        for name, head in heads.items()
        if ":" not in head or ev.program.member_of(head, dunder) is None
    )
    return value._replace(types=types) if types else BOTTOM


def _handed_out(ev: Evaluation, i: int, instr: Instr, value: Val) -> Val:
    """What entering gives of a context manager that is none of the project's."""
    closed = _closed(ev, instr.args[0])
    if closed is not None:
        return closed
    contexts = [ev.program.context_type(parse_type(t)[0]) for t in value.types or ()]
    if any(parse_type(t)[0] == "generator" for t in value.types or ()):
        return access.element(ev, value)
    if not contexts or any(c == "" for c in contexts):
        return _entered(ev, i, value) if value.types is None or contexts else UNKNOWN
    if all(c == "self" for c in contexts):
        return value
    types = union(
        *(t if c == "self" else c for c, t in zip(contexts, value.types or (), strict=True))
    )
    return Val(value.objs, types)


def _entered(ev: Evaluation, i: int, value: Val) -> Val:
    """What the tables say of `__enter__`; the object itself, of any type, where they are silent."""
    found = []
    for name in sorted(value.types or ()):
        line = ev.program.knowledge.method(parse_type(name)[0], "__enter__")
        if line is None:
            return value._replace(types=None)
        found.append(instantiate.known(ev, i, line, value, [], f"{name}.__enter__", name))
    return join_all(found) if found else value._replace(types=None)


def leave(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = ev.values[instr.args[0]]
    ev.access(i, value, "[]", write=True, how="exit")
    calls.protocol(ev, i, value, "__exit__", (-1, -1, -1))
    implicit.protocols_of(ev, i, [value], ("__aexit__",), UNKNOWN, UNKNOWN, UNKNOWN)
    for head in sorted({parse_type(t)[0] for t in value.types or () if ":" not in t}):
        _left(ev, i, value, head, _closed(ev, instr.args[0]))
    return of_type("None")


def _closed(ev: Evaluation, value: int) -> Val | None:
    """What `with closing(…)` closes, and hands out."""
    instr = ev.function.code[value]
    names = {t.name for t in ev.targets.get(value, ())}
    if instr.op != "call" or len(names) != 1 or not names <= {*CLOSERS}:
        return None
    given = instr.args[1]
    return ev.values[given[0][2]] if len(given) == 1 and given[0][0] in ("pos", "kw") else None


def _left(ev: Evaluation, i: int, value: Val, head: str, closed: Val | None) -> None:
    """What leaving runs of the objects that a context manager of a library was made for."""
    closer = CLOSERS.get(head)
    if closer is not None:
        things = access.load(ev, value, "[]", None) if closed is None else closed
        method = access.attribute_of(ev, i, things, closer)
        calls.invoke(ev, i, method, [], [], closer)
        return
    lines = (own_line(owner, "__exit__") for owner in ev.program.knowledge.lineage(head))
    line = next(filter(None, lines), None)
    if line is not None and line.unknown:
        calls.unknown(ev, i, f"{head}.__exit__", [calls.Arg("pos", "", value)], [])
