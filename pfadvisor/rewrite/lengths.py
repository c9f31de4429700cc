"""Captures of which a worker asks nothing but their length: the number is sent instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from pfadvisor.rewrite.naming import singular
from pfadvisor.rewrite.scope import fresh, with_parameters


def measured(
    nodes: Sequence[ast.AST],
    names: Sequence[str],
    taken: set[str],
    counts: Callable[[ast.AST], bool],
) -> dict[str, str]:
    """Those of `names` whose every use below `nodes` that `counts` is `len(name)`, with names for
    their lengths."""
    uses: dict[str, list[bool]] = {name: [] for name in names}
    asked = {id(child) for root in nodes for child in _asked(root)}
    for root in nodes:
        for node, hidden in with_parameters(root):
            name = node.id if isinstance(node, ast.Name) else ""
            if name in uses and name not in hidden and counts(node):
                uses[name].append(id(node) in asked)
    found: dict[str, str] = {}
    for name, lengths in uses.items():
        if lengths and all(lengths):
            found[name] = fresh(f"{singular(name)}_count", taken | {*found.values()})
    return found


def length_of(node: ast.AST) -> str:
    """The name whose length the node asks for, "" if it does not."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)], keywords=[]):
            return name
    return ""


def _asked(root: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(root):
        if isinstance(node, ast.Call) and length_of(node):
            yield node.args[0]
