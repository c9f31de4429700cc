"""Parameters and attributes that a file gives iterators to.

What is of an unknown type may be gone through again and again, as a list may be. What a caller in
sight passes an iterator for, or a method keeps one in, may not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pfadvisor.effects.facts import Class, Function, Instr, ModuleFacts
from pfadvisor.effects.parameters import ITERATOR, MAKING
from pfadvisor.effects.passed import called, calls_in, passed
from pfadvisor.effects.values import parse_type

Told = frozenset[tuple[str, str]]  # qualified name of a function or class, parameter or attribute
RETURNED: Final = "return"
JOINS: Final = frozenset({"phi", "loopphi", "enter"})
METHODS: Final = frozenset({"finditer", "iterdir", "rglob"})

SPARING: Final = "Iterable"  # all that it promises is to be gone through once


def may_be(types: frozenset[str] | None) -> bool:
    """Whether the type of what is given an iterator leaves open that it is one."""
    return types is None or any(parse_type(t)[0] == SPARING for t in types)


def iterators(module: ModuleFacts, gives_one: Callable[[str], bool]) -> Told:
    """Where a file puts iterators; `gives_one` knows of functions elsewhere, by dotted names."""
    reader = Reader(module, gives_one)
    while more := frozenset(reader.found()) - reader.told:
        reader.told |= more
    return reader.told


def held_by_callers(module: ModuleFacts, gives_one: Callable[[str], bool], told: Told) -> Told:
    """Of the parameters that are told of, those whose iterators a caller may go on with."""
    reader = Reader(module, gives_one)
    reader.told = told
    return frozenset(reader.held())


def behind(code: tuple[Instr, ...], value: int) -> set[int]:
    """What the value may be, and what a display that it may be is made of."""
    found, waiting = set[int](), [value]
    while waiting:
        at = waiting.pop()
        if at >= 0 and at not in found:
            found.add(at)
            op, args, *_ = code[at]
            waiting += args if op in JOINS else args[1:] if op == "display" else ()
    return found


class Reader:
    def __init__(self, module: ModuleFacts, gives_one: Callable[[str], bool]) -> None:
        self.module, self.gives_one = module, gives_one
        self.calls, self.imports = calls_in(module), dict(module.imports)
        self.told: Told = frozenset()

    def found(self) -> Iterator[tuple[str, str]]:
        """All that what is told so far tells."""
        for function in self.module.functions:
            yield from self._given(function)
            yield from self._kept(function)
        for cls in self.module.classes:
            if "__init__" not in dict(cls.methods):
                yield from self._filled(cls)

    def _given(self, function: Function) -> Iterator[tuple[str, str]]:
        """Parameters that a call passes an iterator for, or that have one for a default."""
        for param in function.params:
            if param.default == ITERATOR:
                yield function.qualname, param.name
        for caller, name, value in self._arguments(function):
            if self._is_one(caller, value):
                yield function.qualname, name

    def _arguments(self, function: Function) -> Iterator[tuple[Function, str, int]]:
        """(caller, parameter, what it passes there) of the calls in sight."""
        for kind, name in self._names(function) if function.params else ():
            for caller, call in self.calls.get((kind, name), ()):
                for number, value in enumerate(passed(function, call)):
                    yield self.module.functions[caller], function.params[number].name, value

    def held(self) -> Iterator[tuple[str, str]]:
        """Parameters whose callers may go on with the iterator that they pass."""
        for function in self.module.functions:
            for caller, name, value in self._arguments(function):
                if self._is_one(caller, value) and not self._is_for_one_call(caller, value):
                    yield function.qualname, name

    def _is_for_one_call(self, caller: Function, value: int) -> bool:
        """Whether it is made where it is passed, of what is no iterator: nobody else has it."""
        from pfadvisor.effects.program import operands

        code = caller.code
        instr, uses = code[value], sum(value in operands(instr) for instr in code)
        if uses > 1 or instr.op not in ("call", "comp"):
            return False
        if instr.op == "comp":
            return not self._is_one(caller, caller.loops[instr.args[1]].source)
        made_here = self._is_builtin(caller, code[instr.args[0]])
        return made_here and not any(self._is_one(caller, v) for v in operands(instr)[1:])

    def _names(self, function: Function) -> Iterator[tuple[str, str]]:
        owned = function.owner_class >= 0
        yield "attr" if owned else "name", function.name
        if owned and function.name == "__init__":
            for name in self._derived(self.module.classes[function.owner_class]):
                yield from (("name", name), ("attr", name))

    def _derived(self, cls: Class) -> set[str]:
        """The names of the class and of those in the file that derive from it."""
        names = {cls.name}
        for other in self.module.classes:
            if any(base.rpartition(".")[2] in names for base in other.bases):
                names.add(other.name)
        return names

    def _kept(self, function: Function) -> Iterator[tuple[str, str]]:
        """Attributes of the own object, variables of the module and results."""
        owner = function.owner_class
        for instr in function.code:
            if instr.op == "ret" and any(self._is_one(function, v) for v in instr.args):
                yield function.qualname, RETURNED
            if instr.op == "setname" and self._is_one(function, instr.args[1]):
                yield "", instr.args[0]
        for name, value in function.attributes() if owner >= 0 else ():
            if self._is_one(function, value):
                yield self.module.classes[owner].qualname, name

    def _filled(self, cls: Class) -> Iterator[tuple[str, str]]:
        """Fields that a call of the class passes an iterator for."""
        fields = self._fields(cls)
        for kind in ("name", "attr") if fields else ():
            for caller, call in self.calls.get((kind, cls.name), ()):
                for number, (how, keyword, value) in enumerate(call.args[1]):
                    field = keyword if how == "kw" else "".join(fields[number : number + 1])
                    if self._is_one(self.module.functions[caller], value):
                        yield cls.qualname, field

    def _fields(self, cls: Class) -> list[str]:
        bases = {base.rpartition(".")[2] for base in cls.bases}
        above = [c for c in self.module.classes if c.name in bases and c is not cls]
        inherited = [field for base in above for field, _ in base.fields]
        return list(dict.fromkeys([*inherited, *(field for field, _ in cls.fields)]))

    def _is_one(self, function: Function, value: int) -> bool:
        """Whether the value is an iterator, or a container that is made with one."""
        code = function.code
        return any(self._is_source(function, code[v]) for v in behind(code, value))

    def _is_source(self, function: Function, instr: Instr) -> bool:
        match instr.op:
            case "comp":
                return bool(instr.args[0] == "generator")
            case "call":
                return self._made(function, function.code[instr.args[0]])
            case "param":
                return (function.qualname, function.params[instr.args[0]].name) in self.told
            case "name" | "attr":
                return self._read(function, instr)
        return False

    def _read(self, function: Function, instr: Instr) -> bool:
        if instr.op == "name":
            return ("", instr.args[0]) in self.told
        base, owner = function.code[instr.args[0]], function.owner_class
        own = base.op == "param" and base.args[0] == 0 and owner >= 0
        return own and (self.module.classes[owner].qualname, instr.args[1]) in self.told

    def _made(self, function: Function, callee: Instr) -> bool:
        """Whether what is called gives an iterator."""
        if self._is_builtin(function, callee):
            return True
        name = called(self.module, function, callee)
        owned = callee.op == "attr"
        if self._imported(function, callee) or (owned and name in METHODS):
            return True
        functions = [f for f in self.module.functions if f.name == name]
        made = [f for f in functions if (f.owner_class >= 0) is owned and f.kind == "function"]
        return bool(made) and all(map(self._gives, made))

    def _is_builtin(self, function: Function, callee: Instr) -> bool:
        name = called(self.module, function, callee)
        if callee.op == "builtin" or (callee.op == "name" and name not in self.module.names):
            return (name or callee.args[0]) in MAKING
        return False

    def _gives(self, function: Function) -> bool:
        generates = function.is_generator and not function.is_async
        told = (function.qualname, RETURNED) in self.told
        return (generates or told) and not function.decorators

    def _imported(self, function: Function, callee: Instr) -> bool:
        base = function.code[callee.args[0]] if callee.op == "attr" else callee
        if base.op != "name" or base.args[0] not in self.imports:
            return False
        module, name, _ = self.imports[base.args[0]]
        steps = [module, name, callee.args[1] if callee.op == "attr" else ""]
        return self.gives_one(".".join(filter(None, steps)))
