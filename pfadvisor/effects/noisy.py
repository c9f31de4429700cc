"""Special methods and properties of project classes that may do more than look.

An operator on an object of unknown type may run any of them. Most modules have
none, which is told from the code's form alone: a method is quiet if it stores
nothing and calls nothing but builtins that only look at their arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects.facts import Class, Function, Instr, ModuleFacts
from pfadvisor.effects.lent import shown
from pfadvisor.effects.unnamed import asked

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

PROPERTIES: Final = ("property", "cached_property", "getter", "setter", "deleter")
Methods = dict[str, list[tuple[str, int]]]
COPYING: Final = ("__copy__", "__deepcopy__", "__replace__")  # may give what is no copy
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


class Method(NamedTuple):
    """A method of a class; `implicit`: it may run without being called by its name."""

    name: str
    place: tuple[str, int]
    implicit: bool
    quiet: bool
    asked: frozenset[str]


class Noise:
    """The noisy special methods and properties that a module's objects may have, by name."""

    def __init__(self, program: Program) -> None:
        self._noise_program = program
        self._noise_in: dict[str, list[Method]] = {}
        self._noisy_around: dict[str, Methods] = {}

    def noisy(self, module: ModuleFacts) -> Methods:
        """Those of the module's classes and of the modules that it imports."""
        if module.name not in self._noisy_around:
            found: Methods = {}
            around = self._noise_program.neighbours(module)
            for method in _loud([m for name in around for m in self._candidates(name)]):
                if method.implicit:
                    found.setdefault(method.name, []).append(method.place)
            self._noisy_around[module.name] = found
        return self._noisy_around[module.name]

    def _candidates(self, name: str) -> list[Method]:
        if name not in self._noise_in:
            facts = self._noise_program.module(name)
            found = [] if facts is None else [m for c in facts.classes for m in _methods(facts, c)]
            self._noise_in[name] = found
        return self._noise_in[name]


def _loud(methods: list[Method]) -> list[Method]:
    """Those that are not quiet, and those that may run one of these, in their order."""
    loud = {m.name for m in methods if not m.quiet}
    grown = True
    while grown:
        more = {m.name for m in methods if m.name not in loud and m.asked & loud}
        grown = bool(more)
        loud |= more
    return [m for m in methods if not m.quiet or m.asked & loud]


def _methods(facts: ModuleFacts, cls: Class) -> Iterator[Method]:
    """The methods, setters too, and second names of special ones: `__radd__ = __add__`."""
    for index, function in enumerate(facts.functions):
        if function.parent != cls.body or function.kind != "function":
            continue
        if _implicit(function, function.name) or function.name in LOOKING_METHODS:
            yield _method(facts, index, function.name)
    for name, index, runs in shown(facts, cls):
        if runs or _special(name):
            yield _method(facts, index, name, runs=runs)


def _method(facts: ModuleFacts, index: int, name: str, *, runs: bool = False) -> Method:
    function = facts.functions[index]
    implicit = runs or _implicit(function, name)
    still = quiet(function)
    asks = asked(function) if still else frozenset[str]()
    return Method(name, (facts.name, index), implicit, still, asks)


def _implicit(function: Function, name: str) -> bool:
    return _special(name) or _is_property(function)


def _special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name != "__init__"


def _is_property(function: Function) -> bool:
    return any(d.rpartition(".")[2] in PROPERTIES for d in function.decorators)


def quiet(function: Function) -> bool:
    """Whether the form of the code shows that it changes nothing."""
    if any("cached_property" in d for d in function.decorators) or function.name in COPYING:
        return False
    for instr in function.code:
        if instr.op in LOUD or (
            instr.op == "op"
            and str(instr.args[0]).endswith("=")
            and (instr.args[0] not in ("==", "!=", "<=", ">="))
        ):
            return False
        if instr.op == "call" and not (
            _looks(function, instr.args[0]) and _calls_none(function, instr)
        ):
            return False
    return True


def _calls_none(function: Function, instr: Instr) -> bool:
    """Whether none of its arguments is a function that it may call."""
    name = function.code[instr.args[0]].args[-1]
    for number, (kind, keyword, value) in enumerate(instr.args[1]):
        if keyword == "key" or (name in ("map", "filter") and number == 0):
            given = function.code[value]
            if given.op != "const" and not (given.op == "name" and given.args[0] in LOOKING):
                return False
        if name in ("getattr", "hasattr") and number == 1 and function.code[value].op != "const":
            return False
        if kind == "dstar":
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
