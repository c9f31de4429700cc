"""Annotations of what functions of other modules return, where they mean the same in the loop's."""

from __future__ import annotations

import ast

from pfadvisor.effects.annotations import BUILTIN
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.loops.nodes import Body


def stated_results(body: Body) -> tuple[tuple[str, str], ...]:
    """(the callee as the code spells it, the annotation of its result), for calls that give the
    loop a value and reach exactly one function, of another module, which states what it returns."""
    found: dict[str, str] = {}
    code = body.function.code
    used = {value for i in body.node_of for value in (i, *operands(code[i]))}
    for call in sorted(value for value in used if value >= 0 and code[value].op == "call"):
        callee = code[call].args[0]
        spelled = _spelled(body, callee)
        defined = _defined_elsewhere(body, callee) if spelled else None
        if defined is not None and _means_the_same(body, defined[0], defined[1].returns):
            found[spelled] = defined[1].returns
    return tuple(found.items())


def _spelled(body: Body, value: int) -> str:
    instr = body.function.code[value]
    if instr.op == "name":
        return str(instr.args[0])
    base = _spelled(body, instr.args[0]) if instr.op == "attr" else ""
    return f"{base}.{instr.args[1]}" if base else ""


def _defined_elsewhere(body: Body, callee: int) -> tuple[ModuleFacts, Function] | None:
    """The function and its module: neither decorated nor a coroutine's, which give another type."""
    value = body.ev.values[callee]
    if value.recv is not None or len(value.funcs) != 1:
        return None
    kind, *where = next(iter(value.funcs))
    if kind != "def" or where[0] == body.ev.module.name:
        return None
    module = body.ev.program.module(str(where[0]))
    function = module.functions[int(where[1])] if module is not None else None
    if module is None or function is None or function.decorators or function.is_async:
        return None
    return (module, function) if function.returns else None


def _means_the_same(body: Body, module: ModuleFacts, annotation: str) -> bool:
    try:
        tree = ast.parse(annotation, mode="eval")
    except SyntaxError:
        return False
    if any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(tree)):
        return False
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return all(_is_one_thing(body.ev.program, name, module, body.ev.module) for name in names)


def _is_one_thing(program: Program, name: str, module: ModuleFacts, other: ModuleFacts) -> bool:
    if name in BUILTIN and name not in module.names | other.names:
        return True
    here, there = (program.global_name(each, name)[0].funcs for each in (module, other))
    return bool(here) and here == there
