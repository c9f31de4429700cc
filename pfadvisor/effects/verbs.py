"""Objects that say how to ask a server: what is sent with them is known where they were made.

A request that is known to send nothing was made here, or by a function that gives it back, and
nobody has given it a body or another method since. Any other may be one that changes things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.refinement import ABSENT, GET_LIKE, UNKNOWN, Literal
from pfadvisor.effects.values import Obj, Val

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

REQUEST: Final = "urllib.request.Request"
VERB: Final = ".verb"
TELLING: Final = frozenset({".data", ".method", ".get_method", ".__dict__", ".__class__"})
HARMLESS: Final = frozenset(
    {"add_header", "add_unredirected_header", "has_header", "remove_header", "set_proxy"}
)


def made(ev: Evaluation, i: int, name: str, literal: Literal) -> None:
    """A call makes a request: keep what it is told to do."""
    if name != REQUEST:
        return
    method, body = literal("method"), literal("data")
    if method is ABSENT or method is None:
        method = "GET" if body is ABSENT or body is None else UNKNOWN
    if isinstance(method, str):
        told = Val(types=frozenset({"str"}), const=method.upper())
        ev.store((("fresh", i), ()), VERB, told)


def verb_of(ev: Evaluation, value: Val) -> object:
    """GET for an address and for a request that only asks, UNKNOWN for what may do anything."""
    types = value.types
    if types is not None and types <= {"str"}:
        return "GET"
    known = types is not None and types <= {"str", REQUEST} and bool(value.objs)
    return "GET" if known and all(_asks(ev, obj) for obj in value.objs) else UNKNOWN


def _asks(ev: Evaluation, obj: Obj) -> bool:
    told = ev.heap.get((obj, VERB))
    return told is not None and told.const in GET_LIKE and holds(ev, obj)


def holds(ev: Evaluation, obj: Obj) -> bool:
    """Whether what a request was told as it was made still is what it does."""
    untold = not any((obj, step) in ev.heap for step in TELLING)
    return untold and all(_is_harmless(ev, i) for i in ev.changed_at(obj[0]))


def _is_harmless(ev: Evaluation, i: int) -> bool:
    code = ev.function.code
    if code[i].op == "setattr":
        return f".{code[i].args[1]}" not in TELLING
    callee = code[code[i].args[0]] if code[i].op == "call" else code[i]
    return callee.op == "attr" and callee.args[1] in HARMLESS
