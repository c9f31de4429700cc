"""Members that the body of a class does not define with `def`: a function of another class, a
lambda, or what `property` and its like make of a function when they are called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects.decorators import KINDS
from pfadvisor.effects.facts import Class, Function, Instr, ModuleFacts
from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Place = tuple[str, int]
Func = tuple[Any, ...]
Member = tuple[str, int, str]
UNTOLD: Final = "untold"  # the kind of a member of which nobody can tell what it runs
GIVING: Final = frozenset({"name", "attr", "call", "free", "phi", "func", "op", "item"})
WRAPPERS: Final = frozenset({"property", "cached_property", "staticmethod", "classmethod"})
ACCESSORS: Final = (".setter", ".getter", ".deleter")


class Lent:
    """Answers by class name and attribute."""

    def __init__(self, program: Program) -> None:
        self._lent_program = program
        self._lent: dict[tuple[str, str], Member | None] = {}
        self._lending: set[tuple[str, str]] = set()
        self._by_name: dict[str, dict[str, list[tuple[str, int]]]] = {}

    def taken(self, owner: str, module: ModuleFacts, cls: Class, name: str) -> Member | None:
        """The member if the body of the class binds it without defining it there."""
        key, program = (owner, name), self._lent_program
        if (cls.body, name) not in program.table(bindings, module):
            return None
        if key in self._lent or key in self._lending:
            return self._lent.get(key)
        self._lending.add(key)
        try:
            found = functions_of(program, module, cls, name)
        finally:
            self._lending.discard(key)
        member = None if found is None else self._as_member(module, cls, *found)
        if program.at_rest:
            self._lent[key] = member
        return member

    def _as_member(self, module: ModuleFacts, cls: Class, kind: str, places: list[Place]) -> Member:
        home, index = (places or [(module.name, cls.body)])[0]
        facts = self._lent_program.module(home)
        told = self._lent_program.kind_of(facts, index) if facts is not None else UNTOLD
        return home, index, kind or told

    def methods_named(self, module: ModuleFacts, name: str) -> list[tuple[str, int]]:
        """Methods of that name in the classes of a module and of what it imports."""
        found: list[tuple[str, int]] = []
        for neighbour in self._lent_program.neighbours(module):
            found += self._methods(neighbour).get(name, [])
        return found

    def _methods(self, module_name: str) -> dict[str, list[tuple[str, int]]]:
        if module_name not in self._by_name:
            index: dict[str, list[tuple[str, int]]] = {}
            module = self._lent_program.module(module_name)
            for cls in module.classes if module is not None else ():
                taken = shown(module, cls) if module is not None else ()
                for method, number in (*cls.methods, *(t[:2] for t in taken)):
                    index.setdefault(method, []).append((module_name, number))
            self._by_name[module_name] = index
        return self._by_name[module_name]


def bindings(module: ModuleFacts) -> dict[tuple[int, str], list[int]]:
    """What class bodies bind names to, in order, where it is not all written with `def`."""
    found: dict[tuple[int, str], list[int]] = {}
    for cls in module.classes:
        own = dict[str, list[int]]()
        code = module.functions[cls.body].code
        for instr in code:
            if instr.op == "setname":
                own.setdefault(instr.args[0], []).append(instr.args[1])
        for name, values in own.items():
            if not all(_is_defined(module, code[value], name) for value in values):
                found[cls.body, name] = values
    return found


def _is_defined(module: ModuleFacts, instr: Instr, name: str) -> bool:
    return instr.op == "func" and module.functions[instr.args[0]].name == name


def functions_of(
    program: Program, module: ModuleFacts, cls: Class, name: str, argument: int = 0
) -> tuple[str, list[Place]] | None:
    """The kind of the member and the functions that it may be; for a property those of its getter,
    or of the `argument` of that number. None if it is not lent."""
    values = program.table(bindings, module).get((cls.body, name), [])
    body = module.functions[cls.body]
    values = [v for v in values if not _is_accessor(module, body.code[v])]
    if not values or _is_defined(module, body.code[values[-1]], name):
        return None
    value = values[-1]
    kind, given = _unwrapped(program, module, cls, value, argument)
    if kind == "" and argument:
        return None
    found = _places(program.slice_value(module, cls.body, given)) if given >= 0 else []
    if not found and kind not in ("property", "cached"):
        return None
    surely = len(values) == 1 or _is_unconditional(body, name, value)
    return (kind if surely and len(found) == 1 else UNTOLD), found


def hides(program: Program, module: ModuleFacts, cls: Class, name: str) -> bool:
    """Whether the body puts in the place of an inherited method what cannot be followed."""
    values = program.table(bindings, module).get((cls.body, name), [])
    code = module.functions[cls.body].code
    return any(
        code[v].op in GIVING and not program.plain(program.slice_value(module, cls.body, v).types)
        for v in values[-1:]
    )


def _is_accessor(module: ModuleFacts, instr: Instr) -> bool:
    shown = module.functions[instr.args[0]].decorators if instr.op == "func" else ()
    return any(d.endswith(ACCESSORS) for d in shown)


def _is_unconditional(body: Function, name: str, value: int) -> bool:
    stores = [c for c in body.code if c.op == "setname" and c.args == (name, value)]
    return all(body.blocks[body.stmts[c.stmt].block].owner < 0 for c in stores)


def _unwrapped(
    program: Program, module: ModuleFacts, cls: Class, value: int, argument: int
) -> tuple[str, int]:
    """What a call of `property` and its like makes, and of which value; "" for no such call."""
    instr = module.functions[cls.body].code[value]
    if instr.op != "call":
        return "", value if instr.op in GIVING else -1
    for func in program.slice_value(module, cls.body, instr.args[0]).funcs:
        kind = KINDS.get(str(func[1]), "") if func[0] in ("known", "class") else ""
        if kind:
            named = ("fget", "fset", "fdel")[argument] if kind == "property" else "func"
            plain = [v for how, _, v in instr.args[1] if how == "pos"][argument:][:1]
            given = [v for how, word, v in instr.args[1] if how == "kw" and word == named]
            return kind, (plain or given or [-1])[0]
    return "", value


def _places(value: Val) -> list[Place]:
    """Functions without an object of their own, which the class gives one."""
    if value.recv is not None:
        return []
    return sorted((str(f[1]), int(f[2])) for f in value.funcs if f[0] == "def")


def shown(module: ModuleFacts, cls: Class) -> Iterator[tuple[str, int, bool]]:
    """Names that the body binds with the functions of the module that its form alone shows, and
    whether reading or setting an attribute of that name runs them."""
    code = module.functions[cls.body].code
    for instr in code:
        if instr.op != "setname":
            continue
        made = code[instr.args[1]]
        callee = code[made.args[0]] if made.op == "call" else made
        wrapped = made.op == "call" and callee.op in ("name", "attr")
        runs = wrapped and callee.args[-1] in ("property", "cached_property")
        if wrapped and callee.args[-1] in WRAPPERS:
            values = [v for _, _, v in made.args[1]]
        else:
            values = [instr.args[1]]
        for value in values:
            index = _by_form(module, code, value)
            if index >= 0 and (runs or module.functions[index].name != instr.args[0]):
                yield instr.args[0], index, runs


def _by_form(module: ModuleFacts, code: tuple[Instr, ...], value: int) -> int:
    """The function of the module that a value of a class body is, -1 if that is not seen."""
    instr = code[value] if value >= 0 else None
    if instr is None or instr.op not in ("func", "name", "attr"):
        return -1
    if instr.op == "func":
        return int(instr.args[0])
    if instr.op == "name":
        named = [n for n, f in enumerate(module.functions) if _is_global(f, instr.args[0])]
        return named[-1] if named else -1
    owner = code[instr.args[0]]
    for cls in module.classes if owner.op == "name" else ():
        if cls.qualname == owner.args[0]:
            return dict(cls.methods).get(instr.args[1], -1)
    return -1


def _is_global(function: Function, name: str) -> bool:
    return function.kind == "function" and function.qualname == name


def described_methods(program: Program, funcs: frozenset[Func]) -> frozenset[Func]:
    """Functions that a class body takes from classes outside the program: `push = list.append`;
    an instance calls them on itself."""
    return frozenset(_as_method(program, func) for func in funcs)


def _as_method(program: Program, func: Func) -> Func:
    if func[0] == "unbound":
        return ("method", *func[1:])
    head, _, name = str(func[1]).rpartition(".") if func[0] == "known" else ("", "", "")
    described = head and program.knowledge.method(head, name) is not None
    return ("method", head, name) if described else func
