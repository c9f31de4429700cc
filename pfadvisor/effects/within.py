"""What is stored in objects, and in what is stored there: who looks at all that an object reaches
looks at that, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects.values import DEEP, Obj, Root

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

Contents = dict[Root, dict[Obj, frozenset[Obj]]]


def put(contents: Contents, obj: Obj, stored: frozenset[Obj]) -> None:
    if stored:
        inside = contents.setdefault(obj[0], {})
        inside[obj] = inside.get(obj, frozenset()) | stored


def reached(ev: Evaluation, objs: frozenset[Obj]) -> frozenset[Obj]:
    """The objects, and those that the heap knows to be in them."""
    if ev.contents.keys().isdisjoint(root for root, _ in objs):
        return objs
    found, waiting = set(objs), list(objs)
    while waiting:
        obj = waiting.pop()
        for holder, stored in ev.contents.get(obj[0], {}).items():
            if _is_below(holder[1], obj[1]) and not stored <= found:
                waiting += stored - found
                found |= stored
    return frozenset(found)


def _is_below(path: tuple[str, ...], above: tuple[str, ...]) -> bool:
    return path[: len(above)] == above or DEEP in (*path, *above)
