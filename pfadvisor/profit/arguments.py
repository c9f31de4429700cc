"""Which value a call passes for each parameter of a project function."""

from __future__ import annotations

from pfadvisor.effects.calls import Arg, bind
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.summary import Target


def bound_values(ev: Evaluation, i: int, target: Target) -> tuple[int, ...]:
    """The value of each parameter of the callee, -1 where there is none to see."""
    facts = ev.program.module(target.module)
    instr = ev.function.code[i]
    if facts is None or instr.op != "call":
        return ()
    function = facts.functions[target.index]
    args = [Arg(kind, name, ev.values[v], v) for kind, name, v in instr.args[1]]
    callee = ev.values[instr.args[0]]
    constructs = not any(f[0] == "def" for f in callee.funcs) and function.owner_class >= 0
    if callee.recv is not None or constructs:
        args = [Arg("pos", "", callee), *args]
    bound = bind(ev, i, facts, function.params, args, function.qualname)
    return tuple(a.value for a in bound)
