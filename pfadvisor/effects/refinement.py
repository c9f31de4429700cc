"""What a line that depends on the values of arguments is given, and how such lines register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Final, TypeAlias

from pfadvisor.effects.effect import Effect


class Mark(Enum):
    """What is known of an argument that is no constant."""

    UNKNOWN = "given, or may be given; value unknown"
    ABSENT = "not given: the default holds"
    NOT_NONE = "given, value unknown, but certainly not None"
    NUMBER = "given, value unknown, but certainly a number"


GET_LIKE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
UNKNOWN: Final = Mark.UNKNOWN
ABSENT: Final = Mark.ABSENT
NOT_NONE: Final = Mark.NOT_NONE
NUMBER: Final = Mark.NUMBER

Literal: TypeAlias = Callable[[str], object]
Refinement: TypeAlias = Callable[[Effect, Literal], Effect]

REFINEMENTS: Final[dict[str, Refinement]] = {}


def special(function: Refinement) -> Refinement:
    REFINEMENTS[getattr(function, "__name__")] = function  # noqa: B009
    return function


def only_reading(effect: Effect, resource: str) -> Effect:
    """The same of what it does, but that it only reads the resource."""
    reads = tuple(dict.fromkeys((*effect.reads, resource)))
    return replace(effect, reads=reads, writes=without(effect.writes, resource))


def without(words: tuple[str, ...], resource: str) -> tuple[str, ...]:
    """`words` without the resource itself and without `resource:argument`."""
    return tuple(word for word in words if word.partition(":")[0] != resource)
