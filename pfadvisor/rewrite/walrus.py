"""Names that a comprehension binds by `:=` in the function around it.

Nobody misses one that is read in the comprehension alone, as long as whoever evaluates the
comprehension's parts that read it also evaluates the one that binds it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pfadvisor.rewrite.scope import enclosing_function, names_in

_FRAME = frozenset({"dir", "eval", "exec", "locals", "vars"})


def walrus_names(loop: ast.AST) -> set[str]:
    """The names that are bound so."""
    return {n.target.id for n in ast.walk(loop) if isinstance(n, ast.NamedExpr)}


def stay_inside(path: list[ast.AST]) -> bool:
    """Whether nothing outside the comprehension at the end of the path knows its names."""
    function, loop = enclosing_function(path), path[-1]
    if function is None or isinstance(loop, ast.Call):
        return False
    outside = set[str]().union(*map(names_in, _beside(path, function)))
    return outside.isdisjoint(walrus_names(loop) | _FRAME)


def is_split(loop: ast.AST, names: set[str], computed: Sequence[ast.AST]) -> bool:
    """Whether workers evaluate some of the parts that have the names, and the parent others."""
    everywhere = sum(1 for node in ast.walk(loop) if _has(node, names))
    inside = sum(1 for part in computed for node in ast.walk(part) if _has(node, names))
    return inside not in (0, everywhere)


def _has(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _beside(path: list[ast.AST], function: ast.AST) -> Iterator[ast.AST]:
    """All that is in the function but not in the node at the end of the path."""
    way = path[path.index(function) :]
    for node, inside in pairwise(way):
        yield from (child for child in ast.iter_child_nodes(node) if child is not inside)
