"""What would have to cross to a worker process and back, and does not pickle."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.loops import errors
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.deferred import coroutine_left
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.pickling import local_callable, unpicklable
from pfadvisor.loops.planning import inputs_of, names_of, results_of, sent_back
from pfadvisor.loops.structure import ancestors

LEFT_BEHIND: Final = frozenset({"__cause__", "__context__", "__traceback__"})


def pickle_problem(analysis: Analysis) -> tuple[str, str]:
    """(what, role) of a value that would have to cross to a worker process and cannot."""
    body = analysis.body
    inputs = {i.name: i.origin for i in inputs_of(analysis) if i.origin != "global"}
    used = _used_by_compute(analysis)
    for value, name in names_of(analysis).items():
        if name not in inputs or value not in used or body.node_of.get(value) in analysis.compute:
            continue
        problem = unpicklable(body.ev, body.ev.values[value])
        liftable = inputs[name] == "capture" and local_callable(body.ev, body.ev.values[value])
        if problem and not liftable:
            return f"`{name}`, {problem}", "is read by the work"
    for name in inputs:
        held = body.ev.cells.get(name)
        if held is not None and inputs[name] == "capture" and not local_callable(body.ev, held):
            problem = unpicklable(body.ev, held)
            if problem:
                return f"`{name}`, {problem}", "is read by the work"
    if "target" in inputs.values():
        problem = unpicklable(body.ev, body.ev.values[body.loop.elem])
        if problem:
            return f"the item, {problem}", "is what the work gets"
    for _, sent in sent_back(analysis):
        problem = unpicklable(body.ev, sent)
        if problem:
            return problem, "is what the work returns"
    lost = errors.lost(analysis)
    if lost and any(_is_caught(body, value) for value in results_of(analysis)):
        name = lost[0].rpartition(":")[2]
        return f"a `{name}`, which is rebuilt from its `args`", "is what the work returns"
    if coroutine_left(body, analysis.compute):
        return "a coroutine", "is what the work leaves to others to await"
    if _asks_where_from(body):
        return "what an exception came from", "is what a handler around the loop asks for"
    return "", ""


def _asks_where_from(body: Body) -> bool:
    """Whether a handler around the loop looks for what a copy of the exception does not have, or
    asks whether it is the very one."""
    code, whole = body.function.code, body.whole
    around = {stmt for stmt, role in ancestors(body) if role == "try"}
    caught = [i for stmt in around for i in whole.caught_by.get(stmt, ())]
    asked = [code[use] for i in caught for use in whole.uses.get(i, ())]
    return any(
        (use.op == "attr" and use.args[1] in LEFT_BEHIND)
        or (use.op == "op" and use.args[0] in ("is", "is not"))
        for use in asked
    )


def _is_caught(body: Body, value: int) -> bool:
    """Whether it is, or is a display of, an exception that a handler of the work has got."""
    instr = body.function.code[value]
    if instr.op == "display":
        return any(_is_caught(body, v) for v in operands(instr))
    return instr.op == "caught"


def _used_by_compute(analysis: Analysis) -> set[int]:
    code = analysis.body.function.code
    return {v for i in analysis.compute_instrs for v in operands(code[i])}
