"""What the user states of functions: marks in the code, and lines of the configuration.

A function marked as pure is taken at the user's word: whatever its body looks like, nothing of
what it does is seen from outside. What it gives, and raises, is still read from its code, and
so are the reads on which that rests: but for those of what it fills itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.values import DEEP, OUTER, PAUSE, Effect, Val
from pfadvisor.model import Assumption, Location

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.summary import Summary

MARK: Final = "pure-call"
LINE: Final = "stated-effects"
TABLE: Final = "[tool.pfadvisor.effects]"
OF_THE_RESULT: Final = frozenset({"set-order", "worker"})
ANY_ERROR: Final = "?"
KEPT: Final = frozenset(
    {"global", "class", "default", "free"}
)  # outlive the call, and nobody passes


def as_marked(summary: Summary, module: ModuleFacts, function: Function) -> Summary:
    """The summary of a function, at the word of who marked it, if anybody did."""
    if not function.pure_mark:
        return summary
    written = [e for e in summary.effects if e.write]
    effects = tuple(e for e in summary.effects if _stays(e, written))
    heap = tuple((place, held) for place, held in summary.heap if place[0][0][0] not in OUTER)
    if (effects, heap, ()) == (summary.effects, summary.heap, summary.unknowns):
        return summary
    stated = mark_of(module, function)
    raises = ((ANY_ERROR, stated.location),) if summary.unknowns else ()
    return summary._replace(
        effects=effects,
        heap=heap,
        unknowns=(),
        raises=(*summary.raises, *raises),
        vouched=frozenset({stated}),
    )


def _stays(effect: Effect, written: list[Effect]) -> bool:
    if effect.root[0] == "res":
        return not effect.write and (effect.root[1] in OF_THE_RESULT or effect.how == PAUSE)
    return not effect.write and not any(_on_the_way(effect, write) for write in written)


def _on_the_way(read: Effect, write: Effect) -> bool:
    """Whether it reads what the function itself fills, or the way to that: a count, a memo."""
    if read.root != write.root or read.root[0] not in KEPT:
        return False
    there, place = (*read.path, read.elem), (*write.path, write.elem)
    deeper = len(there) >= len(place) and all(map(_meet, there, place))
    return deeper or (read.elem == "=" and not read.path)


def _meet(step: str, other: str) -> bool:
    """Whether one step may lead where the other one does."""
    slots = step[0] == other[0] == "[" and "[]" in (step, other)
    return step == other or slots or DEEP in (step, other)


def unseen(ev: Evaluation, i: int, module: ModuleFacts, function: Function) -> Val:
    """A call of a marked function whose code cannot be followed: it may give anything."""
    stated = mark_of(module, function)
    ev.vouch(i, frozenset({stated}))
    ev.raises.setdefault(ANY_ERROR, set()).add(i)
    return Val(frozenset({(("unknown", i), ())}))


def mark_of(module: ModuleFacts, function: Function) -> Assumption:
    """What a mark at a function says."""
    name = function.qualname.rpartition("<locals>.")[2]
    said = f"`{name}` changes nothing that others look at, as `# pfadvisor: pure` says"
    return Assumption(MARK, name, said, Location(module.filename, function.span))


def by_line(ev: Evaluation, i: int, line: Line) -> None:
    """A call of something of which the configuration states what it does."""
    name = ev.program.knowledge.stated_as(line)
    if name:
        said = f"`{name}` does what `{TABLE}` says"
        ev.vouch(i, frozenset({Assumption(LINE, name, said, ev.location(i))}))
