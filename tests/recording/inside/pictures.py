"""What the objects look like that a function can reach, so that two looks tell what it changed.

An object is called by every way that leads to it: a root (`param 0`, `global NAME`, `free NAME`,
`class NAME`, `default NAME`, `recv 0`) and steps (`.name`, `[]`). Nothing here runs code of the
program: objects are opened by what they are made of.
"""

from __future__ import annotations

import _random
import array
import asyncio
import collections
import contextvars
import enum
import io
import logging
import operator
import pathlib
import random
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

MOST_OBJECTS = 3000
MOST_WAYS = 16
MOST_STEPS = 7
Way = tuple[str, tuple[str, ...]]
Parts = list[tuple[str, Any]]
SEQUENCES = (list, tuple, set, frozenset, collections.deque)
NAME = "program"
WITHIN = "*"  # somewhere inside an object of a library
ITERATORS = ("builtins", "itertools")
PLAIN = (
    *(int, float, complex, str, bytes, range, slice, type(None)),
    *(type, types.ModuleType, types.BuiltinFunctionType, types.MethodType),
    *(
        contextvars.ContextVar,
        pathlib.PurePath,
        logging.Logger,
        asyncio.AbstractEventLoop,
        threading.Thread,
    ),
)


class TooLarge(Exception):
    """More objects than one wants to look at."""


class Picture:
    """All that the roots lead to, as it is now."""

    def __init__(self, roots: list[tuple[str, Any]]) -> None:
        self.ways: dict[int, list[Way]] = {}
        self.objects: dict[int, Any] = {}
        self.states: dict[int, dict[str, Any]] = {}
        self._open(roots)

    def _open(self, roots: list[tuple[str, Any]]) -> None:
        waiting = collections.deque(((root, ()), value) for root, value in roots)
        while waiting:
            way, value = waiting.popleft()
            if isinstance(value, PLAIN):
                continue
            known = self.ways.setdefault(id(value), [])
            if way in known or len(known) >= MOST_WAYS or len(way[1]) > MOST_STEPS:
                continue
            known.append(way)
            self.objects[id(value)] = value
            if len(self.objects) > MOST_OBJECTS:
                raise TooLarge
            root, steps = way
            for step, part in parts(value):
                again = step == WITHIN and WITHIN in steps
                waiting.append(((root, steps if again else (*steps, step)), part))
        self.states = {key: state(value) for key, value in self.objects.items()}

    def changes(self) -> Iterator[tuple[str, list[Way]]]:
        """What of the objects is no more as it was: a step, and the ways to its object."""
        held = {id(namespace(value)) for value in self.objects.values()}
        for key, value in self.objects.items():
            before, after = self.states[key], state(value)
            if key in held:  # the attributes of an object, which are compared as such
                continue
            for step in before.keys() | after.keys():
                if not same(before.get(step), after.get(step)):
                    yield step, self.ways[key]


def same(before: Any, after: Any) -> bool:
    return before is after or (isinstance(before, Looked) and before == after)


class Looked(tuple[Any, ...]):
    """Contents, by the identities of what is in there; the objects are kept alive."""

    __slots__ = ()


class Space:
    """Stands for a class as an object whose attributes are those that it has itself."""

    made: dict[type, Space] = {}

    def __init__(self, cls: type) -> None:
        self.cls = cls

    @classmethod
    def of(cls, known: type) -> Space:
        return cls.made.setdefault(known, cls(known))


def attributes(value: Any) -> Parts:
    """What an object's own attributes are, without asking its class."""
    if isinstance(value, Space):
        return of_class(value.cls)
    held = namespace(value)
    found = [(f".{plain(value, name)}", part) for name, part in (held or {}).items()]
    if isinstance(value, types.FunctionType | types.GeneratorType):
        return found
    for cls in type(value).__mro__:
        for name, member in list(vars(cls).items()):
            if isinstance(member, types.MemberDescriptorType) and not name.startswith("__"):
                try:
                    found.append((f".{name}", member.__get__(value)))
                except AttributeError:
                    continue
    return found


