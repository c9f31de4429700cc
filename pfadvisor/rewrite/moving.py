"""Fixes that put one loop below the same `with` statement: each indents all of its rows.

What one fix replaces the other only indents; the replacement is indented already. A fix that
moves rows goes with no other that changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pfadvisor.model import Edit, Fix, Span


class Moved(NamedTuple):
    """The rows that a fix indents, below which header."""

    first: int
    last: int
    header: str


def moved(fix: Fix) -> Moved | None:
    heads = [edit for edit in fix.edits if _is_header(edit)]
    if not heads:
        return None
    first = heads[0].span.row
    return Moved(first, max(_last(edit.span) for edit in fix.edits), heads[0].content)


def meets(fix: Fix, others: Iterable[Fix]) -> bool:
    """Whether the fix and one of the others cannot both be made, as one moves the other's rows."""
    own = moved(fix)
    for other in others:
        known = moved(other)
        if own is not None and own == known:
            continue
        if (known and _touches(fix, known)) or (own and _touches(other, own)):
            return True
    return False


def settled(
    fix: Fix, placed: Mapping[Span, list[str]], others: Iterable[Fix]
) -> tuple[list[Edit], dict[Span, list[str]]]:
    """The edits of the fix and those placed, without indentation of what the other replaces."""
    own, kept = moved(fix), dict(placed)
    if own is None or not any(moved(other) == own for other in others):
        return list(fix.edits), kept
    replaced = [span for span in placed if span[:2] < span[2:]]
    edits = [e for e in fix.edits if not (_indents([e.content]) and _inside(e.span, replaced))]
    replaced = [edit.span for edit in edits if edit.span[:2] < edit.span[2:]]
    for span, contents in placed.items():
        if _indents(contents) and _inside(span, replaced):
            del kept[span]
    return edits, kept


def _is_header(edit: Edit) -> bool:
    text = edit.content
    return edit.span[:2] == edit.span[2:] and text.endswith(":\n") and text.split()[0] == "with"


def _last(span: Span) -> int:
    """The last row that is changed."""
    return span.end_row - (span.end_column == 1 and span.row < span.end_row)


def _touches(fix: Fix, region: Moved) -> bool:
    return any(e.span.row <= region.last and region.first <= _last(e.span) for e in fix.edits)


def _indents(contents: Iterable[str]) -> bool:
    return all(content and not content.strip() for content in contents)


def _inside(span: Span, regions: Iterable[Span]) -> bool:
    return any(region[:2] <= span[:2] < region[2:] for region in regions)
