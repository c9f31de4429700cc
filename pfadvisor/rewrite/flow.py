"""Small facts about statements: what they surely bind, where they leave, what runs once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pfadvisor.model import Span
from pfadvisor.rewrite.scope import binds, stores

ASKING: Final = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
COMPARED: Final = frozenset({"bool", "int", "float", "str", "bytes"})
Leaving = (ast.Continue, ast.Break, ast.Return, ast.Raise)


def continues(node: ast.AST) -> Iterator[ast.Continue]:
    """The `continue`s in `node` that belong to the loop around it."""
    if isinstance(node, ast.Continue):
        yield node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return
    inner: Sequence[ast.AST] = tuple(ast.iter_child_nodes(node))
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        inner = node.orelse
    for child in inner:
        yield from continues(child)


def set_on_the_way_out(statement: ast.stmt, leaving: ast.AST) -> set[str]:
    """Names that a `finally` binds when `leaving` ends the statement."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Try) and not _holds(node.finalbody, leaving):
            found |= {n for s in node.finalbody for n in stores(s) if _holds([node], leaving)}
    return found


def tried(statement: ast.Try) -> ast.Try:
    """A `try` as far as its `else`."""
    last = statement.handlers[-1]
    part = ast.copy_location(ast.Try(statement.body, statement.handlers, [], []), statement)
    part.end_lineno, part.end_col_offset = last.end_lineno, last.end_col_offset
    return part


def _holds(statements: Sequence[ast.stmt], wanted: ast.AST) -> bool:
    return any(node is wanted for s in statements for node in ast.walk(s))


def bound_after(statements: Sequence[ast.stmt]) -> set[str] | None:
    """Names surely bound when `statements` have run; None if they never run to their end."""
    bound: set[str] = set()
    for statement in statements:
        more = _bound_by(statement)
        if more is None:
            return None
        bound |= more
    return bound


def _bound_by(statement: ast.stmt) -> set[str] | None:
    match statement:
        case ast.Continue() | ast.Break() | ast.Return() | ast.Raise():
            return None
        case ast.If(body=body, orelse=orelse):
            return meet([bound_after(body), bound_after(orelse)])
        case ast.With(body=body) | ast.AsyncWith(body=body):
            inner = bound_after(body)
            return None if inner is None else inner | _items(statement)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            ways = [bound_after([*body, *orelse]), *(bound_after(h.body) for h in handlers)]
            met, last = meet(ways), bound_after(final)
            return None if met is None or last is None else met | last
        case ast.While(test=ast.Constant(value=True), body=body):
            return _before_break(body)
        case ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
            return set()
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name.partition(".")[0] for alias in names}
        case ast.Assign() | ast.AugAssign():
            return binds(statement)
        case ast.AnnAssign(value=value):
            return binds(statement) if value else set()
    return set()


def _before_break(body: Sequence[ast.stmt]) -> set[str]:
    """What an endless loop has bound when it is left."""
    breaks = (
        n for n, each in enumerate(body) if any(isinstance(x, ast.Break) for x in ast.walk(each))
    )
    return bound_after(body[: next(breaks, 0)]) or set()


def _items(statement: ast.With | ast.AsyncWith) -> set[str]:
    found: set[str] = set()
    for item in statement.items:
        if item.optional_vars is not None:
            found |= stores(item.optional_vars)
    return found


def meet(ways: Sequence[set[str] | None]) -> set[str] | None:
    """Names bound on every way that runs to its end; None if none does."""
    ending = [way for way in ways if way is not None]
    return set.intersection(*ending) if ending else None


def runs_once(statement: ast.stmt, expression: ast.AST) -> bool:
    """Whether `statement` evaluates `expression` exactly once whenever it runs."""
    match statement:
        case ast.Expr() | ast.Assign() | ast.AugAssign() | ast.Return():
            roots: list[ast.AST] = [statement]
        case ast.AnnAssign(value=value, target=target):
            roots = [node for node in (value, target) if node]
        case ast.If(test=test):
            roots = [test]
        case ast.For(iter=first) | ast.Match(subject=first):
            roots = [first]
        case ast.With(items=items):
            roots = [items[0].context_expr]
        case _:
            return False
    return any(_always(root, expression) for root in roots)


def _always(node: ast.AST, wanted: ast.AST) -> bool:
    if node is wanted:
        return True
    children = list(ast.iter_child_nodes(node))
    match node:
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            first = getattr(node, "generators", None)
            children = [first[0].iter] if first and not isinstance(node, ast.GeneratorExp) else []
        case ast.BoolOp(values=values):
            children = [values[0]]
        case ast.IfExp(test=test):
            children = [test]
        case ast.Compare(left=left, comparators=comparators):
            children = [left, comparators[0]]
    return any(_always(child, wanted) for child in children)


def first_assigned(test: ast.expr) -> ast.NamedExpr | None:
    """The assignment in a test before which it evaluates nothing else."""
    match test:
        case ast.NamedExpr():
            return test
        case ast.Compare(left=first) | ast.BinOp(left=first) | ast.UnaryOp(operand=first):
            return first_assigned(first)
        case ast.BoolOp(values=[first, *_]):
            return first_assigned(first)
    return None


def is_boolean(test: ast.Compare, type_of: Callable[[ast.expr], str | None]) -> bool:
    """Whether the comparison gives a bool: whatever is compared, or as texts and numbers do."""
    sides = [test.left, *test.comparators]
    return all(
        isinstance(op, ASKING) or {type_of(left), type_of(right)} <= COMPARED
        for op, left, right in zip(test.ops, sides, sides[1:], strict=False)
    )


def has_inside(node: ast.AST, kinds: type[ast.AST] | tuple[type[ast.AST], ...]) -> bool:
    """Whether `node` contains one of `kinds`, not looking into nested functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, kinds):
            return True
        nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        if not isinstance(child, nested) and has_inside(child, kinds):
            return True
    return False


def exclusive(body: Sequence[ast.stmt], one: ast.AST, other: ast.AST) -> bool:
    """Whether the two nodes stand in different branches of one `if` of `body`."""
    branches = _branches(body, one)
    others = dict(_branches(body, other))
    return any(others.get(statement, name) != name for statement, name in branches)


def _branches(body: Sequence[ast.stmt], node: ast.AST) -> list[tuple[ast.If, str]]:
    """The `if`s around `node`, each with the branch that it stands in."""
    for statement in body:
        if not any(each is node for each in ast.walk(statement)) or statement is node:
            continue
        if not isinstance(statement, ast.If):
            return []
        for name in ("body", "orelse"):
            inside: list[ast.stmt] = getattr(statement, name)
            if any(each is node for child in inside for each in ast.walk(child)):
                return [(statement, name), *_branches(inside, node)]
    return []


def as_evaluated(
    statement: ast.stmt, parts: Sequence[tuple[ast.expr, Span]]
) -> list[tuple[ast.expr, Span]]:
    """Expressions of a statement, given as they stand in it, in the order in which they are
    evaluated: what is assigned comes before the subscript that it is assigned to."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return [*parts]
    first = set(ast.walk(statement.value))
    return sorted(parts, key=lambda part: part[0] not in first)


def raises_nothing(statement: ast.stmt) -> bool:
    """Whether it surely raises nothing, so that it matters to nobody when it runs."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Constant() | ast.Name()) | ast.Pass():
            return True
    return False


def stored_at(nodes: Sequence[ast.AST], name: str) -> list[tuple[int, int]]:
    """Where the nodes bind the name, in order."""
    found = (n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name))
    return sorted(
        (n.lineno, n.col_offset) for n in found if n.id == name and isinstance(n.ctx, ast.Store)
    )
