"""Tables of callables that classes and their instances keep: `STEPS = (f, g)` in a class body,
`self.steps = [f, g]` in a method.

What one holds is known if one place binds the attribute, and if the module of the class and the
one that asks neither bind it elsewhere nor, unless it is a tuple, do more than look at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects import computed_names
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.tables_written import Steps, displayed, looks
from pfadvisor.effects.values import Root, Val

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

HOOKS: Final = ("__getattr__", "__getattribute__", "__setattr__")


class Kept(NamedTuple):
    """An attribute of the instances of a class."""

    cls: str
    name: str


def kept_at(ev: Evaluation, root: Root, path: Steps) -> Kept | None:
    """The attribute of a class, or of `self`, that the place is or is part of."""
    if not path or not path[0].startswith(".") or any(step[0] != "[" for step in path[1:]):
        return None
    if root[0] == "class":
        return Kept(str(root[1]), path[0][1:])
    function = ev.function
    if root != ("param", 0) or function.owner_class < 0 or function.decorators:
        return None
    owner = ev.module.classes[function.owner_class]
    own = f"{ev.module.name}:{owner.qualname}"
    return Kept(own, path[0][1:]) if function.parent == owner.body else None


def values_at(program: Program, asking: ModuleFacts, kept: Kept, steps: Steps) -> list[Val]:
    """What the table holds at these steps, nothing if that is not known."""
    home = program.find(kept.cls)
    stores = [*_stores(program, asking, kept)] if home is not None else []
    if len(stores) != 1 or home is None or _may_be_another(program, kept):
        return []
    module, index, value = stores[0]
    around = [program.module(n) for m in (home[0], asking) for n in program.neighbours(m)]
    modules = {facts.name: facts for facts in (module, *around) if facts is not None}
    binding = sum(_bindings(facts, kept.name) for facts in modules.values())
    code = module.functions[index].code
    if binding != (module.functions[index].kind != "class") or not (
        code[value].args[:1] == ("tuple",)
        or all(_only_looks(facts, kept.name) for facts in modules.values())
    ):
        return []
    values = [value]
    for depth, step in enumerate(steps):
        values = [v for each in values for v in displayed(code, code[each], step, depth)]
        if -1 in values:
            return []
    return [program.slice_value(module, index, v) for v in values]


def _stores(
    program: Program, asking: ModuleFacts, kept: Kept
) -> Iterator[tuple[ModuleFacts, int, int]]:
    """Where bodies and methods of the class and its relatives bind the attribute."""
    for owner in (*program.lineage(kept.cls), *program.subclasses(kept.cls, asking)):
        found = program.find(owner) if ":" in owner else None
        if found is not None:
            for index, value in program.stores_of(*found).get(kept.name, ()):
                yield found[0], index, value


def _may_be_another(program: Program, kept: Kept) -> bool:
    """Whether code that nobody sees here, or a field of a constructor, may bind it."""
    owners = [
        f for owner in program.lineage(kept.cls) if ":" in owner and (f := program.find(owner))
    ]
    return (
        bool(program.opaque_base(kept.cls))
        or any(kept.name in dict(cls.fields) for _, cls in owners)
        or any(program.member_of(kept.cls, name) for name in (*HOOKS, kept.name))
        or computed_names.affect(program, kept.cls)
    )


def _bindings(module: ModuleFacts, name: str) -> int:
    """How often the module binds an attribute of that name, or names it in a text."""
    return sum(
        (instr.op in ("setattr", "delattr") and instr.args[1] == name)
        or (instr.op == "const" and instr.args[0] == name)
        for function in module.functions
        for instr in function.code
    )


def _only_looks(module: ModuleFacts, name: str) -> bool:
    return all(_function_looks(module, function, name) for function in module.functions)


def _function_looks(module: ModuleFacts, function: Function, name: str) -> bool:
    """Whether all that the function does with attributes of the name, and with what it binds to
    one, is to look."""
    from pfadvisor.effects.program import operands

    code = function.code
    meant = {i for i, c in enumerate(code) if c.op == "attr" and c.args[1] == name}
    meant |= {c.args[2] for c in code if c.op == "setattr" and c.args[1] == name}
    bound = function.kind == "class"
    meant |= {c.args[1] for c in code if bound and c.op == "setname" and c.args[0] == name}
    meant |= {i for i, c in enumerate(code) if bound and c.op == "name" and c.args[0] == name}
    return all(
        looks(module, function, instr, used, name)
        or (instr.op == "setattr" and instr.args[1] == name)
        for instr in code
        for used in operands(instr)
        if used in meant
    )
