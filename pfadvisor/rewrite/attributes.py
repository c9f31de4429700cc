"""Attributes of `self` that are all a worker needs of it: sent instead of the whole object."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pfadvisor.rewrite.scope import Definition, fresh

MOST: Final = 3
_HOOKS: Final = frozenset({"__getattr__", "__getattribute__"})


def needed_attributes(
    owner: ast.ClassDef | None,
    nodes: Sequence[ast.AST],
    taken: set[str],
    counts: Callable[[ast.Name], bool],
) -> dict[str, str]:
    """The attributes that `nodes` read of `self`, with names for parameters; {} if `self` is
    needed itself, or if it is not sure that it has them. `counts`: which uses are asked for."""
    found: dict[str, str] = {}
    for name, parent in _uses(nodes):
        if not counts(name):
            continue
        if not isinstance(parent, ast.Attribute) or not isinstance(parent.ctx, ast.Load):
            return {}
        if owner is None or not _is_set(owner, parent.attr):
            return {}
        if parent.attr not in found:
            found[parent.attr] = fresh(parent.attr.strip("_"), taken | {*found.values(), name.id})
    return found if len(found) <= MOST else {}


def _uses(nodes: Sequence[ast.AST]) -> Iterator[tuple[ast.Name, ast.AST]]:
    """Each `self` below the nodes, with what it stands in."""
    for root in nodes:
        if isinstance(root, ast.Name) and root.id == "self":
            yield root, root
        for parent in ast.walk(root):
            for child in ast.iter_child_nodes(parent):
                if isinstance(child, ast.Name) and child.id == "self":
                    yield child, parent


def _is_set(owner: ast.ClassDef, attr: str) -> bool:
    """Whether `__init__` surely sets it, and nothing computes it."""
    defined = {node.name: node for node in owner.body if isinstance(node, Definition)}
    made = defined.get("__init__")
    if not isinstance(made, ast.FunctionDef) or attr in defined or _HOOKS & defined.keys():
        return False
    return any(_sets(statement, attr) for statement in made.body)


def _sets(statement: ast.stmt, attr: str) -> bool:
    match statement:
        case ast.Assign(targets=targets):
            return any(_is_own(target, attr) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr()):
            return _is_own(target, attr)
    return False


def _is_own(node: ast.expr, attr: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name == attr
    return False
