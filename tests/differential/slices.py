"""Which runs a normal test run makes: a slice of the matrix that is the same every day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from .case import METHODS, Case

FULL = 10
ALIKE = (
    ("empty", "one"),
    ("twice", "thread", "same"),
    ("raise-first", "raise-last", "raise-several"),
    ("one-shot", "source-raises", "one-shot-empty"),
)


class Point(NamedTuple):
    """One cell of the matrix."""

    case: Case
    method: str

    def __str__(self) -> str:
        return f"{self.case.name}-{self.method}"


def seed(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def thinned(case: Case, method: str) -> Case:
    """The case with about half of its scenarios, where starting workers is slow."""
    if method == "fork":
        return case
    played = {scenario.name for scenario in case.extra} | {"many", "raise-middle"}
    played |= {group[seed(case.name) % len(group)] for group in ALIKE}
    every = [scenario.name for scenario in case.scenarios()]
    return replace(case, without=(*case.without, *(name for name in every if name not in played)))


def matrix(cases: Sequence[Case]) -> list[Point]:
    return [Point(case, method) for case in cases for method in METHODS]


def chosen(cases: Sequence[Case]) -> list[Point]:
    """Every case under one start method, and ten rewritable ones under all three."""
    rewritable = [case for case in cases if case.verdict != "serial"]
    full = {case.name for case in sorted(rewritable, key=lambda case: seed(case.name))[:FULL]}
    return [
        Point(thinned(point.case, point.method), point.method)
        for point in matrix(cases)
        if point.case.name in full or METHODS[seed(point.case.name) % 3] == point.method
    ]
