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


def depends_on_item(body: Body, value: int, depth: int = 0) -> bool:
    """Whether a value is computed from what the loop's header binds."""
    if value in body.header or value == body.loop.elem:
        return True
    if not body.inside(value) or depth > 60:
        return False
    return any(depends_on_item(body, v, depth + 1) for v in operands(body.function.code[value]))


def path_of(body: Body, value: int) -> int:
    """The path of a file that the iteration opens, the value itself where it is none."""
    return path_behind(body.ev, value, body.loop.body)


def crossing(body: Body, write: Touch, reads: list[Touch]) -> list[Touch]:
    """Reads of files that may be the one that another iteration writes."""
    here = _core(body, path_of(body, write.effect.key), 0)
    return [
        r
        for r in reads
        if _lists(body, r) or here < 0 or _core(body, path_of(body, r.effect.key), 0) != here
    ]


def _lists(body: Body, read: Touch) -> bool:
    targets = body.ev.targets.get(read.effect.instr, ())
    return any(t.name.rpartition(".")[2] in LISTINGS for t in targets)


def _core(body: Body, value: int, depth: int) -> int:
    """The part of the item that the path is made of, -1 if that cannot be said."""
    if value < 0 or depth > 20:
        return -1
    if value == body.loop.elem or value in body.header:
        return value
    if not body.inside(value):
        return -1
    instr = body.function.code[value]
    inner = list(dict.fromkeys(v for v in operands(instr) if depends_on_item(body, v)))
    cores = {_core(body, v, depth + 1) for v in inner}
    if len(cores) != 1 or not _keeps(body, value):
        return -1
    return cores.pop()


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
