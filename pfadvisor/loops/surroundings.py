"""State of the thread or process that surrounds a loop and that a worker would not see."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.values import Effect, parse_type
from pfadvisor.loops.entered_elsewhere import entered_elsewhere
from pfadvisor.loops.nodes import Body
from pfadvisor.model import Blocker, Location, Span

CONTEXT_FIELDS: Final = frozenset(
    {"prec", "rounding", "Emin", "Emax", "traps", "clamp", "capitals"}
)
SURROUNDING: Final = frozenset({"context", "warnings"})
REDIRECTED: Final = {
    "contextlib.redirect_stdout": "stdout",
    "contextlib.redirect_stderr": "stderr",
}
SETTERS: Final = frozenset({"setcontext", "seterr", "seterrcall", "set_printoptions"})


def context_blockers(body: Body, around: list[int]) -> list[Blocker]:
    """A context that is set around the loop, around a call that leads to it, or by a module in
    sight, does not reach workers. `around` are the `with` statements that the loop stands in."""
    resources = {
        str(e.root[1])
        for e in body.whole.effects_within(body.loop.body, body.loop.end)
        if e.root[0] == "res" and e.instr in body.node_of and _is_surrounding(e)
    }
    inside = _entered(body, around, resources)
    where = Location(body.ev.module.filename, inside) if inside is not None else None
    if where is None and "context" in resources:
        where = _set_nearby(body) or entered_elsewhere(body)
    if where is None:
        return []
    return [
        Blocker(
            "PFA212",
            "process-wide-state",
            "the work depends on a context that is set outside of it and that workers do not have",
            where,
            (),
            "set the context inside the body",
        )
    ]


def _is_surrounding(effect: Effect) -> bool:
    """What a callee prints goes where the thread that prints it finds the stream."""
    printed = effect.root[1] in REDIRECTED.values() and bool(effect.chain)
    return printed or effect.root[1] in SURROUNDING


def _entered(body: Body, around: list[int], resources: set[str]) -> Span | None:
    for i in sorted(i for stmt in around for i in body.whole.entered_by.get(stmt, ())):
        instr = body.function.code[i]
        types = body.ev.values[instr.args[0]].types or ()
        traits = [body.ev.program.traits_of(t) for t in types]
        heads = [parse_type(t)[0] for t in types]
        if (
            any(t is not None and t.shared in resources for t in traits)
            or any(REDIRECTED.get(head) in resources for head in heads)
            or ("context" in resources and any(h.startswith("decimal.") for h in heads))
        ):
            return instr.span
    return None


def _set_nearby(body: Body) -> Location | None:
    """Where a module in sight changes the current context for good."""
    program, here = body.ev.program, body.ev.module
    for facts in (*program.around(here), *program.setters(here)):
        span = program.table(_set_by, facts)
        if span is not None:
            return Location(facts.filename, span)
    return None


def _set_by(module: ModuleFacts) -> Span | None:
    """Where the module changes the current context for good."""
    for function in module.functions:
        asks = any(i.args[-1] == "getcontext" for i in function.code if i.op in ("name", "attr"))
        for instr in function.code:
            if instr.op in ("name", "attr") and instr.args[-1] in SETTERS:
                return instr.span
            if asks and instr.op == "setattr" and instr.args[1] in CONTEXT_FIELDS:
                return instr.span
    return None
