"""What stands around a comprehension in its statement: who consumes it, what may come later."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.flow import has_inside
from pfadvisor.rewrite.scope import Definition

_LAZY = frozenset({"enumerate", "filter", "iter", "map", "reversed", "zip"})
_QUICK = frozenset(
    {"all", "any", "bool", "dict", "enumerate", "frozenset", "len", "list", "max", "min", "next"}
    | {"print", "repr", "reversed", "set", "sorted", "str", "sum", "tuple", "zip"}
)
_FILLS = frozenset({"add", "append", "extend", "insert", "join", "setdefault", "update"})


def consumed(path: Sequence[ast.AST]) -> bool:
    """Whether the iterator at the end of `path` is used up by the call that it stands in."""
    *_, parent, node = path
    match parent:
        case ast.Call(func=ast.Name(id=name)) if name in _LAZY:
            return consumed(path[:-1])
        case ast.Call(func=func):
            return func is not node
        case ast.Starred():
            return True
        case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value):
            return value is node
    return False


def listed_anyway(context: FileContext, node: ast.expr) -> bool:
    """Whether the call that takes `node` first makes a list of whatever it is given."""
    match context.path[-2]:
        case ast.Call(func=ast.Name(id="sorted" | "tuple" | "list" as name), args=[first, *_]):
            return first is node and not context.binders(name)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join"), args=[_]):
            return True
    return False


def result_of(context: FileContext) -> ast.expr | None:
    """What to evaluate beside the workers, where a call around it may take long; None: all."""
    path = context.path
    at = len(path) - 1
    while at and _is_quick(path[at - 1]):
        at -= 1
    later = [n for n in path[:at] if isinstance(n, ast.Call) and not _is_quick(n)]
    result = path[at]
    if not later or not isinstance(result, ast.expr) or isinstance(path[at - 1], ast.Starred):
        return None
    statement = next(n for n in range(at, 0, -1) if isinstance(path[n], ast.stmt))
    nodes = (n for s in range(statement, at) for n in _before(path[s], path[s + 1]))
    around = [node for node in path[statement:at] if isinstance(node, (ast.Await, ast.Dict))]
    named = has_inside(path[statement], ast.NamedExpr)
    return result if not around and not named and all(_still(context, n) for n in nodes) else None


def _is_quick(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _QUICK
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _FILLS
    return False


def _before(parent: ast.AST, child: ast.AST) -> Iterator[ast.AST]:
    """Children of `parent` that are evaluated before `child`."""
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        return
    for each in ast.iter_child_nodes(parent):
        if each is child:
            return
        yield each


def _still(context: FileContext, node: ast.AST) -> bool:
    """Whether it does not matter if the expression is evaluated before or after the work."""
    match node:
        case ast.Name() | ast.Constant() | ast.expr_context() | ast.operator():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(_still(context, part) for part in parts)
        case ast.keyword(value=value):
            return _still(context, value)
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return name in _modules(context) or (name == "self" and attr in _methods(context))
    return False


def _modules(context: FileContext) -> set[str]:
    """Names of the modules that the file imports and binds to nothing else."""
    names = {
        alias.asname or alias.name.partition(".")[0]
        for node in context.text.tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    return {name for name in names if context.binders(name) == 1}


def _methods(context: FileContext) -> set[str]:
    owner = next((n for n in reversed(context.path) if isinstance(n, ast.ClassDef)), None)
    found = [n for n in owner.body if isinstance(n, Definition)] if owner else []
    return {node.name for node in found if not node.decorator_list}
