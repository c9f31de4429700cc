"""A pool that would be started in each iteration of a loop around: it goes around that loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from pfadvisor.backends._job import Job, needs_fresh_workers
from pfadvisor.model import Edit, Span
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.flow import has_inside
from pfadvisor.rewrite.layout import broken
from pfadvisor.rewrite.scope import enclosing_function, names_in, stores
from pfadvisor.rewrite.text import Line, Text, moved

_SUSPENDS = (ast.Yield, ast.YieldFrom, ast.Await)


def may_be_older(job: Job) -> bool:
    """Whether workers may be older than the loop, and live on after it."""
    plain = job.mode == "processes" and job.discardable and job.initializer is None
    return plain and not needs_fresh_workers(job)


def outer_loop(text: Text, path: Sequence[ast.AST], header: str) -> ast.For | ast.While | None:
    """The outermost loop around whose iterations come to the statement, be it under a condition."""
    at = max(number for number, node in enumerate(path) if isinstance(node, ast.stmt))
    outer: ast.For | ast.While | None = None
    for number in range(at - 1, 0, -1):
        node = path[number]
        if isinstance(node, (ast.For, ast.While)) and path[number + 1] in node.body:
            outer = node
        elif not isinstance(node, (ast.With, ast.If)):
            break
    if outer is None or enclosing_function(list(path)) is None or has_inside(outer, _SUSPENDS):
        return None
    changing = stores(outer) & names_in(ast.parse(f"{header}\n    pass"))
    return outer if text.alone(text.span(outer)) and not changing else None


def pool_in_scope(text: Text, path: Sequence[ast.AST], pool: str) -> str:
    """The name of a pool that was made alike by a `with` statement around, or ""."""
    for node in reversed(path):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            return ""
        for item in node.items if isinstance(node, ast.With) else ():
            if isinstance(item.optional_vars, ast.Name) and text.of(item.context_expr) == pool:
                return item.optional_vars.id
    return ""


def given_executor(path: Sequence[ast.AST]) -> str:
    """The parameter of the function around that is an executor of processes, or ""."""
    function = enclosing_function(list(path))
    if function is None:
        return ""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    names = [arg.arg for arg in given if arg.annotation and _is_executor(arg.annotation)]
    return names[0] if len(names) == 1 and names[0] not in stores(function) else ""


def _is_executor(annotation: ast.expr) -> bool:
    return ast.unparse(annotation).rpartition(".")[2] == "ProcessPoolExecutor"


def wrapped(
    text: Text, outer: ast.stmt, header: str, edits: Sequence[Edit], width: int
) -> list[Edit]:
    """The edits, with those that put the loop below `header`: rows that only move are indented,
    so that fixes which move the same loop go together."""
    span, unit = text.span(outer), text.unit
    base = text.indent(span.row)
    old = [
        Line(text.row(number), number in text.string_rows or not text.row(number).strip())
        for number in range(span.row, span.end_row + 1)
    ]
    beyond = [edit for edit in edits if not span.row <= edit.span.row <= span.end_row]
    inside = [Edit(_up(e.span, span.row - 1), e.content) for e in edits if e not in beyond]
    new = Text(applied("\n".join(line.text for line in old), inside))
    rows = [Line(row, number in new.string_rows) for number, row in enumerate(new.lines, 1)]
    body = broken(list(moved(rows, base, base + unit)), unit, width)
    start = Span(span.row, 1, span.row, 1)
    return [*beyond, Edit(start, f"{base}{header}\n"), *_moves(old, body, unit, span.row)]


def _moves(old: Sequence[Line], new: Sequence[str], unit: str, row: int) -> Iterator[Edit]:
    """The edits that make `new` of the rows from `row` on, most of which are indented."""
    indented = [line.text if line.fixed else unit + line.text for line in old]
    for kind, start, end, first, last in SequenceMatcher(None, indented, new, False).get_opcodes():
        if kind != "equal":
            content = "".join(f"{each}\n" for each in new[first:last])
            yield Edit(Span(row + start, 1, row + end, 1), content)
            continue
        for number in range(start, end):
            if not old[number].fixed:
                yield Edit(Span(row + number, 1, row + number, 1), unit)


def _up(span: Span, rows: int) -> Span:
    return span._replace(row=span.row - rows, end_row=span.end_row - rows)
