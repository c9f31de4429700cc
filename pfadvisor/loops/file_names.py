"""Which files an iteration names: whether one may read what another one writes.

Two paths are of one iteration if both are made, without arithmetic, of the same
part of the item. Paths that nothing relates may name one file.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.opening import path_behind
from pfadvisor.effects.program import operands
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch

LISTINGS: Final = frozenset(
    {"listdir", "iterdir", "glob", "rglob", "scandir", "walk", "iglob", "fwalk"}
)
MOST_PARTS: Final = 200


def depends_on_item(body: Body, value: int) -> bool:
    """Whether a value is computed from what the loop's header binds."""
    waiting, seen = [value], {value}
    while waiting:
        current = waiting.pop()
        if current in body.header or current == body.loop.elem:
            return True
        if body.inside(current):
            fresh = set(operands(body.function.code[current])) - seen
            seen |= fresh
            waiting += fresh
    return False


def path_of(body: Body, value: int) -> int:
    """The path of a file that the iteration opens, the value itself where it is none."""
    return path_behind(body.ev, value, body.loop.body)


def crossing(body: Body, write: Touch, reads: list[Touch]) -> list[Touch]:
    """Reads of files that may be the one that another iteration writes."""
    known: dict[int, int] = {}
    here = _core(body, path_of(body, write.effect.key), known)
    return [
        r
        for r in reads
        if _lists(body, r) or here < 0 or _core(body, path_of(body, r.effect.key), known) != here
    ]


def _lists(body: Body, read: Touch) -> bool:
    targets = body.ev.targets.get(read.effect.instr, ())
    return any(t.name.rpartition(".")[2] in LISTINGS for t in targets)


def _core(body: Body, value: int, known: dict[int, int]) -> int:
    """The part of the item that the path is made of, -1 if that cannot be said."""
    if value < 0 or value == body.loop.elem or value in body.header:
        return value
    if value not in known and len(known) < MOST_PARTS:
        known[value] = -1  # of what is made of itself nothing is said
        known[value] = _core_of_parts(body, value, known) if body.inside(value) else -1
    return known.get(value, -1)


def _core_of_parts(body: Body, value: int, known: dict[int, int]) -> int:
    instr = body.function.code[value]
    inner = dict.fromkeys(v for v in operands(instr) if depends_on_item(body, v))
    cores = {_core(body, v, known) for v in inner}
    return cores.pop() if len(cores) == 1 and _keeps(body, value) else -1


def _keeps(body: Body, value: int) -> bool:
    """Whether the operation puts the item's part into text or a path as it is."""
    instr, ev = body.function.code[value], body.ev
    match instr.op:
        case "attr" | "item":
            return True
        case "op":
            types = ev.values[value].types
            texts = types is not None and types <= {"str", "bytes", "pathlib.Path"}
            return instr.args[0] in ("/", "fmt") or (instr.args[0] in ("+", "%") and texts)
        case "call":
            return all(t.kind in ("known", "method", "duck") for t in ev.targets.get(value, ()))
    return False