def of_class(cls: type) -> Parts:
    """Attributes of a class: members of an enumeration without their names, and the defaults of a
    named tuple under those of the fields."""
    found: Parts = []
    for name, part in vars(cls).items():
        if not name.startswith("__"):
            member = issubclass(cls, enum.Enum) and isinstance(part, cls)
            found.append(("[]" if member else f".{name}", part))
    if issubclass(cls, tuple):
        found += [(f".{name}", part) for name, part in getattr(cls, "_field_defaults", {}).items()]
    return found


def plain(value: Any, name: str) -> str:
    return "value" if name == "_value_" and isinstance(value, enum.Enum) else name


def namespace(value: Any) -> dict[str, Any] | None:
    if isinstance(value, types.FunctionType) and value.__module__ != NAME:
        return None
    try:
        held = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return None
    return held if isinstance(held, dict) else None


def of_library(value: Any) -> bool:
    """Whether the object is one of code outside the program, with insides of its own."""
    if isinstance(value, Space | types.FunctionType):
        return False
    plain = isinstance(value, (dict, *SEQUENCES)) and not attributes(value)
    return not plain and all(cls.__module__ != NAME for cls in type(value).__mro__)


def parts(value: Any) -> Parts:
    """What is directly inside an object, each with the step that leads there: none within the
    object of a library, which changes as a whole."""
    found = attributes(value)
    if of_library(value):
        return [(WITHIN, part) for _, part in found]
    if isinstance(value, dict):
        for key, part in list(dict.items(value)):
            found += [("[]", key), ("[]", part)]
    elif isinstance(value, SEQUENCES):
        found += [("[]", part) for part in list(_iterate(value))]
        fields = getattr(type(value), "_fields", ())  # of a named tuple: its items by name
        found += [(f".{name}", part) for name, part in zip(fields, _iterate(value), strict=False)]
    return found


def _iterate(value: Any) -> Iterator[Any]:
    for kind in SEQUENCES:
        if isinstance(value, kind):
            return iter(kind.__iter__(value))  # type: ignore[attr-defined]
    return iter(())


def state(value: Any) -> dict[str, Any]:
    if of_library(value):
        inside = Looked((*((name, mark(part)) for name, part in attributes(value)),))
        return {WITHIN: Looked((inside, contents_of(value)))}
    found: dict[str, Any] = dict(attributes(value))
    contents = contents_of(value)
    if contents is not None:
        found["[]"] = contents
    return found


def mark(part: Any) -> Any:
    """What tells one object from another: of numbers and text what they say."""
    return (type(part), part) if isinstance(part, int | float | str | bytes) else id(part)


def contents_of(value: Any) -> Looked | None:
    """What is compared of the contents; None for what has none that can be looked at."""
    if isinstance(value, dict):
        return Looked(("dict", *((id(k), id(v)) for k, v in list(dict.items(value)))))
    if isinstance(value, set | frozenset):
        return Looked(("set", *sorted(map(id, _iterate(value)))))
    if isinstance(value, SEQUENCES):
        return Looked(("sequence", *map(id, _iterate(value))))
    for kind, look in LOOKS:
        if isinstance(value, kind):
            try:
                return Looked((kind.__name__, look(value)))
            except (ValueError, OSError, TypeError):
                return Looked((kind.__name__, "closed"))
    if hasattr(type(value), "__length_hint__") and type(value).__module__ in ITERATORS:
        return Looked(("iterator", operator.length_hint(value, -1)))
    return None


LOOKS: list[tuple[type, Callable[[Any], Any]]] = [
    (bytearray, bytes),
    (array.array, lambda value: value.tobytes()),
    (io.StringIO, lambda value: (io.StringIO.tell(value), io.StringIO.getvalue(value))),
    (io.BytesIO, lambda value: (io.BytesIO.tell(value), io.BytesIO.getvalue(value))),
    (io.IOBase, lambda value: value.tell() if type(value).__module__ == "_io" else None),
    (types.GeneratorType, lambda value: value.gi_frame and value.gi_frame.f_lasti),
    (random.Random, lambda value: hash((_random.Random.getstate(value), *vars(value).values()))),
    (type(__import__("itertools").count()), repr),
]
