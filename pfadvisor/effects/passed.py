"""What the callers in the same file pass to a function, by the names that they call."""

from __future__ import annotations

from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name

Calls = dict[tuple[str, str], list[tuple[int, Instr]]]


def calls_in(module: ModuleFacts) -> Calls:
    """The calls in a module, by what the called expression is and ends in."""
    found: Calls = {}
    for index, caller in enumerate(module.functions):
        for instr in caller.code:
            if instr.op == "call":
                callee = caller.code[instr.args[0]]
                kind, name = (
                    "attr" if callee.op == "attr" else "name",
                    called(module, caller, callee),
                )
                if name:
                    found.setdefault((kind, name), []).append((index, instr))
    return found


def called(module: ModuleFacts, caller: Function, callee: Instr) -> str:
    """The last part of what is called; where a function was just made, its name; of a class that
    a class method is called on, that of the class."""
    if callee.op == "param" and caller.owner_class >= 0 and "classmethod" in caller.decorators:
        return module.classes[caller.owner_class].name if callee.args[0] == 0 else ""
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
