"""Objects that compute tells by their identity, where a copy would not be the one it looks for.

What is sent to a process together stays together; a module's own objects are there already, and
a large capture goes ahead of the items. An object that meets one of another origin is asked for.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.identity import ADDRESS, ASKED
from pfadvisor.effects.values import Effect, Obj
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.planning import inputs_of, names_of
from pfadvisor.loops.touches import private

OF_THE_MODULE: Final = frozenset({"global", "class", "default"})


def recognised(analysis: Analysis) -> list[Effect]:
    """The accesses that ask for the identity of what comes as a copy; none if all are of one
    origin."""
    body, compute = analysis.body, analysis.compute_instrs
    asked = [
        effect
        for effect in body.whole.effects_within(body.loop.body, body.loop.end)
        if effect.elem == ASKED and effect.instr in compute and not private(body, effect.root)
    ]
    if not asked:
        return []
    if any(effect.how == ADDRESS for effect in asked):
        return [effect for effect in asked if effect.how == ADDRESS]
    items, sent = _sent(analysis)
    origins = {origin for effect in asked for origin in _origins(effect, items, sent)}
    return [e for e in asked if _origins(e, items, sent) - {"module"}] if len(origins) > 1 else []


def _sent(analysis: Analysis) -> tuple[set[Obj], set[Obj]]:
    """Objects that the items of the loop are, and those that go to the worker besides."""
    body, names = analysis.body, {i.name for i in inputs_of(analysis)}
    items = _objects(body, [v for _, v in body.loop.target_names] + [body.loop.elem])
    values = [v for v, name in names_of(analysis).items() if name in names]
    return items, _objects(body, values) - items


def _objects(body: Body, values: list[int]) -> set[Obj]:
    return {obj for value in values for obj in body.ev.values[value].objs}


def _origins(effect: Effect, items: set[Obj], sent: set[Obj]) -> set[str]:
    """Where the object may come from: the item, a capture, the module itself."""
    found = set()
    if _leads_to(items, effect):
        found.add("item")
    if effect.root[0] in OF_THE_MODULE:
        found.add("module")
    if _leads_to(sent, effect) or not found:
        found.add("capture")
    return found


def _leads_to(objs: set[Obj], effect: Effect) -> bool:
    path = effect.path
    return any(root == effect.root and path[: len(steps)] == steps for root, steps in objs)
