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


def shown(ev: Evaluation, number: int, steps: int = MOST_STEPS) -> Shown:
    """What calls in the file give for the parameter of a function, none if that is not known."""
    program, module, function = ev.program, ev.module, ev.function
    kind = "attr" if function.owner_class >= 0 else "name"
    calls = program.table(calls_in, module).get((kind, function.name), [])
    if function.kind != "function" or function.name in program.table(_handed_about, module):
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


def _handed_about(module: ModuleFacts) -> frozenset[str]:
    """Names that the module reads otherwise than to call what they name."""
    return frozenset(name for one in module.functions for name in _handed_by(module, one))


def _handed_by(module: ModuleFacts, function: Function) -> set[str]:
    code, found = function.code, set[str]()
    for instr in code:
        used = [] if instr.op in NAMING else operands(instr)
        for value in used[1:] if instr.op == "call" else used:
            made = code[value]
            named = made.op == "func"
            found.add(module.functions[made.args[0]].name if named else last_name(made))
    return found
