"""The accesses of a loop's body to what outlives an iteration, by node.

Objects that the iteration makes are left out here (`private` tells them); what
happens to them orders nodes within the iteration only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from pfadvisor.effects.identity import ASKED
from pfadvisor.effects.values import DEEP, PERHAPS, Effect, Root, Val, site_of
from pfadvisor.loops.escaping import escaped, reaches
from pfadvisor.loops.handed import handed_out
from pfadvisor.loops.held_names import holders
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.whole import OPEN

__all__ = [
    "OPEN",
    "UNALTERED",
    "Touch",
    "describe",
    "escaped",
    "overlap",
    "private",
    "reaches",
    "touch_of",
    "touches_of",
]

UNALTERED: Final = frozenset(
    {"clock", "entropy", "set-order", "worker", "stdout", "stderr", "log"}
)  # nobody can change what they give, or else what is written there is ordered by itself


class Touch(NamedTuple):
    """`slot`: the path of the place, contents of any index alike."""

    node: int
    effect: Effect
    slot: tuple[str, ...]


def touch_of(node: int, effect: Effect) -> Touch:
    elem = effect.elem
    step = "[]" if elem.startswith("[") or elem == "keys" else elem
    return Touch(node, effect, (*(_plain(p) for p in effect.path), step))


def _plain(step: str) -> str:
    return "[]" if step.startswith("[") else step


def private(body: Body, root: Root) -> bool:
    """Whether an object of that root is made anew by each iteration, or for it."""
    if root[0] not in ("fresh", "unknown"):
        return False
    return body.inside(site_of(root)) or handed_out(body, root)


def touches_of(body: Body) -> tuple[list[Touch], list[Touch], list[Touch]]:
    """(shared, private, resources) accesses of the body, in program order."""
    shared: list[Touch] = []
    own: list[Touch] = []
    resources: list[Touch] = []
    for effect in body.whole.effects_within(body.loop.body, body.loop.end):
        if effect.elem == ASKED or effect.how == PERHAPS:
            continue
        lone = effect.root[0] != "res" and private(body, effect.root)
        kind = resources if effect.root[0] == "res" else own if lone else shared
        kind += [touch_of(node, effect) for node in sorted(_nodes(body, effect, lone=lone))]
    return shared, own, resources


def _nodes(body: Body, effect: Effect, *, lone: bool) -> Iterable[int]:
    """Where the effect happens. Each stage takes the item apart that looks at its parts: what that
    changes for others must not be done twice, nor left out."""
    node = body.node_of.get(effect.instr)
    if node is not None:
        return (node,)
    used = body.users.get(effect.instr)
    if used is None or lone or not effect.write:
        return used or ()
    return range(len(body.nodes))


def overlap(write: Touch, other: Touch) -> bool:
    """Whether two accesses of one root may touch one place, subscripts left aside."""
    first, second = write.slot, other.slot
    if first[-1] == "=" or second[-1] == "=":
        return first == second
    if first == second:
        return True
    if DEEP in first[:-1] or DEEP in second[:-1]:
        return True
    if second[-1] == DEEP:
        return first[: len(second) - 1] == second[:-1]
    return first[-1] == DEEP and second[: len(first) - 1] == first[:-1]


def describe(body: Body, effect: Effect) -> str:
    """The place as the reader knows it."""
    root, steps = effect.root, [*effect.path]
    match root[0]:
        case "param":
            base = (
                body.function.params[root[1]].name if root[1] < len(body.function.params) else "?"
            )
        case "global":
            base = str(root[1]).rpartition(".")[2]
        case "class":
            base = str(root[1]).rpartition(":")[2]
        case "res" | "free" | "default":
            base = str(root[1])
        case "fresh" | "unknown":
            base = name_of_object(body, root) or "an object"
        case _:
            base = "an object"
    if effect.elem.startswith("."):
        steps.append(effect.elem)
    return base + "".join("[…]" if s.startswith("[") else "" if s == DEEP else s for s in steps)


def name_of_object(body: Body, root: Root) -> str:
    """A local that holds the object."""
    return next((name for name, _ in holders(body, root)), "")


def types_of_root(body: Body, root: Root) -> frozenset[str] | None:
    function = body.function
    if root[0] == "param" and root[1] < len(function.params):
        return body.ev.program.parameter(body.ev.module, function, root[1]).types
    if root[0] == "global":
        module, _, name = str(root[1]).rpartition(".")
        facts = body.ev.program.module(module)
        value: Val | None = body.ev.program.global_name(facts, name)[0] if facts else None
        return value.types if value is not None else None
    return None
