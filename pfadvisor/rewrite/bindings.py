"""What binds the names of a scope, gathered in one walk over it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from pfadvisor.rewrite.scope import bound_in, own_nodes


class Bindings:
    """`annotated`: annotation of a name. `stored`: name -> what binds it, None where that tells
    nothing of its type, once for each time that it is bound."""

    def __init__(self, scope: ast.AST) -> None:
        self._scope = scope
        self.annotated: dict[str, ast.expr] = {}
        self.stored: dict[str, list[tuple[ast.Name, ast.AST | None]]] = {}
        names, holders = list[ast.Name](), dict[ast.Name, ast.AST]()
        for node in own_nodes(scope):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    self.annotated.setdefault(name, annotation)
                case ast.Name(ctx=ast.Store()):
                    names.append(node)
            for held in _held(node):
                holders.setdefault(held, node)
        for each in names:
            self.stored.setdefault(each.id, []).append((each, holders.get(each)))

    @cached_property
    def names(self) -> set[str]:
        """All that the scope binds, in whatever way."""
        return bound_in(self._scope)


def _held(node: ast.AST) -> Iterator[ast.Name]:
    """The names that a statement or expression binds to what is known of its parts."""
    match node:
        case ast.Assign(targets=[target]) | ast.For(target=target):
            yield from (each for each in ast.walk(target) if isinstance(each, ast.Name))
        case ast.AugAssign(target=ast.Name() as target) | ast.NamedExpr(target=target):
            yield target
        case ast.withitem(optional_vars=ast.Name() as target):
            yield target
