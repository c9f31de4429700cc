"""Captures of which a worker asks nothing but their length: the number is sent instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from pfadvisor.rewrite.naming import singular
from pfadvisor.rewrite.scope import fresh


def measured(
    nodes: Sequence[ast.AST],
    names: Sequence[str],
    taken: set[str],
    counts: Callable[[ast.AST], bool],
) -> dict[str, str]:
    """Those of `names` whose every use below `nodes` that `counts` is `len(name)`, with names for
    their lengths."""
    uses: dict[str, list[bool]] = {name: [] for name in names}
    for node, parent in _with_parents(nodes):
        if isinstance(node, ast.Name) and node.id in uses and counts(node):
            uses[node.id].append(parent is not None and length_of(parent) == node.id)
    found: dict[str, str] = {}
    for name, asked in uses.items():
        if asked and all(asked):
            found[name] = fresh(f"{singular(name)}_count", taken | {*found.values()})
    return found


def length_of(node: ast.AST) -> str:
    """The name whose length the node asks for, "" if it does not."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)], keywords=[]):
            return name
    return ""


def _with_parents(nodes: Sequence[ast.AST]) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    for root in nodes:
        yield root, None
        for parent in ast.walk(root):
            yield from ((child, parent) for child in ast.iter_child_nodes(parent))
