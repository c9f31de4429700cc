"""What a call of a function of the program gives back, in terms of what is passed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.passed import passed
from pfadvisor.effects.subscripts import Form

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

MOST_CALLS: Final = 3


def returned(ev: Evaluation, value: int) -> tuple[Form | None, tuple[int, ...]]:
    """The form of what a call gives, with what is passed for each parameter."""
    instr, targets = ev.function.code[value], ev.targets.get(value, ())
    if instr.op != "call" or len(targets) != 1 or targets[0].kind != "def":
        return None, ()
    target = targets[0]
    summary = ev.program.summary(target.module, target.index, target.context)
    facts = ev.program.module(target.module)
    if summary is None or summary.gives is None or facts is None:
        return None, ()
    function, callee = facts.functions[target.index], ev.function.code[instr.args[0]]
    values = list(passed(function, instr))
    if (
        values
        and values[0] < 0
        and callee.op == "attr"
        and "classmethod" not in function.decorators
    ):
        values[0] = callee.args[0]
    return summary.gives, tuple(values)


def handed_on(ev: Evaluation, value: int) -> int:
    """What functions of the program were called with that give it back as it is."""
    for _ in range(MOST_CALLS):
        form, values = returned(ev, value)
        if form is None or form[0] != "value" or values[form[1]] < 0:
            break
        value = values[form[1]]
    return value
