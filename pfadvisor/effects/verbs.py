"""Objects that say how to ask a server: what is sent with them is known where they were made.

A request that is known to send nothing was made here, or by a function that gives it back, and
nobody has given it a body or another method since. Any other may be one that changes things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import libraries
from pfadvisor.effects.refinement import ABSENT, GET_LIKE, UNKNOWN, Literal
from pfadvisor.effects.values import Obj, Val, type_text

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

REQUEST: Final = "urllib.request.Request"
VERB: Final = ".verb"
TELLING: Final = frozenset({".data", ".method", ".get_method", ".__dict__", ".__class__"})
TEXT: Final = frozenset({"str"})
HOLE: Final = "\0"
MOST_STEPS: Final = 6
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


def told(ev: Evaluation, name: str, value: Val, at: int) -> object:
    """Of an argument its "type", its "verb", or the "text" as far as the code spells it; of words
    whether they are "named" around."""
    kind, _, subject = name.rpartition(":")
    if kind == "named":
        return libraries.names_one(ev.program, ev.module, subject)
    if kind == "type":
        return type_text(value.types)
    return verb_of(ev, value) if kind == "verb" else _spelled(ev, at)


def _spelled(ev: Evaluation, value: int, steps: int = MOST_STEPS) -> str:
    """The text, or bytes, with `HOLE` for each part that a run decides."""
    const = ev.values[value].const if value >= 0 else None
    if isinstance(const, str | bytes):
        return const if isinstance(const, str) else const.decode("latin-1")
    if value < 0 or not steps:
        return HOLE
    code = ev.function.code
    instr = code[value]
    if instr.op == "call" and code[instr.args[0]].op == "attr":
        text, name = code[instr.args[0]].args
        known = name == "encode" and ev.values[text].types == TEXT
        return _spelled(ev, text, steps - 1) if known else HOLE
    if instr.op != "op" or instr.args[0] not in ("+", "fmt"):
        return HOLE
    parts = [_spelled(ev, part, steps - 1) for part in instr.args[1:]]
    converted = instr.args[0] == "fmt" and any(part.startswith("!") for part in parts[1:2])
    return HOLE if converted else "".join(parts)


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
