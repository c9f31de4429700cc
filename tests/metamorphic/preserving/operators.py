"""All operators, by name."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..subject import Subject

Operator = Callable[[Subject, Random], bool]
OPERATORS: dict[str, Operator] = {}


def operator(change: Operator) -> Operator:
    OPERATORS[change.__name__.replace("_", "-")] = change
    return change
