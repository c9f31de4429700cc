"""A file's text by rows and columns, its tree, and lines moved to another indentation.

Newlines are "\\n" here whatever the file has. Strings that span rows are never re-indented.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from pfadvisor.model import Span

Kept = TypeVar("Kept")


class Line(NamedTuple):
    """One row that is being moved; `fixed` rows begin inside a string."""

    text: str
    fixed: bool


class Text:
    def __init__(self, source: str) -> None:
        self.source = source.replace("\r\n", "\n").replace("\r", "\n")
        self.lines = self.source.split("\n")
        self._kept: dict[str, Any] = {}

    def once(self, what: str, make: Callable[[], Kept]) -> Kept:
        """What `make` finds in the file, which is asked for again with each of its loops."""
        if what not in self._kept:
            self._kept[what] = make()
        kept: Kept = self._kept[what]
        return kept

    @cached_property
    def _tokens(self) -> list[tokenize.TokenInfo]:
        return list(tokenize.generate_tokens(io.StringIO(self.source).readline))

    @cached_property
    def _comments(self) -> list[tokenize.TokenInfo]:
        return [token for token in self._tokens if token.type == tokenize.COMMENT]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def string_rows(self) -> frozenset[int]:
        """Rows that begin inside a string literal."""
        rows: set[int] = set()
        opened: list[int] = []
        for token in self._tokens:
            name = tokenize.tok_name[token.type]
            if name.endswith("STRING_START"):
                opened.append(token.start[0])
            elif name.endswith("STRING_END"):
                rows.update(range(opened.pop() + 1, token.end[0] + 1))
            elif name == "STRING":
                rows.update(range(token.start[0] + 1, token.end[0] + 1))
        return frozenset(rows)

    def comments(self, span: Span) -> list[str]:
        """The comments that stand inside `span`, in order."""
        found = []
        for token in self._comments:
            row, column = token.start
            if span[:2] <= (row, column + 1) < span[2:]:
                found.append(token.string)
        return found

    @cached_property
    def unit(self) -> str:
        """One step of indentation, as the file has it."""
        for token in self._tokens:
            if token.type == tokenize.INDENT:
                return token.string
        return "    "

    def row(self, number: int) -> str:
        return self.lines[number - 1]

    def indent(self, number: int) -> str:
        line = self.row(number)
        return line[: len(line) - len(line.lstrip())]

    def slice(self, span: Span) -> str:
        if span.row == span.end_row:
            return self.row(span.row)[span.column - 1 : span.end_column - 1]
        first = self.row(span.row)[span.column - 1 :]
        middle = self.lines[span.row : span.end_row - 1]
        return "\n".join([first, *middle, self.row(span.end_row)[: span.end_column - 1]])

    def span(self, node: ast.AST) -> Span:
        """Where `node` stands, in code points; decorators excluded."""
        row, end_row = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        start, end = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        return Span(row, self._column(row, start), end_row, self._column(end_row, end))

    def _column(self, row: int, offset: int) -> int:
        line = self.row(row)
        return 1 + (
            offset if line.isascii() else len(line.encode()[:offset].decode(errors="replace"))
        )

    def of(self, node: ast.AST) -> str:
        return self.slice(self.span(node))

    def target(self, node: ast.expr) -> str:
        """The text of what items are bound to, on one row."""
        text = self.of(node)
        return ast.unparse(node) if "\n" in text else text

    def with_remarks(self, span: Span, first: int) -> tuple[Span, list[str]]:
        """The span with the comments right above it, from row `first` on, and these: none if it
        does not begin its row."""
        row = span.row
        if not self.before(span).strip():
            while row > first and self._is_remark(row - 1):
                row -= 1
        if row == span.row:
            return span, []
        remarks = [self.row(n).strip() for n in range(row, span.row)]
        return span._replace(row=row, column=len(self.indent(row)) + 1), remarks

    def _is_remark(self, number: int) -> bool:
        return self.row(number).lstrip().startswith("#") and number not in self.string_rows

    def before(self, span: Span) -> str:
        return self.row(span.row)[: span.column - 1]

    def after(self, span: Span) -> str:
        return self.row(span.end_row)[span.end_column - 1 :]

    def alone(self, span: Span) -> bool:
        """Nothing but space before it and nothing but a comment after it on its rows."""
        rest = self.after(span).strip()
        return not self.before(span).strip() and (not rest or rest.startswith("#"))

    def rows(self, first: int, last: int, swaps: Iterable[tuple[Span, str]] = ()) -> list[Line]:
        """Rows `first` to `last`, with each span of `swaps` replaced by one line of text."""
        taken = {n: Line(self.row(n), n in self.string_rows) for n in range(first, last + 1)}
        for span, content in sorted(swaps, reverse=True):
            head = taken[span.row].text[: span.column - 1]
            tail = taken[span.end_row].text[span.end_column - 1 :]
            taken[span.row] = Line(head + content + tail, taken[span.row].fixed)
            for gone in range(span.row + 1, span.end_row + 1):
                del taken[gone]
        return [taken[n] for n in sorted(taken)]

    def cut(self, span: Span, swaps: Iterable[tuple[Span, str]] = ()) -> list[Line]:
        """The rows of `span` alone, without what stands before and after it."""
        lines = self.rows(span.row, span.end_row, swaps)
        tail = len(self.row(span.end_row)) - span.end_column + 1
        last = lines[-1]
        lines[-1] = Line(last.text[: len(last.text) - tail], last.fixed)
        lines[0] = Line(lines[0].text[span.column - 1 :], True)
        return lines


def moved(lines: Iterable[Line], old: str, new: str) -> Iterator[str]:
    """The lines with indentation `old` replaced by `new`."""
    for line in lines:
        if line.fixed or not line.text.strip():
            yield line.text if line.fixed else ""
        elif line.text.startswith(old):
            yield new + line.text[len(old) :]
        elif line.text.lstrip().startswith("#"):
            yield new + line.text.lstrip()
        else:
            yield line.text


def contains(outer: Span, inner: Span) -> bool:
    return (outer.row, outer.column) <= (inner.row, inner.column) and (
        (inner.end_row, inner.end_column) <= (outer.end_row, outer.end_column)
    )
