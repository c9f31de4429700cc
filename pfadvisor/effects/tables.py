"""Tables of callables: what a dictionary, list or tuple of functions at module level holds.

It is known if the name is bound once, and if its own module, and the one that asks, only look
things up in it: what is passed on, aliased or stored into may hold anything. What is in it may be
tuples, which nobody changes, and these may have functions in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name
from pfadvisor.effects.values import BOTTOM, Obj, Root, Val, ordered

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

LOOKING: Final = frozenset({"get", "items", "keys", "values", "index", "count"})
READERS: Final = frozenset(
    {"len", "sorted", "list", "tuple", "set", "dict", "iter", "enumerate", "zip", "any", "all"}
)
CHOOSING: Final = frozenset({"max", "min"})  # of one argument an item, of several one of these
DRAWING: Final = frozenset({"product", "combinations", "permutations", "chain", "islice", "cycle"})
Func = tuple[Any, ...]
Steps = tuple[str, ...]
CALLABLES: Final = frozenset({"function", "type", "None"})


class Tables:
    """Callables in the containers that module-level names stand for, by variable."""

    def __init__(self, program: Program) -> None:
        self._tables_program = program
        self._tables: dict[tuple[str, Steps], frozenset[Func]] = {}
        self._looked_at: dict[tuple[str, str], bool] = {}

    def callables_in(
        self, asking: ModuleFacts, objs: frozenset[Obj], step: str = "[]"
    ) -> frozenset[Func]:
        """What the containers hold there if all of them are known; nothing otherwise."""
        found: frozenset[Func] = frozenset()
        for root, path in ordered(objs):
            steps = (*path, step)
            held = self._held(asking, str(root[1]), steps) if is_table(root, path) else None
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
                found |= self._contents(facts, name, ("[]",))
        return found

    def _held(self, asking: ModuleFacts, variable: str, steps: Steps) -> frozenset[Func]:
        module_name, _, name = variable.rpartition(".")
        module = self._tables_program.module(module_name)
        if module is None or name in module.rebound or not self._only_looked_at(module, name):
            return frozenset()
        aliases = [n for n, (_, imported, _) in asking.imports if imported == name]
        if not all(self._only_looked_at(asking, alias) for alias in aliases):
            return frozenset()
        key = variable, steps
        if key not in self._tables:
            self._tables[key] = self._contents(module, name, steps)
        return self._tables[key]

    def _contents(self, module: ModuleFacts, name: str, steps: Steps) -> frozenset[Func]:
        code = module.functions[0].code
        bound = [i.args[1] for i in code if i.op == "setname" and i.args[0] == name]
        values = bound if len(bound) == 1 else []
        for depth, step in enumerate(steps):
            values = [v for each in values for v in _displayed(code, code[each], step, depth)]
            if -1 in values:
                return frozenset()
        return _plain_functions([self._tables_program.slice_value(module, 0, v) for v in values])

    def _only_looked_at(self, module: ModuleFacts, name: str) -> bool:
        key = module.name, name
        if key not in self._looked_at:
            self._looked_at[key] = all(_only_looks(module, f, name) for f in module.functions)
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


def is_table(root: Root, path: Steps) -> bool:
    """Whether it may be a module-level container, or a tuple in one."""
    return root[0] == "global" and all(step[0] == "[" for step in path)


def _displayed(code: tuple[Instr, ...], made: Instr, step: str, depth: int) -> list[int]:
    """The values at one place of a display, -1 for what cannot be told."""
    kind, *values = made.args if made.op == "display" else ("",)
    if kind == "dict" and not depth:
        return values[1::2]
    spread = any(code[v].op == "star" for v in values)
    if spread or (kind != "tuple" and (depth or kind != "list")):
        return [-1]
    number = int(step[1:-1]) if step[1:-1].isdecimal() else None
    return values if number is None else values[number : number + 1] or [-1]


def _only_looks(module: ModuleFacts, function: Function, name: str) -> bool:
    from pfadvisor.effects.program import operands

    meant = _values_of(function, name)
    return not meant or all(
        _looks(module, function, instr, value)
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


def _looks(module: ModuleFacts, function: Function, instr: Instr, value: int) -> bool:
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
            given = {kind for kind, _, v in instr.args[1] if v == value}
            alone = [kind for kind, _, _ in instr.args[1] if kind != "kw"] == ["pos"]
            return given == {"pos"} and _reads(module, function, instr.args[0], alone=alone)
    return False


def _reads(module: ModuleFacts, function: Function, callee: int, *, alone: bool) -> bool:
    """Whether what is called looks at what the argument holds, and keeps none of the argument."""
    code = function.code
    made, name = code[callee], last_name(code[callee])
    base = code[made.args[0]] if made.op == "attr" else made
    if made.op == "attr" and name == "join":
        return base.op == "const" and isinstance(base.args[0], str)
    if name in DRAWING:
        origin = "itertools", "" if made.op == "attr" else name, 0
        return base.op == "name" and dict(module.imports).get(base.args[0]) == origin
    return made.op == "name" and (name in READERS or (alone and name in CHOOSING))


def callables_held(
    ev: Evaluation, value: Val, elem: str, types: frozenset[str] | None
) -> Val | None:
    """What a table of functions at module level holds."""
    if not elem.startswith("[") or not (types is None or types <= CALLABLES):
        return None
    if not any(is_table(root, path) for root, path in value.objs):
        return None
    funcs = ev.program.callables_in(ev.module, value.objs, elem)
    return Val(types=types or frozenset({"function"}), funcs=funcs) if funcs else None
