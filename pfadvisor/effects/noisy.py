"""Special methods and properties of project classes that may do more than look.

An operator on an object of unknown type may run any of them. Most modules have
none, which is told from the code's form alone: a method is quiet if it stores
nothing and calls nothing but builtins that only look at their arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Class, Function, ModuleFacts

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

PROPERTIES: Final = ("property", "cached_property", "getter", "setter", "deleter")
Methods = dict[str, list[tuple[str, int]]]
LOUD: Final = frozenset(
    {
        "setattr",
        "setitem",
        "setname",
        "setcell",
        "delattr",
        "delitem",
        "yield",
        "await",
        "enter",
        "import",
        "func",
        "class",
    }
)
LOOKING: Final = frozenset(
    {
        "len",
        "isinstance",
        "issubclass",
        "hash",
        "str",
        "repr",
        "type",
        "tuple",
        "id",
        "super",
        "format",
        "abs",
        "min",
        "max",
        "int",
        "float",
        "bool",
        "list",
        "dict",
        "set",
        "frozenset",
        "sorted",
        "sum",
        "any",
        "all",
        "zip",
        "range",
        "enumerate",
        "reversed",
        "iter",
        "callable",
        "hasattr",
        "getattr",
        "round",
        "divmod",
        "bytes",
        "ord",
        "chr",
        "object",
        "map",
        "filter",
        "NotImplementedError",
        "TypeError",
        "ValueError",
        "KeyError",
        "IndexError",
        "AttributeError",
    }
)
LOOKING_METHODS: Final = frozenset(
    {
        "format",
        "join",
        "items",
        "keys",
        "values",
        "get",
        "startswith",
        "endswith",
        "lower",
        "upper",
        "split",
        "strip",
        "copy",
        "index",
        "count",
        "encode",
        "decode",
        "replace",
        "as_tuple",
        "isdisjoint",
        "issubset",
        "issuperset",
        "union",
        "intersection",
        "difference",
        "bit_length",
    }
)


class Noise:
    """The noisy special methods and properties that a module's objects may have, by name."""

    def __init__(self, program: Program) -> None:
        self._noise_program = program
        self._noisy_of: dict[str, Methods] = {}
        self._noisy_around: dict[str, Methods] = {}

    def noisy(self, module: ModuleFacts) -> Methods:
        """Those of the module's classes and of the modules that it imports."""
        if module.name not in self._noisy_around:
            found: Methods = {}
            for neighbour in self._noise_program.neighbours(module):
                for name, methods in self._noisy_in(neighbour).items():
                    found.setdefault(name, []).extend(methods)
            self._noisy_around[module.name] = found
        return self._noisy_around[module.name]

    def _noisy_in(self, name: str) -> Methods:
        if name not in self._noisy_of:
            facts = self._noise_program.module(name)
            found: Methods = {}
            for cls in facts.classes if facts is not None else ():
                for method, index in _methods(facts, cls) if facts is not None else ():
                    if facts is not None and not quiet(facts.functions[index]):
                        found.setdefault(method, []).append((name, index))
            self._noisy_of[name] = found
        return self._noisy_of[name]


def _methods(facts: ModuleFacts, cls: Class) -> Iterator[tuple[str, int]]:
    """Special methods and properties, the setters too, and second names: `__radd__ = __add__`."""
    for index, function in enumerate(facts.functions):
        if (
            function.parent == cls.body
            and function.kind == "function"
            and (_special(function.name) or _is_property(function))
        ):
            yield function.name, index
    code = facts.functions[cls.body].code
    for instr in code:
        if instr.op == "setname" and _special(instr.args[0]):
            made = code[instr.args[1]]
            if made.op == "func" and facts.functions[made.args[0]].name != instr.args[0]:
                yield instr.args[0], made.args[0]


def _special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name != "__init__"


def _is_property(function: Function) -> bool:
    return any(d.rpartition(".")[2] in PROPERTIES for d in function.decorators)


def quiet(function: Function) -> bool:
    """Whether the form of the code shows that it changes nothing."""
    if any("cached_property" in d for d in function.decorators):
        return False
    for instr in function.code:
        if instr.op in LOUD or (
            instr.op == "op"
            and str(instr.args[0]).endswith("=")
            and (instr.args[0] not in ("==", "!=", "<=", ">="))
        ):
            return False
        if instr.op == "call" and not _looks(function, instr.args[0]):
            return False
    return True


def _looks(function: Function, callee: int) -> bool:
    instr = function.code[callee]
    if instr.op == "name":
        return instr.args[0] in LOOKING
    if instr.op == "attr":
        name = instr.args[1]
        return name in LOOKING_METHODS or (name.startswith("__") and name.endswith("__"))
    return False
