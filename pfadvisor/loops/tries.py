"""`try … else` as two statements: what is tried and caught, and what follows if nothing was.

Handlers do not see what the `else` raises, so that it may run wherever the rest of the iteration
does. With a `finally` it is one statement: that runs behind the `else`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.loops.nodes import Body
from pfadvisor.model import Span

PARTED: Final = frozenset({"try", "handler", "tryelse"})


def tries_of(body: Body) -> frozenset[int]:
    """The `try` statements of the body itself, and of branches of its `if`s, with such an `else`."""
    return frozenset(_tries_in(body, body.loop.block))


def _tries_in(body: Body, block: int) -> Iterator[int]:
    stmts, whole = body.function.stmts, body.whole
    for stmt in whole.children.get(block, ()):
        if stmts[stmt].kind == "Try" and whole.suites[stmt] == PARTED:
            yield stmt
        elif stmts[stmt].kind == "If":
            for branch in whole.branches.get(stmt, ()):
                yield from _tries_in(body, branch)


def if_passed(body: Body, stmt: int) -> list[int]:
    """The statements that follow on a parted `try`, if it caught nothing."""
    if stmt not in body.parted:
        return []
    (suite,) = _suites(body, stmt, "tryelse")
    return body.whole.children.get(suite, [])


def tried(body: Body, stmt: int) -> Span:
    """A parted `try` as far as its `else`."""
    stmts, children = body.function.stmts, body.whole.children
    handlers = [each for suite in _suites(body, stmt, "handler") for each in children[suite]]
    end_row, end_column = max(stmts[each].span[2:] for each in handlers)
    return stmts[stmt].span._replace(end_row=end_row, end_column=end_column)


def _suites(body: Body, stmt: int, role: str) -> list[int]:
    return body.whole.made(_suites_of_tries, body.ev).get((stmt, role), [])


def _suites_of_tries(ev: Evaluation) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = {}
    for number, block in enumerate(ev.function.blocks):
        if block.role in PARTED:
            found.setdefault((block.owner, block.role), []).append(number)
    return found
