"""Comments by which a reader answers: `# noqa`, `# pfadvisor: ignore[…]`, `assume[…]`, `pure`.

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
from typing import Final, NamedTuple

from pfadvisor.model import Span

ALL: Final = ""
OWN: Final = "pfadvisor:"
VERBS: Final = ("assume", "file-ignore", "ignore", "noqa", "pure")
_WORDS: Final = re.compile(rb"noqa|pfadvisor:", re.IGNORECASE)
_NOQA: Final = re.compile(
    r"#\s*noqa(?!\w)(?P<colon>\s*:\s*(?P<codes>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?)?", re.IGNORECASE
)
_OWN: Final = re.compile(
    r"#\s*pfadvisor:\s*(?P<verb>[\w-]+)(?P<rest>\s*"
    r"(?:\[(?P<listed>[^\]]*)\]|:\s*(?P<codes>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*))?)"
)
_SKIPPED: Final = frozenset(
    (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)
)


class Comment(NamedTuple):
    """One thing that a comment says. `names` holds ALL if it names nothing; `rows` are those it
    speaks of; `span` is None for one that other tools read, too; `prose`: words follow the verb."""

    verb: str
    names: tuple[str, ...]
    rows: range
    span: Span | None = None
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Codes or rule names ("" for all) for the whole file and by row; assumptions by row."""

    everywhere: frozenset[str] = frozenset()
    rows: Mapping[int, frozenset[str]] = field(default_factory=dict)
    assumed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()

    def silences(self, code: str, name: str, rows: Iterable[int]) -> bool:
        """Whether a finding with this code that stands on `rows` is not to be shown."""
        listed = self.everywhere.union(*(self.rows.get(row, frozenset()) for row in rows))
        return means(listed, code, name)

    def assumptions(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(name for row in rows for name in self.assumed.get(row, ()))

    def speaks_of(self, rows: Iterable[int]) -> bool:
        """Whether a comment to this tool stands at one of the rows."""
        return any(row in comment.rows for comment in self.comments for row in rows)


NONE: Final = Suppressions()


def means(listed: Iterable[str], code: str, name: str) -> bool:
    """Whether one of the codes and names of a comment is that of the rule."""
    return any(code.startswith(one.upper()) or one == name for one in listed)


def suppressions(data: bytes, text: str) -> Suppressions:
    """What the comments of a file say."""
    if _WORDS.search(data) is None:
        return NONE
    everywhere: set[str] = set()
    rows: dict[int, set[str]] = {}
    assumed: dict[int, list[str]] = {}
    own: list[Comment] = []
    for said in _said(text):
        own += [said] if said.span else []
        if said.verb in {"file-ignore", "noqa"}:
            everywhere.update(said.names)
        for row in said.rows:
            if said.verb == "ignore":
                rows.setdefault(row, set()).update(said.names)
            elif said.verb == "assume":
                assumed.setdefault(row, []).extend(name for name in said.names if name != ALL)
    return Suppressions(
        frozenset(everywhere),
        {row: frozenset(names) for row, names in rows.items()},
        {row: tuple(dict.fromkeys(names)) for row, names in assumed.items()},
        tuple(own),
    )


def pure_rows(text: str) -> frozenset[int]:
    """Rows of what is marked as pure."""
    if OWN not in text:
        return frozenset()
    return frozenset(row for said in _said(text) if said.verb == "pure" for row in said.rows)


def _said(text: str) -> Iterator[Comment]:
    for comment, row, column, covered in _comments(text):
        for match in _OWN.finditer(comment):
            start = column + match.start() + 1
            span = Span(row, start, row, start + len(match[0].rstrip()))
            names = _names(match["listed"] or match["codes"])
            prose = not match["rest"].strip() and bool(comment[match.end() :].strip())
            yield Comment(match["verb"], names, covered, span, prose)
        noqa = _NOQA.search(comment)
        if noqa is not None and not (noqa["colon"] and not noqa["codes"]):
            yield Comment("ignore", _names(noqa["codes"]), covered)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", text or "") if word) or (ALL,)


Found = tuple[str, int, int, range]


def _comments(text: str) -> Iterator[Found]:
    """Each comment with its place and the rows it speaks of."""
    alone: list[tuple[str, int, int]] = []
    inside: list[tuple[str, int, int]] = []
    start = 0
    for token in _tokens(text):
        row, column = token.start
        if token.type == tokenize.COMMENT:
            (inside if start else alone).append((token.string, row, column))
        elif token.type == tokenize.NEWLINE:
            yield from ((*comment, range(start, row + 1)) for comment in alone)
            yield from _within(inside, start, row)
            alone, inside, start = [], [], 0
        elif token.type not in _SKIPPED:
            start = start or row
    yield from ((*comment, range(0)) for comment in alone)


def _within(comments: list[tuple[str, int, int]], start: int, end: int) -> Iterator[Found]:
    for comment, row, column in comments:
        covered = range(start, end + 1) if row == end else range(row, row + 2)
        yield comment, row, column, covered


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
    except (tokenize.TokenError, SyntaxError):
        return
