"""Comments by which a reader answers: `# noqa`, `# pfadvisor: ignore[…]`, `assume[…]`.

A comment counts for the rows of the logical line that it ends, on its own line for
the next one. `# pfadvisor: file-ignore[…]` (or `noqa`) counts for the file. Without
codes, all are meant. Comments are looked for only in files that contain such words.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

ALL: Final = ""
_WORDS: Final = re.compile(rb"noqa|pfadvisor:", re.IGNORECASE)
_NOQA: Final = re.compile(
    r"#\s*noqa(?!\w)(?P<colon>\s*:\s*(?P<codes>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?)?", re.IGNORECASE
)
_OWN: Final = re.compile(
    r"#\s*pfadvisor:\s*(?P<verb>ignore|file-ignore|noqa|assume)\b\s*"
    r"(?:\[(?P<listed>[^\]]*)\]|:\s*(?P<codes>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*))?"
)
_SKIPPED: Final = frozenset(
    (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)
)


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Codes or rule names ("" for all) for the whole file and by row; assumptions by row."""

    everywhere: frozenset[str] = frozenset()
    rows: Mapping[int, frozenset[str]] = field(default_factory=dict)
    assumed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def silences(self, code: str, name: str, rows: Iterable[int]) -> bool:
        """Whether a finding with this code that stands on `rows` is not to be shown."""
        listed = self.everywhere.union(*(self.rows.get(row, frozenset()) for row in rows))
        return any(code.startswith(one.upper()) or one == name for one in listed)

    def assumptions(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(name for row in rows for name in self.assumed.get(row, ()))


NONE: Final = Suppressions()


def suppressions(data: bytes, text: str) -> Suppressions:
    """What the comments of a file say."""
    if _WORDS.search(data) is None:
        return NONE
    everywhere: set[str] = set()
    rows: dict[int, set[str]] = {}
    assumed: dict[int, list[str]] = {}
    for comment, covered in _comments(text):
        for verb, names in _said(comment):
            if verb in {"file-ignore", "noqa"}:
                everywhere.update(names)
            for row in covered:
                if verb == "ignore":
                    rows.setdefault(row, set()).update(names)
                elif verb == "assume":
                    assumed.setdefault(row, []).extend(name for name in names if name != ALL)
    return Suppressions(
        frozenset(everywhere),
        {row: frozenset(names) for row, names in rows.items()},
        {row: tuple(dict.fromkeys(names)) for row, names in assumed.items()},
    )


def _said(comment: str) -> Iterator[tuple[str, list[str]]]:
    for match in _OWN.finditer(comment):
        yield match["verb"], _names(match["listed"] or match["codes"])
    noqa = _NOQA.search(comment)
    if noqa is not None and not (noqa["colon"] and not noqa["codes"]):
        yield "ignore", _names(noqa["codes"])


def _names(text: str | None) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text or "") if word] or [ALL]


def _comments(text: str) -> Iterator[tuple[str, range]]:
    """Each comment with the rows it speaks of."""
    alone: list[str] = []
    inside: list[tuple[str, int]] = []
    start = 0
    for token in _tokens(text):
        row = token.start[0]
        if token.type == tokenize.COMMENT and not start:
            alone.append(token.string)
        elif token.type == tokenize.COMMENT:
            inside.append((token.string, row))
        elif token.type == tokenize.NEWLINE:
            yield from ((comment, range(start, row + 1)) for comment in alone)
            yield from _within(inside, start, row)
            alone, inside, start = [], [], 0
        elif token.type not in _SKIPPED:
            start = start or row
    yield from ((comment, range(0)) for comment in alone)


def _within(comments: list[tuple[str, int]], start: int, end: int) -> Iterator[tuple[str, range]]:
    for comment, row in comments:
        yield comment, range(start, end + 1) if row == end else range(row, row + 2)


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
    except (tokenize.TokenError, SyntaxError):
        return
