"""What `protocols` names is what the interpreter runs."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import pytest

from pfadvisor.effects import knowledge, protocols


class Loud:
    """Notes each special method that is run on it."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def hear(self, name: str, answer: object) -> object:
        self.heard.add(name)
        return answer


def loud(name: str, answer: object) -> None:
    def special(self: Loud, *_: object) -> object:
        return self.hear(name, answer)

    setattr(Loud, name, special)


ANSWERS: dict[str, object] = {
    "__abs__": 1, "__bool__": True, "__bytes__": b"", "__complex__": 1j, "__dir__": [],
    "__divmod__": (0, 0), "__eq__": True, "__float__": 1.0, "__format__": "", "__fspath__": "x",
    "__hash__": 1, "__index__": 1, "__int__": 1, "__len__": 0, "__lt__": True, "__gt__": True,
    "__pow__": 1, "__repr__": "", "__round__": 1, "__str__": "", "__add__": 1, "__radd__": 1,
    "__reversed__": iter(()), "__next__": 1, "__getattr__": 1,
}  # fmt: skip
for _name, _answer in ANSWERS.items():
    loud(_name, _answer)

ARGUMENT: dict[str, Callable[[Loud], object]] = {
    "abs": abs, "ascii": ascii, "bool": bool, "bytes": bytes, "complex": complex, "dir": dir,
    "divmod": lambda x: divmod(x, 1), "float": float, "format": format, "hash": hash, "int": int,
    "hasattr": lambda x: hasattr(x, "no_such"), "len": len, "max": lambda x: max(x, x),
    "min": lambda x: min(x, x), "next": next, "pow": lambda x: pow(x, 2), "range": range,
    "repr": repr, "reversed": reversed, "round": round, "str": str,
    "dict.get": lambda x: {1: 1}.get(x), "list.count": lambda x: [1].count(x),
    "set.add": lambda x: {1}.add(x), "str.format": lambda x: str.format("{}{!r}", x, x),
    "os.fspath": os.fspath, "math.sqrt": math.sqrt,
}  # fmt: skip
ELEMENTS: dict[str, Callable[[Loud], object]] = {
    "all": lambda x: all([x]), "any": lambda x: any([x]), "max": lambda x: max([x, x]),
    "set": lambda x: {*[1, x]}, "sorted": lambda x: sorted([x, x]), "sum": lambda x: sum([x]),
    "list.sort": lambda x: [x, x].sort(), "dict.update": lambda x: {1: 1}.update([(x, 2)]),
    "filter": lambda x: [*filter(None, [x])],
}  # fmt: skip


@pytest.mark.parametrize("dotted", ARGUMENT)
def test_methods_of_arguments(dotted: str) -> None:
    one = Loud()
    ARGUMENT[dotted](one)
    assert one.heard
    assert one.heard <= {*protocols.of_arguments(dotted)}


@pytest.mark.parametrize("dotted", ELEMENTS)
def test_methods_of_elements(dotted: str) -> None:
    one = Loud()
    ELEMENTS[dotted](one)
    assert one.heard
    assert one.heard <= {*protocols.of_elements(dotted)}


@pytest.mark.parametrize(
    "dotted", ["id", "type", "callable", "list.append", "json.dumps", "no.such"]
)
def test_callables_that_run_no_methods(dotted: str) -> None:
    assert protocols.of_arguments(dotted) == ()
    assert protocols.of_elements(dotted) == ()


def test_names_have_lines() -> None:
    for dotted in {*protocols._ARGUMENTS, *protocols._ELEMENTS}:
        assert knowledge.call(dotted) is not None, dotted
