"""Operators of project classes that may give what they were given: `return self`.

They change nothing, so an operand of unknown type need not run them, but their result is no new
object. That is told from the form of the code alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import CHOOSING, Class, Function, Instr, ModuleFacts
from pfadvisor.effects.lent import shown

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Methods = dict[str, list[tuple[str, int]]]
GIVEN: Final = frozenset({"param", "attr", "item", "elem", "unpack", "name", "free"})


class Handing:
    """The special methods of those that a module's objects may have that hand on, by name."""

    def __init__(self, program: Program) -> None:
        self._handing_program = program
        self._handing: dict[str, Methods] = {}

    def handing(self, module: ModuleFacts) -> Methods:
        """Those of the module's classes and of the modules that it imports."""
        if module.name not in self._handing:
            self._handing[module.name] = self._handing_around(module)
        return self._handing[module.name]

    def _handing_around(self, module: ModuleFacts) -> Methods:
        program, found = self._handing_program, Methods()
        around = [*program.around(module)]
        for ops in (False, True):  # what hands on makes of each operator one that may
            for facts in around if found or not ops else ():
                for name, index in _specials(facts):
                    place, known = (facts.name, index), found.get(name, [])
                    if place not in known and _hands_on(facts, index, ops):
                        found.setdefault(name, []).append(place)
        return found


def _specials(facts: ModuleFacts) -> Iterator[tuple[str, int]]:
    for cls in facts.classes:
        for name, index in _members(facts, cls):
            if name.startswith("__") and name.endswith("__"):
                yield name, index


def _members(facts: ModuleFacts, cls: Class) -> Iterator[tuple[str, int]]:
    yield from cls.methods
    yield from (found[:2] for found in shown(facts, cls))


def _hands_on(facts: ModuleFacts, index: int, ops: bool) -> bool:
    """Whether a result may be or hold what was there before; with `ops` by an operator, too."""
    function = facts.functions[index]
    waiting = [i.args[0] for i in function.code if i.op == "ret" and i.args]
    seen = set[int]()
    while waiting:
        value = waiting.pop()
        if value in seen or value < 0:
            continue
        seen.add(value)
        instr = function.code[value]
        if instr.op in GIVEN and not _is_constant(function, instr):
            return True
        waiting += _parts(function, instr, ops)
    return False


def _is_constant(function: Function, instr: Instr) -> bool:
    return instr.op == "name" and instr.args[0] == "NotImplemented"


def _parts(function: Function, instr: Instr, ops: bool) -> list[int]:
    """The values that what an instruction gives may be or hold."""
    match instr.op:
        case "call":
            callee = function.code[instr.args[0]]
            receiver = [callee.args[0]] if callee.op == "attr" else []
            return [*receiver, *(v for _, _, v in instr.args[1])]
        case "op":
            choosing = instr.args[0] in CHOOSING
            return list(instr.args[1:]) if ops or choosing else []
        case "display":
            return list(instr.args[1:])
        case "comp":
            return list(instr.args[2:])
    return [v for v in instr.args if isinstance(v, int)] if instr.op in ("phi", "loopphi") else []
