"""What a place of a file may hold, as far as iterators and calls are concerned.

A token is an iterator, or a holder of some, or something that can be called: a function of the
file with how many of its parameters are given, a class of the file or an instance of one, a
builtin, or what an import binds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

Token = tuple[Any, ...]
Tokens = frozenset[Token]
Slot = tuple[str, str]  # qualified name of a function or class, a name in it

MOST_PARTS: Final = 8
DEEPEST: Final = 3  # how far down holders in holders are told apart
NONE: Final[Tokens] = frozenset()
ONE: Final[Token] = ("iterator", 0)  # else how far down in the holder iterators are
LAZY: Final[Tokens] = frozenset({ONE})
MAKING: Final = frozenset({"iter", "map", "filter", "zip", "enumerate", "reversed", "open"})
RETURNED: Final = "return"
ANYBODY: Final = "*"  # stands for all classes
OUTSIDE: Final = "?"  # for what is set on other objects than the own one


class Given(NamedTuple):
    """One argument: `kind` as in a call, the value where one instruction gives it, else -1."""

    kind: str
    name: str
    tokens: Tokens
    value: int = -1


Received = tuple[Token, tuple[Given, ...]]  # a function or class of a file, and a call's arguments


def at_depths(depths: Iterable[int]) -> Tokens:
    return frozenset((ONE[0], min(depth, DEEPEST)) for depth in depths)


def depths_of(tokens: Tokens) -> frozenset[int]:
    """Where in it the iterators are, 0 for itself."""
    return frozenset(token[1] for token in tokens if token[0] == ONE[0])


def code_of(tokens: Tokens) -> Tokens:
    return frozenset(token for token in tokens if token[0] != ONE[0]) if tokens else NONE


def without_names(tokens: Tokens) -> Tokens:
    """What goes from function to function: not what is looked up under its name."""
    named = [token for token in tokens if token[0] in ("builtin", "import")]
    return tokens.difference(named) if named else tokens


def is_short(token: Token) -> bool:
    """Whether it is the name of what an import binds, of no more parts than such names have."""
    return token[0] == "import" and str(token[1]).count(".") < MOST_PARTS


def held(tokens: Tokens) -> Tokens:
    """What a container holds that is made with it."""
    deeper = at_depths(depth + 1 for depth in depths_of(tokens))
    return code_of(tokens) | deeper if tokens else NONE


def opened(tokens: Tokens) -> Tokens:
    """What is taken out of it."""
    return code_of(tokens) | at_depths(below(depths_of(tokens))) if tokens else NONE


def below(depths: frozenset[int]) -> frozenset[int]:
    """Where iterators are in what is in it."""
    kept = depths & {DEEPEST}
    return kept.union(depth - 1 for depth in depths if depth)


def poured(tokens: Tokens) -> Tokens:
    """What a container holds that takes over what it holds."""
    return tokens - LAZY if tokens else NONE
