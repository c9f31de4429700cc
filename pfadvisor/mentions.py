"""Whether the text of a file says something, told before the file is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pfadvisor.model import Failed

if TYPE_CHECKING:
    from pfadvisor.session import Session


class Mention:
    """Whether a text has one of the names; one without their letters is told quickly.

    `pattern`: what is looked for where `%s` stands for any of the names.
    """

    def __init__(self, names: Iterable[str], pattern: bytes = rb"\b(?:%s)\b") -> None:
        self._names = [name.encode() for name in sorted(names)]
        words = b"|".join(self._names)
        self._words = re.compile(pattern.replace(b"%s", words))

    def is_in(self, text: bytes) -> bool:
        return any(name in text for name in self._names) and bool(self._words.search(text))


def says(session: Session, path: Path, pattern: bytes) -> bool:
    """Whether a file that can be read has what a pattern looks for, looked up once."""
    known = session.said.get((path, pattern))
    if known is None:
        source = session.source(path)
        known = not isinstance(source, Failed) and bool(re.search(pattern, source.data))
        session.said[path, pattern] = known
    return known
