"""Entries of one container under stated numbers: `a, b = pair` gives two, which may be one object.

Nobody knows that of a pair that others made. It is asked, unless their types tell them apart.
"""

from __future__ import annotations

from typing import NamedTuple

from pfadvisor.effects.values import DEEP, Effect
from pfadvisor.loops.kinds import Kinds
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch, describe


class EntriesMeeting(NamedTuple):
    write: Touch
    others: list[Touch]


def told_apart(touches: list[Touch], group: list[Touch]) -> list[list[Touch]]:
    """The accesses to one slot, by the entries that they go through; all in one list if it is not
    known which each goes through, or if the loop changes which object an entry is."""
    entries: dict[tuple[str, ...], list[Touch]] = {}
    for touch in group:
        entries.setdefault(touch.effect.path, []).append(touch)
    stated = len(entries) > 1 and all(map(_is_stated, entries))
    return [*entries.values()] if stated and not _refilled(touches, group[0]) else [group]


def _refilled(touches: list[Touch], inside: Touch) -> bool:
    """Whether the loop writes to what leads to the place."""
    slot = inside.slot
    writes = (t.slot for t in touches if t.effect.write and len(t.slot) < len(slot))
    return any(DEEP in each or each == slot[: len(each)] for each in writes)


def entries_meeting(body: Body, entries: list[list[Touch]]) -> list[EntriesMeeting]:
    """Writes to what one entry holds with the accesses by others that may be to the same."""
    kinds, found = Kinds(body), list[EntriesMeeting]()
    for entry in entries:
        others = [t for other in entries if other is not entry for t in other]
        ways = {(t.effect.how, t.effect.elem): t for t in entry if t.effect.write}
        for write in ways.values():
            meeting = [t for t in others if DEEP in write.slot or kinds.meet(write, t)]
            if meeting:
                found.append(EntriesMeeting(write, meeting))
                break
    return found


def spelled_out(body: Body, effect: Effect) -> str:
    """The place with the numbers of the entries that lead to it."""
    return describe(body, effect._replace(path=(), elem="[]")) + "".join(effect.path)


def _is_stated(path: tuple[str, ...]) -> bool:
    return all(step.startswith(".") or step[1:-1].isdecimal() for step in path)
