"""Pauses beside other work, of a constant length or between attempts: they may be there to spare a
server, or to give it time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.values import PAUSE, PERHAPS, Effect
from pfadvisor.loops.drawing import QUIET
from pfadvisor.loops.file_names import depends_on_item
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.partition import worth_a_worker
from pfadvisor.model import Assumption

PAUSES: Final = frozenset({"time.sleep", "asyncio.sleep"})
SPARED: Final = frozenset({"network", "process", "db", "ipc"})


def throttles(body: Body) -> list[Assumption]:
    """The pauses of the body and, beside requests, those of its callees."""
    found = [*_own(body), *_of_callees(body)]
    return [
        Assumption(
            "throttle",
            name,
            "the pause need not be kept between iterations that run at the same time",
            body.ev.location(i),
        )
        for name, i in found
    ]


def _own(body: Body) -> Iterator[tuple[str, int]]:
    if not any(_works(body, i) for i in body.node_of) and not _is_watched(body):
        return
    trying = _tries_again(body)
    for i in body.node_of:
        instr = body.function.code[i]
        if instr.op == "call" and (
            trying or not any(depends_on_item(body, v) for _, _, v in instr.args[1])
        ):
            names = (t.name for t in body.ev.targets.get(i, ()) if t.name in PAUSES)
            yield from ((name, i) for name in list(names)[:1])


def _tries_again(body: Body) -> bool:
    """Whether the loop ends when it has succeeded: a pause of any length comes between attempts."""
    return any(body.leaves(i) for i in body.node_of)


def _works(body: Body, i: int) -> bool:
    """Whether the instruction calls anything but a pause, where that is worth a worker."""
    others = any(t.kind != "known" or t.name not in PAUSES for t in body.ev.targets.get(i, ()))
    return others and worth_a_worker(body, body.node_of[i])


def _is_watched(body: Body) -> bool:
    """Whether somebody outside the program sees how much time passes between two iterations."""
    effects = body.whole.effects_of(body.node_of)
    shown = any(
        e.write and e.root[0] == "res" and e.root[1] not in QUIET and e.how != PERHAPS
        for e in effects
    )
    return shown or bool(body.whole.unknowns_of(body.node_of))


def _of_callees(body: Body) -> Iterator[tuple[str, int]]:
    effects = body.whole.effects_of(body.node_of)
    if not any(e.root[0] == "res" and e.root[1] in SPARED for e in effects):
        return
    trying = _tries_again(body)
    for effect in effects:
        if _pauses(effect) and (
            trying or not (effect.key >= 0 and depends_on_item(body, effect.key))
        ):
            yield "time.sleep", effect.instr


def _pauses(effect: Effect) -> bool:
    return effect.root == ("res", "clock") and effect.how == PAUSE and bool(effect.chain)
