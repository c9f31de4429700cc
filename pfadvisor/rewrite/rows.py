"""Rows that belong to a statement besides its own."""

from __future__ import annotations

import ast

from pfadvisor.rewrite.text import Text, moved


def else_row(text: Text, statement: ast.If | ast.Try) -> int:
    """The row after which the other branch starts."""
    before = statement.handlers if isinstance(statement, ast.Try) else statement.body
    row = last = text.span(before[-1]).end_row
    if statement.orelse:
        last = text.span(statement.orelse[0]).row
    words = [n for n in range(row, last + 1) if text.row(n).lstrip().startswith("else")]
    return words[-1] if words else row


def comments_above(text: Text, statement: ast.stmt, floor: int, inner: str) -> list[str]:
    """The rows between `floor` and the statement, at the indentation `inner`."""
    row = text.span(statement).row
    if row <= floor:
        return []
    return list(moved(text.rows(floor + 1, row - 1), text.indent(row), inner))
