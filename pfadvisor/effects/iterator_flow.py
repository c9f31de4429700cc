"""Where the iterators and the functions of a file go: by names, in whatever order its code runs.

Variables, parameters, results and attributes are slots, and what is put into one reaches all who
read it. An attribute is that of the own class in methods; on other objects its name alone counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pfadvisor.effects.facts import Class, Function, ModuleFacts
from pfadvisor.effects.iterator_lines import Elsewhere
from pfadvisor.effects.names import absolute
from pfadvisor.effects.tokens import (
    ANYBODY,
    NONE,
    OUTSIDE,
    Given,
    Slot,
    Token,
    Tokens,
    at_depths,
    code_of,
    depths_of,
    without_names,
)

MOST_TOKENS: Final = 24  # in a slot; what could be called besides is left out
CELL: Final = "<"  # begins the slot of a variable that nested functions read


class Flow:
    def __init__(self, module: ModuleFacts, elsewhere: Elsewhere) -> None:
        self.module, self.elsewhere = module, elsewhere
        self.slots: dict[Slot, Tokens] = {}
        self.kept: set[Slot] = set()  # parameters with whose iterators a caller may go on
        self.sent: dict[tuple[str, tuple[Given, ...]], None] = {}
        self.methods: dict[str, list[int]] = {}
        for index, function in enumerate(module.functions):
            if function.owner_class >= 0 and function.kind == "function":
                self.methods.setdefault(function.name, []).append(index)
        self._readers: dict[Slot, set[int]] = {}
        self.turning = {n for n, f in enumerate(module.functions) if f.loops or _has_loop(f)}
        self._steps: dict[int, list[tuple[int, Any]]] = {}
        self._uses: dict[int, Counter[int]] = {}
        self._values = [[NONE] * len(function.code) for function in module.functions]
        self._waiting = dict.fromkeys(range(len(module.functions)))
        self._classes = {cls.name: cls for cls in module.classes}
        numbers = range(len(module.classes))
        self.callable = {n for n in numbers if self.method(module.classes[n], "__call__") >= 0}

    def run(self) -> Flow:
        from pfadvisor.effects.iterator_steps import Sweep

        while self._waiting:
            index = next(iter(self._waiting))
            del self._waiting[index]
            if Sweep(self, index, self._values[index]).run():
                self._waiting[index] = None
        return self

    def steps(self, index: int, steps: Mapping[str, Any]) -> list[tuple[int, Any]]:
        """The instructions of a scope that have a part in it, with what they do."""
        if index not in self._steps:
            code = enumerate(self.module.functions[index].code)
            self._steps[index] = [(i, steps[c.op]) for i, c in code if c.op in steps]
        return self._steps[index]

    def uses(self, index: int) -> Counter[int]:
        """In how many instructions of a scope each value is used."""
        from pfadvisor.effects.program import operands

        if index not in self._uses:
            code = self.module.functions[index].code
            self._uses[index] = Counter(v for instr in code for v in {*operands(instr)})
        return self._uses[index]

    def put(self, slot: Slot, tokens: Tokens) -> None:
        known = self.slots.get(slot, NONE)
        if slot[0] and not slot[1].startswith(CELL):
            tokens = without_names(tokens)
        if len(known) >= MOST_TOKENS:
            tokens -= code_of(tokens)
        if not tokens <= known:
            self.slots[slot] = known | tokens
            self._waiting |= dict.fromkeys(self._readers.get(slot, ()))

    def send(self, name: str, given: list[Given]) -> None:
        """A call of what another file defines: a dotted name, or of a method after a dot alone."""
        depths = [at_depths(depths_of(one.tokens)) for one in given]
        if any(depths):
            told = zip(given, depths, strict=True)
            self.sent[name, tuple(one._replace(tokens=d, value=-1) for one, d in told)] = None

    def receive(self, token: Token, given: tuple[Given, ...]) -> None:
        """A call in another file, of a function or class of this one."""
        from pfadvisor.effects.iterator_calls import CALLED
        from pfadvisor.effects.iterator_steps import Sweep

        CALLED[token[0]](Sweep(self, 0, self._values[0]), token, list(given))

    def get(self, slot: Slot, reader: int) -> Tokens:
        self._readers.setdefault(slot, set()).add(reader)
        return self.slots.get(slot, NONE)

    def put_attribute(self, owner: int, name: str, tokens: Tokens) -> None:
        """`owner`: the class whose own methods or body set it, -1 for others."""
        own = self.module.classes[owner].qualname if owner >= 0 else OUTSIDE
        self.put((own, name), tokens)
        self.put((ANYBODY, name), tokens)

    def attribute(self, owner: int, name: str, reader: int) -> Tokens:
        if owner < 0:
            return self.get((ANYBODY, name), reader)
        found = self.get((OUTSIDE, name), reader)
        for cls in self.lineage(self.module.classes[owner]):
            found |= self.get((cls.qualname, name), reader)
        return found

    def lineage(self, cls: Class) -> Iterator[Class]:
        """The class and those above it in the file."""
        found, waiting = set[str](), [cls]
        while waiting:
            one = waiting.pop(0)
            if one.qualname not in found:
                found.add(one.qualname)
                yield one
                bases = (base.rpartition(".")[2] for base in one.bases)
                waiting += [self._classes[base] for base in bases if base in self._classes]

    def method(self, cls: Class, name: str) -> int:
        """The function of a method, its own or an inherited one; -1 if none is in the file."""
        found = (dict(one.methods).get(name, -1) for one in self.lineage(cls))
        return next((index for index in found if index >= 0), -1)

    def bases_elsewhere(self, cls: Class) -> Iterator[str]:
        """The dotted names of imported classes that the class derives from."""
        imports = dict(self.module.imports)
        for base in (base for one in self.lineage(cls) for base in one.bases):
            first, _, rest = base.partition(".")
            if first in imports:
                target, name, level = imports[first]
                yield ".".join(filter(None, (absolute(self.module, target, level), name, rest)))

    def instance(self, number: int) -> Tokens:
        """An instance of a class of the file, where it can be called."""
        return frozenset({("object", number)}) if number in self.callable else NONE

    def fields(self, cls: Class) -> list[str]:
        """The fields in the order in which a call of the class takes them."""
        above = [field for one in reversed([*self.lineage(cls)]) for field, _ in one.fields]
        return list(dict.fromkeys(above))

    def cell(self, function: Function, name: str) -> Slot:
        """The variable of an enclosing function, or of this one."""
        owner = function
        while name not in owner.locals and owner.parent >= 0:
            owner = self.module.functions[owner.parent]
        return owner.qualname, f"{CELL}{name}"


def _has_loop(function: Function) -> bool:
    return any(instr.op == "loopphi" for instr in function.code)
