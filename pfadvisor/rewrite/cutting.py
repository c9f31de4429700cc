"""Statements and expressions of a body as text at another indentation, with renamings."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Span
from pfadvisor.rewrite.hanging import taken_out
from pfadvisor.rewrite.layout import closed_up, standing
from pfadvisor.rewrite.text import Line, Text, contains, moved

Swap = tuple[Span, str]

_BINDING = 20  # room for the name that the expression is bound to


class Cutter:
    """`swaps` are the renamings that compute needs."""

    def __init__(self, text: Text, swaps: Sequence[Swap], width: int) -> None:
        self.text, self.swaps, self.width = text, swaps, width

    def _chunk(
        self, statement: ast.stmt, floor: int, new: str, swaps: Sequence[Swap], own: bool = True
    ) -> list[str]:
        """The statement's rows with the comments that belong to it, at indentation `new`; `own`:
        with the renamings that compute needs."""
        span = self._whole(statement)
        every = [*swaps, *(self._renamed(span) if own else ())]
        if self.text.slice(span).startswith("elif"):
            every.append((span._replace(end_row=span.row, end_column=span.column + 4), "if"))
        if self.text.alone(span) and span.row > floor:
            rows = self.text.rows(floor + 1, span.end_row, every)
            return list(moved(rows, self.text.indent(span.row), new))
        lines = self.text.cut(span, every)
        lines[0] = Line(self.text.indent(span.row) + lines[0].text, False)
        return list(moved(lines, self.text.indent(span.row), new))

    def _whole(self, statement: ast.stmt) -> Span:
        span = self.text.span(statement)
        decorators = getattr(statement, "decorator_list", [])
        if not decorators:
            return span
        return span._replace(row=decorators[0].lineno, column=span.column)

    def _renamed(self, span: Span) -> list[Swap]:
        return [swap for swap in self.swaps if contains(span, swap[0])]

    def expression(self, span: Span, new: str, known: Swap | None = None) -> str:
        """An expression's text with compute's renamings, its rows moved to `new`."""
        swaps = self._renamed(span)
        if known is not None:
            swaps = [*(swap for swap in swaps if not contains(known[0], swap[0])), known]
        shown = closed_up(taken_out(self.text, span, swaps, new), self.width - len(new) - _BINDING)
        return standing(shown, new, self.text.unit, self.width - _BINDING)
