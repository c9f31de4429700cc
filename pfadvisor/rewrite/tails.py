"""The end of a worker: assignments that its `return` can take the place of."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.rewrite.scope import names_in


def last_results(
    tail: dict[str, tuple[int, str]], results: Sequence[str]
) -> dict[str, tuple[int, str]]:
    """The last assignments, as far back as they are results and in their order."""
    taken: list[str] = []
    read: set[str] = set()
    for name in reversed(tail):
        late = bool(taken) and name in results and results.index(name) > results.index(taken[0])
        if name not in results or late or name in read:
            break
        taken.insert(0, name)
        read |= names_in(ast.parse(f"({tail[name][1]}\n)", mode="eval"))
    return {name: tail[name] for name in taken}


def first_code(lines: Sequence[str]) -> int:
    for row, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            return row
    return 0
