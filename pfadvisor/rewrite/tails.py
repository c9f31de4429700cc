"""The end of a worker: assignments that its `return` can take the place of."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.rewrite.scope import names_in


def last_results(
    tail: dict[str, tuple[int, str]], results: Sequence[str]
) -> dict[str, tuple[int, str]]:
    """The last assignments, as far back as they are results and in their order; not those that
    assign more than one, whose names the `return` would read before."""
    taken: list[str] = []
    read: set[str] = set()
    for name in reversed(tail):
        late = bool(taken) and name in results and results.index(name) > results.index(taken[0])
        if name not in results or late or name in read or ":=" in tail[name][1]:
            break
        taken.insert(0, name)
        read |= names_in(ast.parse(f"({tail[name][1]}\n)", mode="eval"))
    return {name: tail[name] for name in taken}


def first_code(lines: Sequence[str]) -> int:
    return next((row for row, line in enumerate(lines) if _is_code(line)), 0)


def fills_suite(lines: Sequence[str]) -> bool:
    """Whether the last row is all the code that its suite has."""
    above = next(filter(_is_code, reversed(lines[:-1])), lines[-1])
    return _indent(above) < _indent(lines[-1])


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
