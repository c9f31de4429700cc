"""What runs for a loop's items beside its body: lazy sources, and the header that takes apart."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pfadvisor.effects import mappings
from pfadvisor.effects.values import Val, parse_type
from pfadvisor.loops.nodes import Body

VIEWS: Final = frozenset(
    {
        "dict_keys",
        "dict_values",
        "dict_items",
        "enumerate",
        "zip",
        "reversed",
        "map",
        "filter",
        "iterator",
    }
)


def draws_from_arguments(value: Val) -> bool:
    """Whether the result of a call goes on reading what it was called with."""
    heads = {parse_type(t)[0] for t in value.types or ()}
    return value.lazy or value.types is None or bool(heads & VIEWS)


def drawn_from(body: Body, value: int) -> list[int]:
    """A value that is advanced and the lazy ones that it draws from, wherever they were made."""
    code, found, waiting = body.function.code, list[int](), [value]
    while waiting:
        at = waiting.pop()
        if at in found:
            continue
        found.append(at)
        instr = code[at]
        if instr.op == "call" and draws_from_arguments(body.ev.values[at]):
            waiting += [v for _, _, v in instr.args[1]]
        elif instr.op in ("phi", "enter", "iter"):
            waiting += [v for v in instr.args if isinstance(v, int)]
        elif instr.op == "comp" and instr.args[0] == "generator":
            waiting.append(body.function.loops[instr.args[1]].source)
    return found


def work_of(body: Body, value: int) -> set[int]:
    """Instructions of which the effects are those of advancing a lazy value."""
    instr = body.function.code[value]
    if not body.ev.values[value].lazy:
        return set()
    if instr.op == "comp":
        inner = body.function.loops[instr.args[1]]
        return set(range(inner.body, inner.end))
    return {value} if instr.op == "call" else set()


def draws_of(body: Body, value: int) -> set[int]:
    """Where a generator expression takes an item from a source of its own, or a view asks the
    class of the program that it shows."""
    instr, known = body.function.code[value], body.ev.values[value]
    if instr.op == "comp" and known.lazy:
        return {body.function.loops[instr.args[1]].elem}
    heads = {parse_type(t)[0].rpartition(".")[2] for t in known.types or ()}
    told = any(t.kind in ("known", "method") for t in body.ev.targets.get(value, ()))
    return {value} if instr.op == "call" and told and heads & (mappings.VIEWS | VIEWS) else set()


@lru_cache(maxsize=4)
def run_ahead(body: Body) -> frozenset[int]:
    """All that runs when the loop gets its next item."""
    found = {body.loop.elem, *body.header}
    for value in drawn_from(body, body.loop.source):
        found |= work_of(body, value) | draws_of(body, value)
    return frozenset(found)
