"""Work after which the loop always ends: it is done once, and there is nothing to share out."""

from __future__ import annotations

from typing import Final

from pfadvisor.loops.nodes import Body

ENDS: Final = frozenset({"break", "ret"})


def done_once(body: Body, node: int) -> bool:
    """Whether each call of the node is followed by `break` or `return` on every way."""
    code = body.function.code
    calls = [i for i in body.nodes[node] if code[i].op in ("call", "elem", "await", "enter")]
    return bool(calls) and all(_then_ends(body, i) for i in calls)


def _then_ends(body: Body, i: int) -> bool:
    code, stmts = body.function.code, body.function.stmts
    around = _blocks_around(body, code[i].stmt)
    for j in range(i + 1, body.loop.end) if around else ():
        if code[j].op == "continue" and body.jumps(j):
            return False
        if code[j].op in ENDS and body.jumps(j) and stmts[code[j].stmt].block in around:
            return True
    return False


def _blocks_around(body: Body, stmt: int) -> set[int]:
    """The suites that the statement stands in, up to the loop's own; none if a failure of it
    may be handled there, and the loop go on."""
    stmts, blocks = body.function.stmts, body.function.blocks
    found = {stmts[stmt].block} if stmt >= 0 else set[int]()
    current = stmts[stmt].block if stmt >= 0 else -1
    while current >= 0 and current != body.loop.block:
        if blocks[current].role == "try" or blocks[current].owner < 0:
            return set()
        current = stmts[blocks[current].owner].block
        found.add(current)
    return found
