"""What the callers in the same file pass to a function, by the names that they call.

An argument of an unknown type may be gone through again and again, as a list may be. One that a
caller in sight gives an iterator to may not.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name

Calls = dict[tuple[str, str], list[tuple[int, Instr]]]
MAKING: Final = frozenset({"iter", "map", "filter", "zip", "enumerate", "reversed", "open"})
JOINS: Final = frozenset({"phi", "enter"})


def calls_in(module: ModuleFacts) -> Calls:
    """The calls in a module, by what the called expression is and ends in."""
    found: Calls = {}
    for index, caller in enumerate(module.functions):
        for instr in caller.code:
            if instr.op == "call":
                callee = caller.code[instr.args[0]]
                kind, name = "attr" if callee.op == "attr" else "name", _called(module, callee)
                if name:
                    found.setdefault((kind, name), []).append((index, instr))
    return found


def _called(module: ModuleFacts, callee: Instr) -> str:
    """The last part of what is called; where a function was just made, its name."""
    made = callee.op == "func"
    return module.functions[callee.args[0]].name if made else last_name(callee)


def passed(function: Function, call: Instr) -> tuple[int, ...]:
    """The argument for each parameter, as far as positions and keywords say; of a method the first
    one is bound."""
    bound = "staticmethod" not in function.decorators and function.owner_class >= 0
    values = [-1] * len(function.params)
    position = int(bound)
    names = {param.name: number for number, param in enumerate(function.params)}
    for kind, name, value in call.args[1]:
        if kind == "kw" and name in names:
            values[names[name]] = value
        elif kind == "pos" and position < len(values):
            if function.params[position].kind not in ("pos", "posonly"):
                break
            values[position] = value
            position += 1
        elif kind == "star":
            break
    return tuple(values)


def iterators(module: ModuleFacts) -> frozenset[tuple[str, int]]:
    """Functions and the numbers of their parameters that a call here passes an iterator to."""
    calls, found = calls_in(module), set[tuple[str, int]]()
    for function in module.functions:
        kind = "attr" if function.owner_class >= 0 else "name"
        for caller, call in calls.get((kind, function.name), ()) if function.params else ():
            values = enumerate(passed(function, call))
            code = module.functions[caller].code
            found |= {(function.qualname, n) for n, v in values if _is_iterator(module, code, v)}
    return frozenset(found)


def _is_iterator(module: ModuleFacts, code: tuple[Instr, ...], value: int) -> bool:
    instr = code[value] if value >= 0 else None
    if instr is None:
        return False
    if instr.op in JOINS:
        return any(_is_iterator(module, code, v) for v in instr.args if v < value)
    if instr.op == "comp":
        return bool(instr.args[0] == "generator")
    return instr.op == "call" and _makes_one(module, code, code[instr.args[0]])


def _makes_one(module: ModuleFacts, code: tuple[Instr, ...], callee: Instr) -> bool:
    if callee.op == "attr":
        base, imports = code[callee.args[0]], dict(module.imports)
        return base.op == "name" and imports.get(base.args[0], ("",))[0] == "itertools"
    name = callee.args[0] if callee.op == "builtin" else _called(module, callee)
    if name in MAKING and name not in module.names:
        return True
    made = [f for f in module.functions if f.qualname == name]
    return bool(made) and all(f.is_generator and not f.is_async and not f.decorators for f in made)
