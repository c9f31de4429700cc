"""Functions that run while their module is imported, as every fresh worker process does.

A pool that such a function starts would be started by its own workers too. Only functions of
the module itself are followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects import decorators
from pfadvisor.effects.facts import Class, Function, Instr, ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.loops.granules import within
from pfadvisor.loops.mentions import word
from pfadvisor.loops.nodes import Body

HOOKS: Final = frozenset({"__init_subclass__", "__set_name__", "__prepare__"})
MAKERS: Final = frozenset({"__new__", "__init__"})
ENUMERATIONS: Final = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})


def runs_at_import(body: Body) -> bool:
    """Whether code that an import runs calls the loop's function, as far as the module tells."""
    program, module = body.ev.program, body.ev.module
    if module.name not in program.run_at_import:
        first = {*_hooks(module)}
        for index in program.table(_calling, module):
            first |= {*_called_at_import(program, module, index)}
        program.run_at_import[module.name] = _reached(program, module, first)
    return body.index_in_module in program.run_at_import[module.name]


def _reached(program: Program, module: ModuleFacts, first: set[int]) -> frozenset[int]:
    found, waiting = set(first), set(first)
    while waiting:
        called = {each for index in waiting for each in program.callees(module.name, index)}
        waiting = {index for name, index in called if name == module.name} - found
        found |= waiting
    return frozenset(found)


def _calling(module: ModuleFacts) -> list[int]:
    """Scopes that an import runs, if they call something of the module, or decorate with it."""
    own = {one.name for one in module.functions} | {one.name for one in module.classes}
    return [
        index
        for index, function in enumerate(module.functions)
        if _is_eager(module, function)
        and any(_uses_own(module, function, instr, own) for instr in _eager_code(module, index))
    ]


def _uses_own(module: ModuleFacts, function: Function, instr: Instr, own: set[str]) -> bool:
    if instr.op in ("func", "class"):
        return any(text.partition("(")[0] in own for text in _defined(module, instr).decorators)
    used = [function.code[value] for value in operands(instr)] if instr.op == "call" else []
    return any(each.op in ("func", "class") or word(each) in own for each in used)


def _defined(module: ModuleFacts, instr: Instr) -> Function | Class:
    index = int(instr.args[0])
    return module.functions[index] if instr.op == "func" else module.classes[index]


def _eager_code(module: ModuleFacts, index: int) -> Iterator[Instr]:
    for instr in module.functions[index].code:
        if not any(within(instr.span, guard) for guard in module.guard):
            yield instr


def _called_at_import(program: Program, module: ModuleFacts, index: int) -> Iterator[int]:
    targets = program.evaluation(module, index).targets
    for i, instr in enumerate(module.functions[index].code):
        if not any(within(instr.span, guard) for guard in module.guard):
            yield from (t.index for t in targets.get(i, ()) if t.module == module.name)
            yield from _decorating(program, module, instr)


def _decorating(program: Program, module: ModuleFacts, instr: Instr) -> Iterator[int]:
    """What is called with the function or class that the instruction defines."""
    if instr.op not in ("func", "class"):
        return
    defined = _defined(module, instr)
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


def _is_eager(module: ModuleFacts, function: Function) -> bool:
    while function.kind == "class":
        function = module.functions[function.parent]
    return function.kind == "module"
