"""Values as text that is equal exactly when the values look equal.

Sets are sorted, addresses dropped, objects opened; with marks, every mutable object carries
a number, so that two values that share a part differ from two that hold equal copies.
"""

from __future__ import annotations

import enum
import re
import types
from collections.abc import Mapping
from typing import Any

ATOMS = (int, float, complex, str, bytes, bool, type(None), range, slice, enum.Enum, re.Pattern)
CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType)
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class Describer:
    """Text of values; one describer numbers the objects of everything it is shown."""

    def __init__(self, *, marks: bool) -> None:
        self.marks = marks
        self.numbers: dict[int, int] = {}
        self.kept: list[Any] = []
        self.open: set[int] = set()

    def text(self, value: Any) -> str:
        if isinstance(value, ATOMS):
            return repr(value)
        if isinstance(value, types.ModuleType):
            return f"<module {value.__name__}>"
        if isinstance(value, CODE):
            return f"<{type(value).__name__} {value.__qualname__}>"
        if id(value) in self.open:
            return "<cycle>"
        mark = "" if isinstance(value, tuple | frozenset) else self.mark(value)
        if mark.startswith("="):
            return mark
        self.open.add(id(value))
        try:
            return mark + self.parts(value)
        finally:
            self.open.discard(id(value))

    def mark(self, value: Any) -> str:
        if not self.marks:
            return ""
        if id(value) in self.numbers:
            return f"={self.numbers[id(value)]}"
        self.kept.append(value)
        self.numbers[id(value)] = len(self.numbers)
        return f"#{len(self.numbers) - 1}"

    def parts(self, value: Any) -> str:
        name = type(value).__name__
        if isinstance(value, Mapping):
            pairs = [f"{self.text(key)}: {self.text(part)}" for key, part in value.items()]
            return f"{name}{{{', '.join(pairs)}}}"
        if isinstance(value, set | frozenset):
            return f"{name}{{{', '.join(sorted(self.text(part) for part in value))}}}"
        if isinstance(value, list | tuple) or name in {"deque", "array"}:
            inside = f"{name}({', '.join(self.text(part) for part in value)})"
            return inside + self.attributes(value)
        if isinstance(value, BaseException):
            arguments = ", ".join(self.text(part) for part in value.args)
            return f"{name}({arguments}){self.attributes(value)}"
        if isinstance(value, types.GeneratorType):
            return f"<generator {value.__name__}>"
        if attributes := self.attributes(value):
            return name + attributes
        return ADDRESS.sub("", repr(value))

    def attributes(self, value: Any) -> str:
        found = dict(getattr(value, "__dict__", {}))
        for cls in type(value).__mro__:
            for slot in _slots(cls):
                if hasattr(value, slot):
                    found[slot] = getattr(value, slot)
        if not found:
            return ""
        return f"({', '.join(f'{key}={self.text(part)}' for key, part in sorted(found.items()))})"


def _slots(cls: type) -> tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    if isinstance(slots, str):
        slots = (slots,)
    return tuple(slot for slot in slots if not slot.startswith("__"))


def describe_error(error: BaseException | None, describer: Describer) -> dict[str, str] | None:
    if error is None:
        return None
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "message": ADDRESS.sub("", str(error)),
        "value": describer.text(error),
    }
