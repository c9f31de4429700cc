"""Calls of unknown methods that can only be there for what they do to their object.

A worker process would do it to a copy.
"""

from __future__ import annotations

from pfadvisor.effects.program import operands
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body


def called_for_effect(analysis: Analysis) -> str:
    """The first such method of compute whose object is there before and after, "" if none."""
    body, code = analysis.body, analysis.body.function.code
    used = {v for instr in code if instr.op != "bind" for v in operands(instr)}
    for unknown in body.ev.unknowns:
        i = unknown.instr
        if i not in analysis.compute_instrs or code[i].op != "call" or i in used:
            continue
        callee = code[i].args[0]
        if code[callee].op == "attr" and _stays(body, code[callee].args[0]):
            return unknown.subject
    return ""


def _stays(body: Body, value: int) -> bool:
    """Whether the iteration did not make the object, nor is it a module or a class."""
    code = body.function.code
    if any(func[0] in ("module", "class") for func in body.ev.values[value].funcs):
        return False
    while code[value].op in ("attr", "item"):
        value = code[value].args[0]
    of_item = {number for _, number in body.loop.target_names}
    return value == body.loop.elem or value in of_item or body.node_of.get(value) is None
