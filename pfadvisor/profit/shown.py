"""What the callers in a file show a parameter to be: what they give, or the default that they leave.

All calls count, and nothing is shown where the function is handed about: whoever gets it may call
it as well. Callers that pass on their own parameters are followed to those who call them.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name
from pfadvisor.effects.passed import calls_in, passed
from pfadvisor.effects.program import operands

Shown = list[tuple[Evaluation, int]]  # values, each in the evaluation that it is one of
MOST_STEPS: Final = 3
OPEN: Final = frozenset({"star", "dstar"})
NAMING: Final = frozenset({"bind", "setname", "setcell"})
KEEPING: Final = frozenset(
    {"abstractmethod", "asynccontextmanager", "cache", "classmethod", "contextmanager"}
    | {"lru_cache", "lru_cache()", "override", "staticmethod"}
)


def shown(ev: Evaluation, number: int, steps: int = MOST_STEPS) -> Shown:
    """What calls in the file give for the parameter of a function, none if that is not known."""
    program, module, function = ev.program, ev.module, ev.function
    kind = "attr" if function.owner_class >= 0 else "name"
    calls = program.table(calls_in, module).get((kind, function.name), [])
    if not _is_called_by_name(function) or function.name in program.table(_handed_about, module):
        return []
    found: Shown = []
    for caller, call in calls:
        given = followed(given_by(ev, number, program.evaluation(module, caller), call), steps)
        if not given:
            return []
        found += given
    return found


def given_by(ev: Evaluation, number: int, caller: Evaluation, call: Instr) -> Shown:
    """What one call gives for the parameter, none if that is not known."""
    value = passed(ev.function, call)[number]
    if value >= 0:
        return [(caller, value)]
    default = dict(ev.function.defaults).get(number, -1)
    if default < 0 or any(kind in OPEN for kind, _, _ in call.args[1]):
        return []
    return [(ev.program.evaluation(ev.module, ev.function.parent), default)]


def followed(given: Shown, steps: int = MOST_STEPS) -> Shown:
    """The values, or what callers give for them where they are parameters of unknown types."""
    return [one for ev, value in given for one in _followed(ev, value, steps)]


def _followed(ev: Evaluation, value: int, steps: int) -> Shown:
    held = ev.values[value]
    numbers = [root[1] for root, path in held.objs if root[0] == "param" and not path]
    if held.types is not None or held.funcs or not steps or len(numbers) != len(held.objs):
        return [(ev, value)]
    parts = [shown(ev, number, steps - 1) for number in numbers]
    return [one for part in parts for one in part] if parts and all(parts) else [(ev, value)]


def _is_called_by_name(function: Function) -> bool:
    """Whether a call of the function shows its name: no hook that a class or an operator calls,
    and nothing that a decorator may have kept for others."""
    hook = function.name.startswith("__") and function.name.endswith("__")
    kept = not KEEPING.issuperset(text.rpartition(".")[2] for text in function.decorators)
    return function.kind == "function" and not hook and not kept


def _handed_about(module: ModuleFacts) -> frozenset[str]:
    """Names that the module reads, or looks up, otherwise than to call what they name."""
    return frozenset(name for one in module.functions for name in _handed_by(module, one))


def _handed_by(module: ModuleFacts, function: Function) -> set[str]:
    code, found = function.code, set[str]()
    for instr in code:
        used = operands(instr)[1:] if instr.op == "call" else operands(instr)
        for value in used:
            made = code[value]
            if made.op == "func":
                name = module.functions[made.args[0]].name
                defines = instr.op in NAMING and instr.args[0] == name
                found |= set() if defines else {name}
            looked_up = made.op == "const" and instr.op in ("call", "item")
            found.add(str(made.args[0]) if looked_up else last_name(made))
    return found
