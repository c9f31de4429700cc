"""Places of one root that different paths lead to and that may be one object.

`nodes[].depth` and `nodes[].parent.depth` have one root and two paths: the
parent of one node may be another node. Types that share no class exclude it.
What a deep read finds at the end of another path is asked only where a container is stated to
hold such objects.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.effects.values import DEEP, NUMERIC, Obj, parse_type
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.stored import FRESH, is_given_away, stores_to
from pfadvisor.loops.touches import Touch

Types = frozenset[str] | None
DEEPEST: Final = 4  # containers within containers that are looked through


class Meeting(NamedTuple):
    """`shown`: the code itself makes them one object."""

    write: Touch
    reads: tuple[Touch, ...]
    shown: bool = False


def meetings(body: Body, touches: list[Touch]) -> list[Meeting]:
    """Writes to one root with the reads, by other paths, that may find what they wrote."""
    writes = {t.slot: t for t in touches if t.effect.write and _names_a_place(t)}
    reads = [t for t in touches if not t.effect.write and _names_a_place(t)]
    if not writes or not reads:
        return []
    types = body.whole.types_by_root.get(touches[0].effect.root, {})
    found = []
    for write in writes.values():
        meeting = tuple(r for r in reads if _may_meet(body, write, r, types))
        if meeting:
            found.append(Meeting(write, meeting))
    return found


def sibling_meetings(body: Body, touches: list[Touch]) -> list[Meeting]:
    """Writes through one attribute with reads through another one that may hold the same object."""
    writes = {t.slot: t for t in touches if t.effect.write and _names_a_place(t)}
    others = [t for t in touches if not t.effect.write and t.slot[-1] != "="]
    reads = {(t.slot, t.effect.how == NUMERIC): t for t in others}
    if not writes or not reads:
        return []
    types: dict[Obj, Types] = {}
    found = []
    for write in writes.values():
        for read in reads.values():
            at = _fork(write.slot, read.slot)
            if at < 0 or as_number(write, read):
                continue
            types = types or body.whole.types_by_root.get(write.effect.root, {})
            shown = _hold_one(body, write, read, at, types)
            if shown is not None:
                found.append(Meeting(write, (read,), shown))
    return found


def as_number(write: Touch, other: Touch) -> bool:
    """Whether items are written, and the other access is to what can only be a number."""
    return write.slot[-1] == "[]" and other.effect.how == NUMERIC


def held_alike(body: Body, write: Touch, others: list[Touch]) -> list[Touch]:
    """Those of the accesses to another root that are to objects of the written one's type, though
    the roots are of different types: one may hold what the other is."""
    written = _type_of_place(body, write)
    found = []
    for other in others if written else ():
        types = _type_of_place(body, other)
        alike = types and not _apart(body, written or frozenset(), types)
        if alike and other.effect.elem in (write.effect.elem, DEEP):
            found.append(other)
    return found


def kept_alike(body: Body, write: Touch, others: list[Touch]) -> list[Touch]:
    """Those of the accesses to another root that may be to what is written since an attribute
    that is given things of others may hold what a variable of a module does."""
    return [
        other
        for other in others
        if other.effect.elem in (write.effect.elem, DEEP)
        and not as_number(write, other)
        and (_may_keep(body, write, other) or _may_keep(body, other, write))
    ]


def _may_keep(body: Body, holder: Touch, variable: Touch) -> bool:
    path, (kind, name, *_) = holder.effect.path, variable.effect.root
    if kind != "global" or variable.effect.path or not path or not path[-1].startswith("."):
        return False
    stored = stores_to(body.ev.program, body.ev.module, path[-1].removeprefix("."))
    return stored != {FRESH} and is_given_away(body, str(name))


def _type_of_place(body: Body, touch: Touch) -> Types:
    """Types of the object that is accessed, as far as a value of the body shows them."""
    root, path = touch.effect.root, touch.effect.path
    return body.whole.types_by_root.get(root, {}).get((root, path), frozenset())


def _fork(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """Where two paths part by different attributes, to go on alike; -1 if they do not."""
    at = next((n for n, (s, t) in enumerate(zip(first, second, strict=False)) if s != t), -1)
    if at < 0 or not (first[at].startswith(".") and second[at].startswith(".")):
        return -1
    rest, other = first[at + 1 :], second[at + 1 :]
    if not rest or not other:
        return -1
    deep = other[-1] == DEEP and rest[: len(other) - 1] == other[:-1]
    return at if rest == other or deep else -1


def _hold_one(
    body: Body, write: Touch, read: Touch, at: int, types: dict[Obj, Types]
) -> bool | None:
    """Whether the attributes at `at` are shown (True) or may be (False) one object, or not."""
    left = types.get((write.effect.root, write.effect.path[: at + 1]))
    right = types.get((read.effect.root, read.effect.path[: at + 1]))
    if left and right and _apart(body, left, right):
        written = types.get((write.effect.root, write.effect.path)) or frozenset()
        if read.slot[-1] != DEEP or not any(_may_hold(body, t, written) for t in right):
            return None
    names = write.slot[at], read.slot[at]
    first, second = (
        stores_to(body.ev.program, body.ev.module, name.removeprefix(".")) for name in names
    )
    if names[1] in first or names[0] in second:
        return True
    return None if first == {FRESH} or second == {FRESH} else False


def _may_hold(body: Body, name: str, written: frozenset[str], depth: int = 0) -> bool:
    """Whether what a container is stated to hold may be, or hold, an object of those types."""
    inside = {one.strip() for each in parse_type(name)[1] for one in each.split("|")}
    return depth < DEEPEST and any(
        parse_type(one)[0] == "object"
        or not _apart(body, frozenset({one}), written)
        or _may_hold(body, one, written, depth + 1)
        for one in inside
    )


def _names_a_place(touch: Touch) -> bool:
    slot = touch.slot
    return (
        DEEP not in slot and slot[-1] != "=" and touch.effect.how not in ("memo", "enter", "exit")
    )


def _may_meet(body: Body, write: Touch, read: Touch, types: dict[Obj, Types]) -> bool:
    first, second = write.slot, read.slot
    if first[-1] != second[-1] or len(first) == len(second) or not _many(first, second):
        return False
    left = types.get((write.effect.root, write.effect.path))
    right = types.get((read.effect.root, read.effect.path))
    return not (left and right and _apart(body, left, right))


def _many(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether the shorter path names many objects, or an attribute leads from it to the other:
    a container is not found within itself."""
    short, long = sorted((first, second), key=len)
    if short[-1].startswith("."):
        return True
    return long[: len(short) - 1] == short[:-1] and "[]" in short[:-1]


def _apart(body: Body, left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether no object is of a type of both sides."""
    first, second = (
        {name for t in types for name in _family(body, parse_type(t)[0])} for types in (left, right)
    )
    return not first & second


def _family(body: Body, head: str) -> list[str]:
    """The class and those that derive from it; nothing for None, which has no places."""
    if head == "None":
        return []
    return [head, *body.ev.program.subclasses(head, body.ev.module)] if ":" in head else [head]
