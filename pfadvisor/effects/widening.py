"""Contexts of functions that are called in many ways: what of one may be forgotten.

A parameter of any type is taken for something that nobody draws from, with methods of builtin
types, or of classes and libraries that the module of the function shows. What is passed and is
something else has to be told even then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.summary import Context, Given
from pfadvisor.effects.values import CONTAINERS, IMMUTABLE, NOTHING

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

_NAME: Final = re.compile(r"[^\W\d][\w.:]*")
PLAIN: Final = (IMMUTABLE | CONTAINERS | {"bytearray", "object"}) - {
    "module",
    "iterator",
    "generator",
    "collections.defaultdict",
}


def levels(program: Program, module: ModuleFacts, context: Context) -> Iterator[Context]:
    """The context, and what is left of it if more and more is forgotten."""
    yield context
    shown = tuple(one and _without_details(one) for one in context)
    yield _unless_empty(shown)
    around = frozenset(program.neighbours(module))
    yield _unless_empty(tuple(one and _only_unseen(one, around) for one in shown))


def _unless_empty(context: Context) -> Context:
    return context if any(context) else ()


def _without_details(given: Given) -> Given | None:
    """Without functions and constants, and without builtin types that behave as any type does."""
    types = given.types
    if types is None or all(name in PLAIN for t in types for name in _NAME.findall(t)):
        types = None
    bare = given._replace(types=types, funcs=frozenset(), const=NOTHING, bound=False, made=False)
    return bare if types is not None or given.lazy or given.holding else None


def _only_unseen(given: Given, around: frozenset[str]) -> Given | None:
    """Without types of the program that the module of the function sees."""
    names = {name for t in given.types or () for name in _NAME.findall(t)}
    if all(name in PLAIN or name.partition(":")[0] in around for name in names):
        given = given._replace(types=None)
    return given if given.types is not None or given.lazy or given.holding else None
