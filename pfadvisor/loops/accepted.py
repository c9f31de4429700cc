"""Assumptions that the reader has accepted, and which of them a loop came upon."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from pfadvisor.model import Assumption


class Accepted:
    """`names` are spelled as `assume` takes them: "no-alias", "pure-call:client.fetch" or a
    pattern. `met` are the assumptions that would have been asked otherwise, in order."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = tuple(dict.fromkeys(names))
        self.met: dict[Assumption, None] = {}

    def __bool__(self) -> bool:
        return bool(self._names)

    def covers(self, one: Assumption) -> bool:
        found = any(answers(name, one) for name in self._names)
        if found:
            self.met[one] = None
        return found

    def left(self, questions: Iterable[Assumption]) -> tuple[Assumption, ...]:
        """Those that are still to be asked."""
        return tuple(one for one in questions if not self.covers(one))


def answers(name: str, one: Assumption) -> bool:
    """Whether accepting `name` answers this question."""
    spelled = f"{one.name}:{one.subject}"
    return name in (one.name, spelled) or fnmatchcase(spelled, name)
