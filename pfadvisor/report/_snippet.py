"""A span of source as compilers show it: the line, and carets below what is meant."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pfadvisor.model import Location
from pfadvisor.report import View

STYLES: Final = {"bold": "1", "red": "1;31", "yellow": "33", "blue": "1;34", "cyan": "36"}
WIDTH: Final = 100
TAB: Final = "    "
PACKAGES: Final = re.compile(r"^.*[/\\](?:site|dist)-packages[/\\]")


def paint(view: View, style: str, text: str) -> str:
    """`text` in a colour, if colours are wanted."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if view.colour else text


def cited(location: Location) -> str:
    """As reasons name a place: in an installed package, from the folder of packages on."""
    return PACKAGES.sub("", where(location))


def where(location: Location) -> str:
    return f"{location.filename}:{location.span.row}:{location.span.column}"


def snippet(view: View, location: Location, label: str = "") -> list[str]:
    """The first line of the span between gutter lines; nothing where the source is not at hand."""
    span = location.span
    line = view.line(location.filename, span.row).rstrip()
    if not line.strip():
        return []
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_row == span.row else len(line)
    before, marked, after = _clipped(line, start, max(end, start + 1))
    number = str(span.row)
    bar = paint(view, "blue", "|")
    gutter = " " * len(number)
    carets = paint(view, "red", "^" * max(_width(marked), 1))
    shown = _visible(before + marked + after).rstrip()
    tail = f" {paint(view, 'red', label)}" if label else ""
    return [
        f"{gutter} {bar}",
        f"{paint(view, 'blue', number)} {bar} {shown}",
        f"{gutter} {bar} {' ' * _width(before)}{carets}{tail}",
    ]


def _clipped(line: str, start: int, end: int) -> tuple[str, str, str]:
    """A window around the marked part of a line that is too long to show."""
    if len(line) <= WIDTH:
        return line[:start], line[start:end], line[end:]
    end = min(end, start + WIDTH)
    low = max(0, start - WIDTH // 2) if end > WIDTH else 0
    high = max(end, low + WIDTH)
    before = ("…" if low else "") + line[low:start]
    return before, line[start:end], line[end:high] + ("…" if high < len(line) else "")


def _visible(text: str) -> str:
    shown = text.replace("\t", TAB)
    return "".join(char if char.isprintable() else "\ufffd" for char in shown)


def _width(text: str) -> int:
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if char == "\t":
        return len(TAB)
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
