"""How far a call of the project leads into installed packages: the functions behind it, counted.

What was evaluated before counts as much as what is evaluated now, so that the answer does not
depend on who asked first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pfadvisor.effects.summary import Context

Key = tuple[str, int, Context]
Place = tuple[str, int]
MOST_FOLLOWED: Final = 200


class TooFar(Exception):
    """More functions of packages than are followed for one call of the project."""


class Trail:
    """One frame for each function under evaluation: what it led to, None for the project's own."""

    def __init__(self) -> None:
        self._frames: list[set[Place] | None] = []
        self._followed: list[set[Place]] = []  # by each call that went from the project into one
        self._behind: dict[Key, frozenset[Place]] = {}
        self.too_far: set[Key] = set()

    @property
    def inside(self) -> bool:
        return bool(self._frames) and self._frames[-1] is not None

    @contextmanager
    def step(self, key: Key, *, installed: bool) -> Iterator[None]:
        """The evaluation of a function. Raises TooFar."""
        begins = installed and not self.inside
        if begins:
            self._followed.append(set())
        own: set[Place] = set()
        self._frames.append(own if installed else None)
        try:
            if installed:
                self._lead_to({key[:2]})
            yield
            if installed:
                self._behind[key] = frozenset(own)
        finally:
            self._frames.pop()
            if begins:
                self._followed.pop()
            elif installed and self._frames[-1] is not None:
                self._frames[-1] |= own

    def known(self, key: Key) -> None:
        """A summary is used that is there already. Raises TooFar."""
        if self.inside and key in self.too_far:
            raise TooFar
        if self.inside:
            self._lead_to(self._behind.get(key, frozenset()))

    def _lead_to(self, places: set[Place] | frozenset[Place]) -> None:
        frame = self._frames[-1]
        if frame is not None:
            frame |= places
            self._followed[-1] |= places
            if len(self._followed[-1]) > MOST_FOLLOWED:
                raise TooFar
