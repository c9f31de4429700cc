"""What a file's annotations, the tables and other files tell of iterators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects.annotations import resolve
from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.tokens import LAZY, MAKING, NONE, Tokens, at_depths
from pfadvisor.effects.values import parse_type, split_top

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program


class Elsewhere:
    """For one file; names of other files are dotted ones."""

    def __init__(self, program: Program, module: ModuleFacts) -> None:
        self._program, self._module = program, module
        self._stated: dict[str, Tokens] = {"": NONE}
        self._given: dict[str, Tokens] = {}
        self._kept: dict[str, Tokens] = {}

    def stated(self, annotation: str) -> Tokens:
        """What an annotation of the file says a value is."""
        if annotation not in self._stated:
            self._stated[annotation] = self._read(self._module, annotation)
        return self._stated[annotation]

    def _read(self, module: ModuleFacts, annotation: str) -> Tokens:
        types = resolve(self._program, module, annotation) if annotation else None
        return at_depths(depth for one in types or () for depth in self._depths(one))

    def given_by(self, name: str) -> Tokens:
        """What a call of it gives."""
        if name not in self._given:
            self._given[name] = self._result(name)
        return self._given[name]

    def _result(self, name: str) -> Tokens:
        line = self._program.knowledge.call(name)
        if line is not None:
            return at_depths(self._depths(line.returns))
        module, _, last = name.rpartition(".")
        facts = self._program.own(module) if module else None
        defined = (f for f in facts.functions if f.qualname == last) if facts is not None else ()
        return NONE.union(*(self._returned(facts, f) for f in defined if facts is not None))

    def passed_on_by(self, name: str) -> bool:
        """Whether a call of it gives what it is given, or something alike."""
        line = self._program.knowledge.call(name)
        return line is not None and (bool(line.result_is) or line.returns.startswith("type:"))

    def kept_by(self, name: str) -> Tokens:
        """What a variable of another module of the project holds."""
        if name not in self._kept:
            self._kept[name] = self._variable(name)
        return self._kept[name]

    def _variable(self, name: str) -> Tokens:
        module, _, last = name.rpartition(".")
        facts = self._program.own(module) if module else None
        if facts is None or last not in facts.names:
            return NONE
        code = facts.functions[0].code
        bound = (i.args[1] for i in code if i.op == "setname" and i.args[0] == last)
        return LAZY if any(_plainly_one(facts, code, value) for value in bound) else NONE

    def _returned(self, module: ModuleFacts, function: Function) -> Tokens:
        if function.decorators or function.is_async:
            return NONE
        values = [v for instr in function.code if instr.op == "ret" for v in instr.args]
        plainly = any(v >= 0 and _plainly_one(module, function.code, v) for v in values)
        made = LAZY if function.is_generator or plainly else NONE
        return made | self._read(module, function.returns)

    def _depths(self, type_name: str) -> frozenset[int]:
        """How far down in an instance of the type iterators are."""
        parts = split_top(type_name, "|")
        if len(parts) > 1:
            return frozenset().union(*map(self._depths, parts))
        head, arguments = parse_type(type_name)
        below = frozenset[int]().union(*map(self._depths, arguments))
        here = {0} if self._program.one_shot(head) else set[int]()
        return frozenset(here.union(depth + 1 for depth in below))


def _plainly_one(module: ModuleFacts, code: tuple[Instr, ...], value: int) -> bool:
    instr = code[value]
    if instr.op == "comp":
        return bool(instr.args[0] == "generator")
    callee = code[instr.args[0]] if instr.op == "call" else instr
    named = callee.op in ("name", "builtin") and callee.args[0] not in module.names
    return instr.op == "call" and named and callee.args[0] in MAKING
