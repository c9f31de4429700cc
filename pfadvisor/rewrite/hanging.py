"""Expressions that leave their statement, with the rows that hang below their beginning."""

from __future__ import annotations

from collections.abc import Iterable

from pfadvisor.model import Span
from pfadvisor.rewrite.layout import parses
from pfadvisor.rewrite.text import Text, moved

_HEAD = " " * len("return ")


def taken_out(text: Text, span: Span, swaps: Iterable[tuple[Span, str]], new: str) -> str:
    """The expression's rows at the indentation `new`, those after the first as far from its
    beginning as they were if none stands left of it, as after a `return` then."""
    lines, own = text.cut(span, swaps), " " * (span.column - 1)
    below = [line.text for line in lines[1:] if not line.fixed and line.text.strip()]
    if not below or not all(row.startswith(own) for row in below):
        return "\n".join(moved(lines, text.indent(span.row), new))
    bare = "\n".join(moved(lines, own, new + _HEAD))
    return bare if parses(bare) else "\n".join(moved(lines, own, new))
