"""Tables of callables: what a dictionary, list or tuple of functions at module level holds.

It is known if the name is bound once, and if its own module, and the one that asks, only look
things up in it: what is passed on, aliased or stored into may hold anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.values import BOTTOM, Obj, Val, ordered

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

LOOKING: Final = frozenset({"get", "items", "keys", "values", "index", "count"})
READERS: Final = frozenset(
    {"len", "sorted", "list", "tuple", "set", "dict", "iter", "enumerate", "zip", "any", "all"}
)
Func = tuple[Any, ...]
CALLABLES: Final = frozenset({"function", "type", "None"})


class Tables:
    """Callables in the containers that module-level names stand for, by variable."""

    def __init__(self, program: Program) -> None:
        self._tables_program = program
        self._tables: dict[str, frozenset[Func]] = {}
        self._looked_at: dict[tuple[str, str], bool] = {}

    def callables_in(self, asking: ModuleFacts, objs: frozenset[Obj]) -> frozenset[Func]:
        """What the containers hold if all of them are known; nothing otherwise."""
        found: frozenset[Func] = frozenset()
        for root, path in ordered(objs):
            held = self._held(asking, str(root[1])) if root[0] == "global" and not path else None
            if not held:
                return frozenset()
            found |= held
        return found

    def callables_first_in(self, objs: frozenset[Obj]) -> frozenset[Func]:
        """What the containers were made with, whoever may have changed them since."""
        found: frozenset[Func] = frozenset()
        for root, path in objs:
            module, _, name = str(root[1]).rpartition(".") if root[0] == "global" else ("", "", "")
            facts = self._tables_program.module(module) if module and not path else None
            if facts is not None:
                found |= self._contents(facts, name)
        return found

    def _held(self, asking: ModuleFacts, variable: str) -> frozenset[Func]:
        module_name, _, name = variable.rpartition(".")
        module = self._tables_program.module(module_name)
        if module is None or name in module.rebound or not self._only_looked_at(module, name):
            return frozenset()
        aliases = [n for n, (_, imported, _) in asking.imports if imported == name]
        if not all(self._only_looked_at(asking, alias) for alias in aliases):
            return frozenset()
        if variable not in self._tables:
            self._tables[variable] = self._contents(module, name)
        return self._tables[variable]

    def _contents(self, module: ModuleFacts, name: str) -> frozenset[Func]:
        code = module.functions[0].code
        bound = [i.args[1] for i in code if i.op == "setname" and i.args[0] == name]
        if len(bound) != 1 or code[bound[0]].op != "display":
            return frozenset()
        kind, *values = code[bound[0]].args
        held = [
            self._tables_program.slice_value(module, 0, v)
            for v in (values[1::2] if kind == "dict" else values)
        ]
        return _plain_functions(held) if kind != "set" else frozenset()

    def _only_looked_at(self, module: ModuleFacts, name: str) -> bool:
        key = module.name, name
        if key not in self._looked_at:
            self._looked_at[key] = all(_only_looks(f, name) for f in module.functions)
        return self._looked_at[key]


def _plain_functions(held: list[Val]) -> frozenset[Func]:
    """The functions and classes that the values are, nothing if one of them is something else."""
    found: set[Func] = set()
    for value in held:
        known = value.funcs and value.types is not None and value.types <= CALLABLES
        plain = all(f[0] in ("def", "class", "known") for f in value.funcs)
        if value == BOTTOM or not known or not plain or value.recv is not None:
            return frozenset()
        found |= value.funcs
    return frozenset(found)


def _only_looks(function: Function, name: str) -> bool:
    from pfadvisor.effects.program import operands

    meant = _values_of(function, name)
    return not meant or all(
        _looks(function, instr, value)
        for instr in function.code
        for value in operands(instr)
        if value in meant
    )


def _values_of(function: Function, name: str) -> set[int]:
    found = {
        i
        for i, instr in enumerate(function.code)
        if instr.op in ("name", "free") and instr.args[0] == name
    }
    if function.kind == "module":
        found |= {i.args[1] for i in function.code if i.op == "setname" and i.args[0] == name}
    return found


def _looks(function: Function, instr: Instr, value: int) -> bool:
    match instr.op:
        case "setname" | "bind" | "test" | "elem" | "iter":
            return True
        case "item":
            return bool(instr.args[0] == value)
        case "attr":
            return instr.args[1] in LOOKING
        case "op":
            return instr.args[0] in ("in", "not in", "not") and instr.args[1] != value
        case "call":
            callee = function.code[instr.args[0]]
            return callee.op == "name" and callee.args[0] in READERS
    return False


def callables_held(
    ev: Evaluation, value: Val, elem: str, types: frozenset[str] | None
) -> Val | None:
    """What a table of functions at module level holds."""
    if not elem.startswith("[") or not (types is None or types <= CALLABLES):
        return None
    if not any(root[0] == "global" and not path for root, path in value.objs):
        return None
    funcs = ev.program.callables_in(ev.module, value.objs)
    return Val(types=types or frozenset({"function"}), funcs=funcs) if funcs else None
