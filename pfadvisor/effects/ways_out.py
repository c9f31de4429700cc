"""Where else the container that an attribute holds goes, and whether more is put into it there.

Ways have names: `.rows` an attribute, `rows()` what calls of that name give, `(rows` what they are
given, `=rows` a variable, `[]` what containers hold, `a:3:17` what instruction 17 of function 3 in
module a gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects.class_stores import is_bound
from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name
from pfadvisor.effects.growing import LOOKING, MADE, MUTATORS, origins

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

HELD: Final = "[]"
GROWN: Final = "+"
ADDERS: Final = frozenset(
    {"heappush", "heappushpop", "heapreplace", "insort", "insort_left", "insort_right"}
)
COPYING: Final = frozenset({"extend", "extendleft"})
CODE: Final = frozenset({"name", "free", "attr"})
OWN: Final = MADE | {"param"}
TAKEN: Final = frozenset({"item", "elem", "unpack"})


class Step(NamedTuple):
    source: str
    target: str


def grows(program: Program, module: ModuleFacts, attribute: str) -> bool:
    """Whether code of the module, or of what it imports, puts more into what such attributes hold,
    or into what that contains."""
    around = [*program.around(module)]
    seen, waiting = set[str](), [f".{attribute}"]
    while waiting:
        way = waiting.pop()
        if way in seen:
            continue
        seen.add(way)
        for facts in around:
            waiting += program.table(ways_out, facts).get(way, ())
    return GROWN in seen


def ways_out(module: ModuleFacts) -> dict[str, frozenset[str]]:
    """Which way leads to which others."""
    found: dict[str, set[str]] = {}
    for number in range(len(module.functions)):
        for step in _Ways(module, number).steps():
            found.setdefault(step.source, set()).add(step.target)
    for cls in module.classes:
        found.setdefault(f"({cls.name}", set()).update(f".{field}" for field, _ in cls.fields)
    return {source: frozenset(targets) for source, targets in found.items()}


class _Ways:
    """Of the values of one function."""

    def __init__(self, module: ModuleFacts, number: int) -> None:
        self.module, self.number = module, number
        self.function: Function = module.functions[number]
        self.code = self.function.code
        self.name = self.function.name
        if self.name == "__init__" and self.function.owner_class >= 0:
            self.name = module.classes[self.function.owner_class].name

    def steps(self) -> Iterator[Step]:
        own = is_bound(self.module, self.function)
        for at, instr in enumerate(self.code):
            if instr.op == "param" and not (own and instr.args[0] == 0):
                yield Step(f"({self.name}", self._here(at))
            for value, target in self._goes(instr):
                for way in self._of(value):
                    yield Step(way, target)
                    if instr.op == "setattr":
                        yield Step(target, way)

    def _here(self, value: int) -> str:
        return f"{self.module.name}:{self.number}:{value}"

    def _of(self, value: int) -> Iterator[str]:
        for at in origins(self.code, value):
            instr = self.code[at]
            if instr.op in OWN:
                yield self._here(at)
            match instr.op:
                case "attr":
                    yield f".{instr.args[1]}"
                case "call":
                    yield f"{self._callee(instr)}()"
                case "item" | "elem" | "unpack":
                    yield HELD
                case "name" | "free":
                    yield f"={instr.args[0]}"

    def _callee(self, call: Instr) -> str:
        """The last part of the name of what is called, "" for anything else than what has one."""
        callee = self.code[call.args[0]]
        match callee.op:
            case "func":
                return str(self.module.functions[callee.args[0]].name)
            case "class":
                return str(self.module.classes[callee.args[0]].name)
            case "import":
                return str(callee.args[1])
        name = last_name(callee)
        return dict(self.module.imports).get(name, ("", name, 0))[1] or name

    def _within(self, value: int) -> Iterator[int]:
        """The value and what it has been taken out of."""
        yield value
        while self.code[value].op in TAKEN:
            value = self.code[value].args[0]
            yield value

    def _goes(self, instr: Instr) -> Iterator[tuple[int, str]]:
        """Values that the instruction hands on, and whereto."""
        match instr.op:
            case "setattr":
                yield instr.args[2], f".{instr.args[1]}"
            case "setname" | "setcell":
                yield instr.args[1], f"={instr.args[0]}"
            case "ret":
                names = [f"{self.name}()", *([f".{self.name}"] * bool(self.function.decorators))]
                yield from ((value, name) for value in instr.args for name in names)
            case "display":
                yield from ((value, HELD) for value in instr.args[1:])
            case "comp":
                yield from ((value, HELD) for value in instr.args[2:])
            case "yield":
                yield instr.args[0], HELD
            case "setitem":
                yield instr.args[2], HELD
                yield from ((value, GROWN) for value in self._within(instr.args[0]))
            case "attr" if instr.args[1] in MUTATORS:
                yield from ((value, GROWN) for value in self._within(instr.args[0]))
            case "op" if instr.args[0] in ("+=", "|="):
                yield from ((value, GROWN) for value in self._within(instr.args[1]))
            case "call":
                yield from self._handed(instr)

    def _handed(self, call: Instr) -> Iterator[tuple[int, str]]:
        """Arguments of a call; one of unknown code may do anything with them."""
        given, name = [v for _, _, v in call.args[1]], self._callee(call)
        if self.code[call.args[0]].op == "builtin" or name in LOOKING - self.module.names:
            return
        targets = [f"({name}"] if name else [GROWN]
        targets += [GROWN] if name in ADDERS else [HELD] if name in MUTATORS - COPYING else []
        called_back = (last_name(self.code[v]) for v in given if self.code[v].op in CODE)
        targets += [f"({other}" for other in called_back]
        yield from ((value, target) for value in given for target in targets)
