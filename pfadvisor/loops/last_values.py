"""Names whose values the loop leaves to the code after it."""

from __future__ import annotations

from pfadvisor.effects.facts import JOINS
from pfadvisor.loops.nodes import Body


def conditional_last_values(body: Body, counters: set[str]) -> set[int]:
    """Bindings made in some iterations only whose value is used after the loop; `counters` are
    joined otherwise."""
    code, names = body.function.code, set(live_names(body)) - counters
    found, jumped = set[int](), False
    for node, instrs in enumerate(body.nodes):
        if jumped or body.place_of[node].guards:
            found |= {node for i in instrs if code[i].op == "bind" and code[i].args[0] in names}
        jumped = jumped or any(body.jumps(i) for i in instrs)
    return found


def live_names(body: Body) -> tuple[str, ...]:
    """Names bound by the loop whose values are used after it."""
    code, loop = body.function.code, body.loop
    values: dict[str, set[int]] = {name: {phi} for name, phi in loop.phis}
    for i in range(loop.body, loop.end):
        if code[i].op == "bind":
            values.setdefault(code[i].args[0], set()).add(code[i].args[1])
    shown = body.whole.read_elsewhere
    return tuple(
        name
        for name, its in values.items()
        if name in shown or any(_used_outside(body, v) for v in its)
    )


def _used_outside(body: Body, value: int) -> bool:
    first, last = body.whole.span_of_uses[value]
    outside = last >= 0 and (first < body.loop.start or last >= body.loop.end)
    own = value in body.heads or body.inside(value)
    return own and (outside or (last >= 0 and _comes_round(body, value)))


def _comes_round(body: Body, value: int) -> bool:
    """Whether a loop around takes it to where this one begins again."""
    code, loop, uses = body.function.code, body.loop, body.whole.uses
    waiting, seen = [value], set[int]()
    while waiting:
        for use in uses.get(waiting.pop(), ()):
            if code[use].op not in JOINS or use in seen or body.whole.span_of_uses[use][1] < 0:
                continue
            if not loop.start <= use < loop.end:
                return True
            seen.add(use)
            waiting.append(use)
    return False
