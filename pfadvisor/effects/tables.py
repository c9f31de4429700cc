"""Tables of callables: what a dictionary, list or tuple of functions at module level holds.

It is known if the name is bound once, and if its own module, and the one that asks, only look
things up in it: what is passed on, aliased or stored into may hold anything. What is in it may be
tuples, which nobody changes, and these may have functions in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects.class_tables import Kept, kept_at, values_at
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.tables_written import Steps, displayed, looks
from pfadvisor.effects.values import BOTTOM, Obj, Root, Val, child, ordered

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

Func = tuple[Any, ...]
CALLABLES: Final = frozenset({"function", "type", "None"})
FOLLOWED: Final = ("def", "class", "known", "partial")


class Tables:
    """Callables in the containers that module-level names stand for, by variable."""

    def __init__(self, program: Program) -> None:
        self._tables_program = program
        self._tables: dict[tuple[str, Steps], frozenset[Func]] = {}
        self._kept_tables: dict[tuple[str, Kept, Steps], frozenset[Func]] = {}
        self._looked_at: dict[tuple[str, str], bool] = {}

    def callables_in(self, ev: Evaluation, objs: frozenset[Obj], step: str) -> frozenset[Func]:
        """What the containers hold there if all of them are known; nothing otherwise."""
        found: frozenset[Func] = frozenset()
        for root, path in ordered(objs):
            held, kept = frozenset[Func](), kept_at(ev, root, path)
            if kept is not None:
                held = self._kept(ev.module, kept, (*path[1:], step))
            elif is_table(root, path):
                held = self._held(ev.module, str(root[1]), (*path, step))
            if not held:
                return frozenset()
            found |= held
        return found

    def _kept(self, asking: ModuleFacts, kept: Kept, steps: Steps) -> frozenset[Func]:
        key = asking.name, kept, steps
        if key not in self._kept_tables:
            self._kept_tables[key] = frozenset()  # while it is being asked for
            values = values_at(self._tables_program, asking, kept, steps)
            self._kept_tables[key] = _plain_functions(values)
        return self._kept_tables[key]

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
            values = [v for each in values for v in displayed(code, code[each], step, depth)]
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
        plain = all(f[0] in FOLLOWED for f in value.funcs)
        if value == BOTTOM or not known or not plain or value.recv is not None:
            return frozenset()
        found |= value.funcs
    return frozenset(found)


def is_table(root: Root, path: Steps) -> bool:
    """Whether it may be a module-level container, or a tuple in one."""
    return root[0] == "global" and all(step[0] == "[" for step in path)


def _only_looks(module: ModuleFacts, function: Function, name: str) -> bool:
    from pfadvisor.effects.program import operands

    meant = _values_of(function, name)
    return not meant or all(
        looks(module, function, instr, value, name)
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


def callables_held(
    ev: Evaluation, value: Val, elem: str, types: frozenset[str] | None
) -> Val | None:
    """What a table of functions at module level, or one that a class keeps, holds."""
    if not elem.startswith("[") or not (types is None or types <= CALLABLES):
        return None
    if not any(is_table(root, path) or kept_at(ev, root, path) for root, path in value.objs):
        return None
    funcs = ev.program.callables_in(ev, value.objs, elem)
    made = any(func[0] == "partial" for func in funcs)
    objs = frozenset(child(obj, elem) for obj in value.objs) if made else frozenset[Obj]()
    return Val(objs, types or frozenset({"function"}), funcs) if funcs else None
