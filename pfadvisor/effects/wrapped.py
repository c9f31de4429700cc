"""Calls of functions that decorators of the program stand in front of.

The wrapper that a decorator returns is entered like any function; where it calls on what it
was given, the decorated function is entered with the caller's own arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import calls, instantiate
from pfadvisor.effects.layers import Layer, is_given
from pfadvisor.effects.summary import Summary, Target
from pfadvisor.effects.values import Effect, Obj, Val, join

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation


def enter(ev: Evaluation, i: int, layer: Layer, everything: list[Arg], inner: Val) -> Val:
    """The wrapper runs, with a call that gives `inner` where it calls the decorated function."""
    function = layer.function
    bound = calls.bind(ev, i, layer.module, function.params, everything, function.qualname)
    context = ev.program.context_of(ev, i, layer.module, layer.number, bound)
    summary = ev.program.summary(layer.module.name, layer.number, context)
    if summary is None:
        return calls.unknown(ev, i, function.qualname, everything, [])
    target = Target("def", function.qualname, layer.module.name, layer.number, context)
    ev.targets[i] = (*ev.targets.get(i, ()), target)
    made = _without_inner_calls(layer, summary)
    values, keys = [a.val for a in bound], [a.value for a in bound]
    return join(instantiate.project(ev, i, made, values, keys), inner)


def _without_inner_calls(layer: Layer, summary: Summary) -> Summary:
    code = layer.function.code
    at = {
        i for i, c in enumerate(code) if c.op == "call" and is_given(code, c.args[0], layer.given)
    }
    places = {code[i].span for i in at}
    made = frozenset(o for o in summary.returns.objs if o[0][0] == "unknown" and o[0][1] in at)
    returns = summary.returns._replace(objs=summary.returns.objs - made)
    if made and not returns.objs:
        returns = Val(types=frozenset())
    return summary._replace(
        effects=tuple(_lasting(layer, e) for e in summary.effects),
        unknowns=tuple(u for u in summary.unknowns if u.chain or u.where.span not in places),
        returns=returns,
        heap=tuple(((_kept(layer, o), e), v) for (o, e), v in summary.heap),
    )


def _lasting(layer: Layer, effect: Effect) -> Effect:
    root, _ = _kept(layer, (effect.root, ()))
    return effect._replace(root=root)


def _kept(layer: Layer, obj: Obj) -> Obj:
    """A variable of the decorator lives as long as the function that it decorated."""
    root, path = obj
    if root[0] != "free":
        return obj
    return ("global", f"{layer.module.name}.{layer.function.qualname} {root[1]}"), path
