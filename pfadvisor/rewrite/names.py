"""Whether names mean what they should in new code: builtins, what a worker can import."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeGuard

from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import Definition, bound_in, loads
from pfadvisor.rewrite.text import Text

BUILTINS: Final = frozenset(dir(builtins))


def check_builtins(context: FileContext, before: ast.Module, changed: ast.Module) -> None:
    """Raise Refused if a builtin that only the new code needs has another meaning there."""
    text = context.text
    scopes = [n for n in context.path[:-1] if isinstance(n, Definition)]
    outside = text.once("module", lambda: bound_in(text.tree) | _declared(text.tree))
    taken = BUILTINS & outside.union(*(_bound_in(text, scope) for scope in scopes))
    if not taken:
        return
    needed = Counter(_read(changed)) - Counter(_read(before))
    hidden = sorted(taken & needed.keys())
    if hidden:
        raise Refused(f"{hidden[0]!r} is not the builtin here")


def _bound_in(text: Text, scope: ast.stmt) -> set[str]:
    return text.once(f"bound in {text.span(scope)}", lambda: bound_in(scope))


def check_importable(context: FileContext, changed: ast.Module) -> None:
    """Raise Refused if a new function reads what only the main module has."""
    text = context.text
    only = main_only(changed) | text.once("main", lambda: main_only(text.tree))
    known = {node.name for node in context.text.tree.body if isinstance(node, Definition)}
    for node in changed.body:
        if isinstance(node, Definition) and node.name not in known:
            missing = sorted((loads(node) - bound_in(node)) & only)
            if missing:
                raise Refused(f"{missing[0]!r} is defined below the __main__ guard")


def _declared(tree: ast.Module) -> set[str]:
    """Names that functions take from the scopes around them."""
    outer = (n for n in ast.walk(tree) if isinstance(n, (ast.Global, ast.Nonlocal)))
    return {name for node in outer for name in node.names}


def main_only(tree: ast.Module) -> set[str]:
    """Names that the module binds below `if __name__ == "__main__"`, wherever else it does."""
    below = [stmt for node in tree.body if is_guard(node) for stmt in node.body]
    return bound_in(ast.Module(below, []))


def is_guard(node: ast.stmt) -> TypeGuard[ast.If]:
    match node:
        case ast.If(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right])):
            sides = {getattr(left, "id", getattr(left, "value", None))}
            sides |= {getattr(right, "id", getattr(right, "value", None))}
            return sides == {"__name__", "__main__"}
    return False


def _read(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
