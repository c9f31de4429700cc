"""Which files the iterations touch: whether two of them may be one.

A path that is spelled the same by all iterations, of an item that never comes twice, is each
iteration's own. Paths that nothing relates may name one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pfadvisor.effects.folders import ADDS, LINKING, LISTS, MAKES, MEASURES, TREES
from pfadvisor.effects.opening import path_behind
from pfadvisor.loops.listings import ending, origin
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.own_files import is_removed, made_of, told_before
from pfadvisor.loops.spelling import (
    Spelling,
    below_made,
    branch,
    end_apart,
    leaf,
    own,
    speller,
    steady,
    text_end,
    tidy,
)
from pfadvisor.loops.touches import Touch

NAMES: Final = ("str", "bytes", "pathlib.", "os.DirEntry")


def depends_on_item(body: Body, value: int) -> bool:
    """Whether a value is computed from what the loop's header binds."""
    return not made_of(body, value).isdisjoint((*body.header, body.loop.elem))


def path_of(body: Body, value: int) -> int:
    """The path of a file that the iteration opens, the value itself where it is none."""
    return path_behind(body.ev, value, body.loop.body)


def spelled(body: Body, touch: Touch) -> Spelling:
    """() for a file of which nothing is known."""
    key, form = path_of(body, touch.effect.key), touch.effect.form
    if touch.effect.root[1] != "file":
        return ()
    if key < 0 and form is not None:
        return tidy(speller(body).told(form, (), touch.effect.where))
    return speller(body).of(key) if key >= 0 else ()


def alike(body: Body, write: Touch, other: Touch) -> bool:
    """Whether both are spelled the same, and so of one file within an iteration."""
    one = spelled(body, write)
    return bool(one) and one == spelled(body, other)


def apart(body: Body, write: Touch, other: Touch) -> bool:
    """Whether what one iteration writes is no file that another one touches there."""
    one, two = spelled(body, write), spelled(body, other)
    if _unseen(write, other):
        return True
    if writes_through_links(body):
        return False
    if branch(one) and branch(one) == branch(two):
        return True
    if _cannot_know(body, one, other) or _cannot_know(body, two, write):
        return True
    if _deep(write, other) or not (one and two):
        return False
    alone = (one == two and own(one)) or (bool(leaf(one)) and leaf(one) == leaf(two))
    return alone or end_apart(_end(body, one), _end(body, two))


def _end(body: Body, path: Spelling) -> str:
    """The text that the path ends in, as it is stated, or as the listing that gives it lets on."""
    listed = path[-1].key == body.loop.elem
    return ending(body, origin(body)) if listed else text_end(path)


def _unseen(write: Touch, other: Touch) -> bool:
    """Whether an entry of a new name in a folder is nothing to who touches the other."""
    hows = [write.effect.how, other.effect.how]
    if ADDS not in hows:
        return False
    hows.remove(ADDS)
    return hows[0] not in (LISTS, MEASURES, *TREES)


@lru_cache(maxsize=4)
def writes_through_links(body: Body) -> bool:
    """Whether a link that the iteration makes may lead to what it writes: by any path that it may
    spell, except that of a folder that it makes and removes."""
    effects = body.whole.effects_within(body.loop.body, body.loop.end)
    writes = [e for e in effects if e.write and e.root == ("res", "file") and e.how != ADDS]
    linking = {e.instr for e in writes if e.how in LINKING}
    below = {e.instr for e in writes if len(spelled(body, Touch(-1, e, ()))) != 1}
    return bool(linking) and len(linking | below) > 1


def _cannot_know(body: Body, path: Spelling, other: Touch) -> bool:
    """Whether the path lies in what its iteration makes, and no other one has its name."""
    if below_made(path) < 0:
        return False
    if below_made(spelled(body, other)) >= 0:
        return True
    alone = spelled(body, other) and other.effect.how not in (LISTS, *TREES)
    return bool(alone) and all(told_before(body, v) for v in _made_from(body, other))


def _made_from(body: Body, touch: Touch) -> Iterator[int]:
    """The values that the path is made of."""
    waiting: list[object] = [touch.effect.form]
    if touch.effect.key >= 0:
        waiting = [("value", path_of(body, touch.effect.key))]
    while waiting:
        match waiting.pop():
            case ("value", int(value)):
                yield value
            case tuple(parts):
                waiting += parts


def is_left(body: Body, touch: Touch) -> bool:
    """Whether what the touch writes is there when the iteration is over."""
    if touch.effect.how == ADDS:
        return False
    made = below_made(spelled(body, touch))
    return made < 0 or not is_removed(body, made) or writes_through_links(body)


def changes_folders(touch: Touch) -> bool:
    return touch.effect.how in (ADDS, MAKES, *TREES)


def _deep(write: Touch, other: Touch) -> bool:
    """Whether one of them touches what lies below, too: nothing can be read below a folder that
    is still to be made."""
    hows = {write.effect.how, other.effect.how}
    return bool(hows & {LISTS, *TREES}) or (MAKES in hows and other.effect.write)


def is_child(touch: Touch) -> bool:
    """Whether it is done by another program, to files of which nothing is known."""
    effect = touch.effect
    return bool(effect.root[1] == "process" or (effect.how == LISTS and effect.key < 0))


def of_all(body: Body, write: Touch, other: Touch) -> bool:
    """Whether all iterations write one file, and the other touch is sure, or most likely, of it."""
    path = spelled(body, write)
    if not path or not steady(path):
        return False
    if is_child(other):
        return write.effect.how != ADDS and not is_open_file(body, write)
    return alike(body, write, other)


def is_open_file(body: Body, touch: Touch) -> bool:
    """Whether it is a file that was open before the loop."""
    key = path_of(body, touch.effect.key)
    if key < 0 or (body.inside(key) and body.function.code[key].op == "call"):
        return False
    types = body.ev.values[key].types if steady(spelled(body, touch)) else None
    return bool(types) and not any(t.startswith(NAMES) for t in types or ())
