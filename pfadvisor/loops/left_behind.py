"""Unknown calls that can only be there for what they do to an object of the parent.

A worker process would do it to a copy.
"""

from __future__ import annotations

from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body


def called_for_effect(analysis: Analysis) -> str:
    """The first such method or function of compute that the iteration did not make, or ""."""
    body, code = analysis.body, analysis.body.function.code
    for unknown in body.whole.unknowns_of(analysis.compute_instrs):
        i = unknown.instr
        if code[i].op != "call" or _is_used(body, i):
            continue
        callee = code[i].args[0]
        by_name = code[callee].op in ("name", "builtin")
        owner = code[callee].args[0] if code[callee].op == "attr" else callee
        if (not by_name and _stays(body, owner)) or _fills(body, i):
            return unknown.subject
    return ""


def _is_used(body: Body, value: int) -> bool:
    code = body.function.code
    return any(code[use].op != "bind" for use in body.whole.uses.get(value, ()))


def _fills(body: Body, call: int) -> bool:
    """Whether it is given an object that the function made for all iterations."""
    given = {v for _, _, v in body.function.code[call].args[1] if body.node_of.get(v) is None}
    objs = {obj for v in given if v not in body.header for obj in body.ev.values[v].objs}
    return any(root[0] == "fresh" and not path for root, path in objs)


def _stays(body: Body, value: int) -> bool:
    """Whether the iteration did not make the object, nor is it a module or a class."""
    code = body.function.code
    if any(func[0] in ("module", "class") for func in body.ev.values[value].funcs):
        return False
    while code[value].op in ("attr", "item"):
        value = code[value].args[0]
    of_item = {number for _, number in body.loop.target_names}
    return value == body.loop.elem or value in of_item or body.node_of.get(value) is None
