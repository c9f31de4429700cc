"""Calls that only make a coroutine or generator: what it does is done where it is used."""

from __future__ import annotations

from pfadvisor.effects.summary import Target
from pfadvisor.loops.nodes import Body


def defers(body: Body, i: int) -> bool:
    """Whether the instruction is a call that does no more than make one."""
    targets = body.ev.targets.get(i, ())
    return (
        body.function.code[i].op == "call"
        and bool(targets)
        and all(body.ev.values[i].lazy or is_coroutine(body, t) for t in targets)
    )


def is_coroutine(body: Body, target: Target) -> bool:
    facts = body.ev.program.home(target)
    if facts is None:
        return False
    function = facts.functions[target.index]
    return function.is_async and not function.is_generator


def left_undone(body: Body, node: int, compute: frozenset[int]) -> bool:
    """Whether all that the node does is to make what compute does not use."""
    instrs = body.nodes[node]
    calls = [i for i in instrs if body.ev.targets.get(i)]
    return (
        bool(calls)
        and all(defers(body, i) for i in calls)
        and not any(body.function.code[i].op in ("elem", "await") for i in instrs)
        and not any(taken(body, i, compute) for i in calls)
    )


def taken(body: Body, value: int, compute: frozenset[int]) -> bool:
    """Whether compute uses the value other than to name it."""
    code = body.function.code
    users = [u for u in body.whole.uses.get(value, ()) if code[u].op != "bind"]
    return any(body.node_of.get(u) in compute for u in users)


def coroutine_left(body: Body, compute: frozenset[int]) -> bool:
    """Whether compute makes a coroutine that it does not await."""
    code, uses = body.function.code, body.whole.uses
    return any(
        any(is_coroutine(body, t) for t in body.ev.targets.get(i, ()))
        and not any(code[u].op == "await" for u in uses.get(i, ()))
        for n in compute
        for i in body.nodes[n]
        if code[i].op == "call"
    )
