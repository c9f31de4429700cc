"""Which instructions of a scope one call may run more than once, as intervals of its code.

Only these are evaluated until their values stand still: what stands before a loop cannot see
what the loop leaves behind, what stands after it sees all of it the first time.
"""

from __future__ import annotations

from collections.abc import Iterator

from pfadvisor.effects.facts import Function


def repeated(function: Function) -> tuple[range, ...]:
    """The outermost loops, in order."""
    found: list[range] = []
    for start, stop in sorted([*_for_loops(function), *_while_loops(function)]):
        if found and start < found[-1].stop:
            found[-1] = range(found[-1].start, max(stop, found[-1].stop))
        else:
            found.append(range(start, stop))
    return tuple(found)


def stretches(size: int, loops: tuple[range, ...]) -> Iterator[tuple[range, bool]]:
    """The code cut where a loop begins or ends; whether the piece is a loop."""
    at = 0
    for loop in loops:
        if at < loop.start:
            yield range(at, loop.start), False
        yield loop, True
        at = loop.stop
    if at < size:
        yield range(at, size), False


def _for_loops(function: Function) -> Iterator[tuple[int, int]]:
    for loop in function.loops:
        if not loop.parents:
            yield loop.start, loop.end


def _while_loops(function: Function) -> Iterator[tuple[int, int]]:
    owners = {block.owner for block in function.blocks if block.role == "while"}
    if not owners:
        return
    inside = [False] * len(function.stmts)
    for stmt, facts in enumerate(function.stmts):
        around = function.blocks[facts.block].owner if facts.block >= 0 else -1
        inside[stmt] = stmt in owners or (around >= 0 and inside[around])
    start = -1
    for i, instr in enumerate(function.code):
        within = instr.stmt >= 0 and inside[instr.stmt]
        if within and start < 0:
            start = i
        elif not within and start >= 0:
            yield start, i
            start = -1
    if start >= 0:
        yield start, len(function.code)


def innermost_loop(function: Function, stmt: int) -> int:
    """The body block of the innermost loop around a statement, -1 for none."""
    stmts, blocks = function.stmts, function.blocks
    block = stmts[stmt].block if stmt >= 0 else -1
    while block >= 0 and blocks[block].role not in ("loop", "while"):
        owner = blocks[block].owner
        block = stmts[owner].block if owner >= 0 else -1
    return block
