"""The idiom of a loop's result, and whether its source may be named twice."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pfadvisor.model import Accumulator, Plan, Span
from pfadvisor.rewrite.scope import names_in
from pfadvisor.rewrite.text import Text

_VIEWS = frozenset({"items", "keys", "values"})
_REPEATABLE = frozenset({"range", "enumerate", "zip", "reversed"})


@dataclass(frozen=True, slots=True)
class Collect:
    """A commit that does nothing but collect one result.

    how   list: append; set: add; keyed: `d[target] = result`; pairs: `d[result] = result`
    """

    how: Literal["list", "set", "keyed", "pairs"]
    accumulator: Accumulator


def collected(
    text: Text, plan: Plan, commit: Sequence[ast.stmt], value: ast.expr | None, target: ast.expr
) -> Collect | None:
    """How `commit` collects, if it is one statement that takes `value` and nothing else."""
    if not _may_collect(plan, commit) or value is None:
        return None
    known = plan.accumulators[0]
    match commit[0]:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[only], keywords=[])
        ):
            if text.of(owner) != known.name or only is not value:
                return None
            if attr == "append" and known.op == "append" and known.kind == "list":
                return Collect("list", known)
            if attr == "add" and known.op == "add" and known.kind == "set":
                return Collect("set", known)
        case ast.Assign(targets=[ast.Subscript(value=owner, slice=key)], value=only):
            keyed = known.op == "store" and known.kind == "dict" and text.of(owner) == known.name
            same = ast.dump(key) == ast.dump(target).replace("Store()", "Load()")
            if keyed and same and only is value:
                return Collect("keyed", known)
    return None


def paired(
    text: Text, plan: Plan, commit: Sequence[ast.stmt], spans: Sequence[Span]
) -> Collect | None:
    """The same for a commit that stores under a key that compute makes, too; `spans` are those of
    what it makes."""
    if not _may_collect(plan, commit):
        return None
    known = plan.accumulators[0]
    match commit[0]:
        case ast.Assign(targets=[ast.Subscript(value=owner, slice=key)], value=value):
            keyed = known.op == "store" and known.kind == "dict" and text.of(owner) == known.name
            if keyed and [text.span(key), text.span(value)] == [*spans]:
                return Collect("pairs", known)
    return None


def _may_collect(plan: Plan, commit: Sequence[ast.stmt]) -> bool:
    if not plan.collected or not plan.source.finite or plan.live_after:
        return False
    return len(commit) == len(plan.accumulators) == 1 and not plan.leaves_early


def appended_to(text: Text, plan: Plan, commit: Sequence[ast.stmt], value: ast.expr | None) -> str:
    """The list `name` if the commit is nothing but `name.append(value)`, else ""."""
    if len(commit) != 1 or plan.live_after or plan.privates:
        return ""
    match commit[0]:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append"), args=[one])
        ):
            lists = [a.name for a in plan.accumulators if a.kind == "list"]
            return owner if one is value and owner in lists else ""
    return ""


def replaceable(text: Text, plan: Plan, known: Accumulator, source: ast.expr) -> str:
    """The left side of the accumulator's first assignment, if that stands right above the loop and
    a new value may take its place."""
    if not (known.empty and known.dead and known.init):
        return ""
    init = text.slice(known.init)
    plain = text.alone(known.init) and not text.after(known.init).strip()
    between = text.lines[known.init.end_row : plan.statement.row - 1]
    near = all(not line.strip() or line.lstrip().startswith("#") for line in between)
    same = text.indent(known.init.row) == text.indent(plan.statement.row)
    if not (plain and near and same) or known.name in names_in(source):
        return ""
    match ast.parse(init.strip()).body:
        case [ast.Assign(targets=[ast.Name()])] | [ast.AnnAssign(target=ast.Name())]:
            return init.rpartition("=")[0].rstrip()
    return ""


def repeatable(node: ast.expr) -> bool:
    """Whether evaluating the expression twice is cheap and reads well."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=value):
            return repeatable(value)
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]):
            return attr in _VIEWS and repeatable(value)
        case ast.Call(func=ast.Name(id=name), args=args):
            return name in _REPEATABLE and all(repeatable(arg) for arg in args)
        case ast.BinOp(left=left, right=right):
            return repeatable(left) and repeatable(right)
    return False


def is_filter(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="filter")):
            return True
    return False


def regroups(node: ast.AST) -> bool:
    """Whether it only puts names together: it would be the new source all over again."""
    plain = (ast.Name, ast.Constant, ast.Tuple, ast.expr_context)
    return all(isinstance(each, plain) for each in ast.walk(node))


def names_outside(node: ast.AST, parts: Sequence[ast.AST]) -> Iterator[str]:
    """The names in the node that stand in none of its parts."""
    if node in parts:
        return
    if isinstance(node, ast.Name):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from names_outside(child, parts)


def without(target: str, names: Collection[str]) -> str:
    """The text of a target with `_` for the names."""
    shown = f"({target})"
    spans = [
        (node.col_offset, node.end_col_offset)
        for node in ast.walk(ast.parse(shown, mode="eval"))
        if isinstance(node, ast.Name) and node.id in names
    ]
    data = shown.encode()
    for start, end in sorted(spans, reverse=True):
        data = data[:start] + b"_" + data[end:]
    return data.decode()[1:-1]
