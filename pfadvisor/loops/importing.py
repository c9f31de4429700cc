"""Functions that run while their module is imported, as every fresh worker process does.

A pool that such a function starts would be started by its own workers too. What leads to the
function is looked for by names first; only these scopes are then followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects import decorators
from pfadvisor.effects.facts import Class, Function, Instr, ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.loops.granules import within
from pfadvisor.loops.starting import leading_to

HOOKS: Final = frozenset({"__init_subclass__", "__set_name__", "__prepare__"})
MAKERS: Final = frozenset({"__new__", "__init__"})
ENUMERATIONS: Final = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})


def runs_at_import(program: Program, module: ModuleFacts, index: int) -> bool:
    """Whether code that an import runs calls the function, as far as the module tells."""
    leading, hooks = leading_to(module, {*_around(module, index)}), {*_hooks(module)}
    eager = [
        each
        for each, function in enumerate(module.functions)
        if _is_eager(module, function)
        and (each in leading or _calls_one(module, function, leading))
    ]
    if not eager and not leading & hooks:
        return False
    found = waiting = (hooks | {*_called_at_import(program, module, eager)}) & leading
    while waiting and index not in found:
        called = {i for f in waiting for name, i in program.callees(module.name, f)}
        waiting = (called & leading) - found
        found = found | waiting
    return index in found


def _around(module: ModuleFacts, index: int) -> Iterator[int]:
    """The function and those in which it is defined, which may call it by its value."""
    while module.functions[index].kind in ("function", "lambda"):
        yield index
        index = module.functions[index].parent


def _called_at_import(program: Program, module: ModuleFacts, eager: list[int]) -> Iterator[int]:
    for index in eager:
        targets = program.evaluation(module, index).targets
        for i, instr in enumerate(module.functions[index].code):
            if not any(within(instr.span, guard) for guard in module.guard):
                yield from (t.index for t in targets.get(i, ()) if t.kind == "def")
                yield from _decorating(program, module, instr)


def _decorating(program: Program, module: ModuleFacts, instr: Instr) -> Iterator[int]:
    """What is called with the function or class that the instruction defines."""
    if instr.op not in ("func", "class"):
        return
    kinds = module.functions if instr.op == "func" else module.classes
    defined = kinds[instr.args[0]]
    body = defined if isinstance(defined, Function) else module.functions[defined.body]
    for text in defined.decorators:
        for origin in decorators.origins(program, module, body.parent, text):
            if origin[0] == "def" and origin[1] == module.name:
                yield int(origin[2])
                yield from _made_by(module, int(origin[2])) if text.endswith(")") else ()


def _made_by(module: ModuleFacts, index: int) -> Iterator[int]:
    return (i for i, each in enumerate(module.functions) if each.parent == index)


def _hooks(module: ModuleFacts) -> Iterator[int]:
    """Methods that run when a class is made."""
    for one in module.classes:
        wanted = HOOKS | MAKERS if _makes_at_import(one) else HOOKS
        yield from (index for name, index in one.methods if name in wanted)


def _makes_at_import(one: Class) -> bool:
    """Whether its instances are classes, or are made with it."""
    bases = {base.rpartition(".")[2] for base in one.bases}
    return bool(bases & ENUMERATIONS) or any(
        base == "type" or base.endswith("Meta") for base in bases
    )


def _calls_one(module: ModuleFacts, function: Function, leading: set[int]) -> bool:
    """Whether it calls, or passes on, a function or class of these that it knows by its value."""
    used = {v for i in function.code if i.op == "call" for v in operands(i)}
    made = [function.code[v] for v in used if function.code[v].op in ("func", "class")]
    return any(leading & {*_functions(module, instr)} for instr in made)


def _functions(module: ModuleFacts, made: Instr) -> Iterator[int]:
    if made.op == "func":
        yield made.args[0]
    else:
        yield from (index for _, index in module.classes[made.args[0]].methods)


def _is_eager(module: ModuleFacts, function: Function) -> bool:
    while function.kind == "class":
        function = module.functions[function.parent]
    return function.kind == "module"
