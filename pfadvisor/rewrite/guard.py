"""Module-level loops that start processes: below `if __name__ == "__main__"`, or not at all."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Edit, Plan, Span
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.names import is_guard
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import Definition, bound_in, first_row, loads, names_in
from pfadvisor.rewrite.text import Line, Text, moved

_SHARED = "functions of the module read what the loop's part of it defines"
_IMPORTED = "the loop runs when another module imports this one"
_CALLED = (
    "the loop runs when the module is imported, as every new process does: call the function below "
    '`if __name__ == "__main__":`'
)
_KEPT_OUT = (*Definition, ast.Import, ast.ImportFrom)


class Guard:
    """Says whether the guard must be added, and puts it around the loop and what goes with it."""

    def __init__(self, context: FileContext, plan: Plan) -> None:
        self.context, self.text = context, context.text
        inside = any(isinstance(node, Definition) for node in context.path)
        self.added = plan.mode == "processes" and not inside and not plan.guarded
        if plan.mode == "processes" and plan.imported:
            raise Refused(_IMPORTED if self.added else _CALLED)
        if not self.added:
            return
        self.first = self._first()
        context.anchor = self.first

    def _first(self) -> ast.stmt:
        """The first statement that goes below the guard."""
        body = self.text.tree.body
        index = body.index(self.context.top)
        used = self.text.once("used", lambda: _used_in_functions(self.text.tree))
        for statement in body[index:]:
            if isinstance(statement, _KEPT_OUT):
                raise Refused("definitions or imports follow the loop at module level")
            if self._bound(statement) & used:
                raise Refused(_SHARED)
        while index and self._movable(body[index - 1], used):
            index -= 1
        return body[index]

    def _movable(self, statement: ast.stmt, used: set[str]) -> bool:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(statement, _KEPT_OUT) or isinstance(value, ast.Constant):
            return False
        bound = self._bound(statement)
        return not bound & used and not any(name.startswith("__") for name in bound)

    def _bound(self, statement: ast.stmt) -> set[str]:
        return names_in(statement) - (loads(statement) - _stored(statement))

    def around(self, edits: Sequence[Edit]) -> list[Edit]:
        if not self.added:
            return list(edits)
        start, last = first_row(self.text, self.first), len(self.text.lines)
        if any(edit.span.row < start for edit in edits):
            raise Refused(_SHARED)
        while not self.text.row(last).strip():
            last -= 1
        region = "\n".join(self.text.lines[start - 1 : last])
        changed = Text(applied(region, [_shifted(edit, start - 1) for edit in edits]))
        strings = changed.string_rows
        headers, below = _guards(changed)
        rows = [
            Line(line, n in strings or bool(n in below and line.strip()))
            for n, line in enumerate(changed.lines, 1)
            if n not in headers
        ]
        rows = [
            row for n, row in enumerate(rows) if not (n and _blank(row) and _blank(rows[n - 1]))
        ]
        body = "\n".join(moved(rows, "", self.text.unit))
        quote = "'" if self.text.source.count("'") > self.text.source.count('"') else '"'
        end = Span(start, 1, last, len(self.text.row(last)) + 1)
        return [Edit(end, f"if __name__ == {quote}__main__{quote}:\n{body}")]


def _guards(text: Text) -> tuple[set[int], set[int]]:
    """The rows of guards that become part of the new one: their headers, and what is below."""
    headers: set[int] = set()
    below: set[int] = set()
    for node in text.tree.body:
        if is_guard(node) and not node.orelse and text.row(node.lineno).endswith(":"):
            headers.add(node.lineno)
            below.update(range(node.lineno + 1, text.span(node).end_row + 1))
    return headers, below


def _blank(row: Line) -> bool:
    """Below the guard one blank row is as much as a formatter leaves."""
    return not row.fixed and not row.text.strip()


def _used_in_functions(tree: ast.Module) -> set[str]:
    """Variables that functions take from around them."""
    functions = (
        n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return {name for node in functions for name in loads(node) - bound_in(node)}


def _stored(node: ast.AST) -> set[str]:
    return {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, (ast.Store, ast.Del))
    }


def _shifted(edit: Edit, rows: int) -> Edit:
    row, column, end_row, end_column = edit.span
    return Edit(Span(row - rows, column, end_row - rows, end_column), edit.content)
