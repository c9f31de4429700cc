"""`--guarded`: the rewrite where there are enough items, else the loop as it was."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Edit, Plan
from pfadvisor.rewrite.layout import broken
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.shape import repeatable
from pfadvisor.rewrite.text import Line, Text, moved

_KEPT = "# pfadvisor: ignore (too few items for workers)"


def guarded(
    text: Text, plan: Plan, source: ast.expr, edits: Sequence[Edit], threshold: int, width: int
) -> list[Edit]:
    """The edits of a rewrite with the old statement as the other branch. Raises Refused."""
    size = _size(text, plan, source)
    if len(edits) != 1 or edits[0].span[:2] != _start(text, plan):
        raise Refused("more than its statement would change, so that there is no other branch")
    (edit,) = edits
    base, unit = text.indent(plan.statement.row), text.unit
    new = Text(base + edit.content)
    rows = [Line(row, number in new.string_rows) for number, row in enumerate(new.lines, 1)]
    first, last = plan.statement.row, edit.span.end_row
    old = text.rows(first, last)
    content = [
        f"if {size} >= {threshold}:",
        *broken(list(moved(rows, base, base + unit)), unit, width),
        f"{base}else:",
        f"{base}{unit}{_KEPT}",
        *moved(old, base, base + unit),
    ]
    end = edit.span._replace(end_column=len(text.row(last)) + 1)
    return [Edit(end, "\n".join(content))]


def _start(text: Text, plan: Plan) -> tuple[int, int]:
    return plan.statement.row, len(text.indent(plan.statement.row)) + 1


def _size(text: Text, plan: Plan, source: ast.expr) -> str:
    """The expression for how many items there are."""
    match source:
        case ast.Call(func=ast.Name(id="enumerate" | "reversed"), args=[inner, *_]):
            known, source = plan.source.reiterable, inner
        case ast.Call(func=ast.Attribute(value=owner, attr="items" | "keys" | "values"), args=[]):
            known, source = plan.source.reiterable, owner
        case _:
            known = plan.source.sized
    if not known or not repeatable(source):
        raise Refused("the number of its items is not known before it runs")
    return f"len({text.of(source)})"
