"""Which parts of a loop an operator may take: work, free names, what is defined where."""

from __future__ import annotations

import ast
import builtins
from random import Random
from typing import Any

from .subject import COMPREHENSIONS, SCOPES, Subject

STAYS = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.Starred)


def names(node: ast.AST, kind: type[ast.expr_context] = ast.Load) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}


def top_level(subject: Subject) -> dict[str, ast.stmt]:
    """What the module itself defines, by name."""
    found: dict[str, ast.stmt] = {}
    for node in subject.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).partition(".")[0]: node for a in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found |= dict.fromkeys(names(node, ast.Store), node)
    return found


def free(subject: Subject, node: ast.AST) -> list[str]:
    """Variables that `node` reads, in order."""
    inner = {n for n in ast.walk(node) if isinstance(n, ast.comprehension)}
    bound = {name for each in inner for name in names(each.target, ast.Store)}
    local = bound_in(subject)
    known = {*vars(builtins)} - local
    known |= {n for n, node in top_level(subject).items() if not _is_variable(node)} - local
    read = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return [name for name in dict.fromkeys(read) if name not in bound | known]


def is_of_module(subject: Subject, name: str) -> bool:
    return name in top_level(subject) and name not in bound_in(subject)


def is_settled(subject: Subject, name: str) -> bool:
    """Whether the module gives its variable one value, as it is imported: any process has that."""
    stored = [n for n in ast.walk(subject.tree) if isinstance(n, ast.Name) and n.id == name]
    again = sum(isinstance(n.ctx, ast.Store | ast.Del) for n in stored) > 1
    declared = (n.names for n in ast.walk(subject.tree) if isinstance(n, ast.Global))
    return not again and not any(name in names for names in declared)


def _is_variable(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign)


def bound_in(subject: Subject) -> set[str]:
    """Names that are local to the functions around the loop."""
    around = [n for n in subject.path() if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    found: set[str] = set()
    for function in around:
        found |= names(function, ast.Store)
        found |= {n.arg for n in ast.walk(function.args) if isinstance(n, ast.arg)}
        found |= {n.name for n in ast.walk(function) if isinstance(n, SCOPES[:2])} - {function.name}
    return found


def works(subject: Subject) -> list[tuple[ast.stmt, ast.expr]]:
    """Expressions of the loop's own statements that do something, each with its statement: the
    last to be evaluated before the statement takes effect."""
    loop = subject.loop
    if loop is None:
        return []
    found = []
    for node in loop.body:
        value = _value(node)
        if value is not None and _movable(value):
            found.append((node, value))
    return found


def _value(node: ast.stmt) -> ast.expr | None:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name()), args=[value])):
            return value
        case ast.Assign(value=value) | ast.AugAssign(value=value):
            return value
    return None


def _movable(value: ast.expr) -> bool:
    inside = list(ast.walk(value))
    private = any(isinstance(n, ast.Attribute) and n.attr.startswith("__") for n in inside)
    called = {n.func.id for n in inside if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    moved = not private and "super" not in called and not any(isinstance(n, STAYS) for n in inside)
    return moved and works_in(value)


def works_in(value: ast.expr) -> bool:
    return any(isinstance(n, ast.Call | ast.BinOp) for n in ast.walk(value))


def asks_identity(subject: Subject) -> bool:
    """Whether the program compares objects by `is`, other than with a constant."""
    asked = (n for n in ast.walk(subject.tree) if isinstance(n, ast.Compare))
    return any(
        isinstance(op, ast.Is | ast.IsNot) and not isinstance(right, ast.Constant)
        for n in asked
        for op, right in zip(n.ops, n.comparators, strict=True)
    )


def replace(root: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Put `new` where `old` stands below `root`."""
    for node in ast.walk(root):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
                return
            if isinstance(value, list) and any(each is old for each in value):
                value[next(n for n, each in enumerate(value) if each is old)] = new
                return
    raise LookupError(old)


def choice(random: Random, values: list[Any]) -> Any:
    return values[random.randrange(len(values))]


def only_load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def statements(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def is_comprehension(node: ast.AST) -> bool:
    return isinstance(node, COMPREHENSIONS)
