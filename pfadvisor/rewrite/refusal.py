"""Why a loop is not rewritten: a first-class result, raised inside, returned outside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: str


class Refused(Exception):
    """Raised where a rewrite finds that it cannot be right; `build_fix` returns it as a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
