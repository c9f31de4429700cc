"""What an object refers to without saying under which attribute.

A namespace made of keywords, a shallow copy, a proxy, an object that got attributes by computed
names: any attribute of it, and what any of them holds, may be what went in, or a part of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.values import BOTTOM, DEEP, UNKNOWN, Obj, Val, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

ANYWHERE: Final = ".*"
OPEN_CONTAINERS: Final = frozenset(
    {"list", "tuple", "set", "frozenset", "dict", "iterator", "generator"}
    | {"zip", "map", "filter", "enumerate", "reversed", "collections.deque", "collections.Counter"}
    | {"collections.OrderedDict", "collections.defaultdict"}
)


def hides(obj: Obj, elem: str) -> bool:
    """Whether a store there may be found under any attribute."""
    return elem == ANYWHERE or (DEEP in obj[1] and elem == "[]")


def held(ev: Evaluation, obj: Obj) -> Val:
    """What the object, or one that it is a part of, refers to somewhere."""
    return _found(ev, obj, (), ANYWHERE)


def put_by_name(ev: Evaluation, obj: Obj) -> Val:
    """What became an attribute by a computed name, whatever the class says of its attributes."""
    return _found(ev, obj, (DEEP,), "[]")


def _found(ev: Evaluation, obj: Obj, step: tuple[str, ...], elem: str) -> Val:
    root, path = obj
    if root not in ev.hiding:
        return BOTTOM
    places = ((root, (*path[:end], *step)) for end in range(len(path) + 1))
    return join_all([ev.heap.get((place, elem), BOTTOM) for place in places])


def reached(ev: Evaluation, value: Val) -> Val:
    """Anything that the objects lead to, over any attributes and subscripts."""
    waiting, found = list(value.objs), set(value.objs)
    while waiting:
        root, path = waiting.pop()
        for (obj, _), inside in ev.heap.items():
            if obj[0] == root and obj[1][: len(path)] == path:
                waiting += inside.objs - found
                found |= inside.objs
    deep = {(root, path if DEEP in path else (*path, DEEP)) for root, path in found}
    return UNKNOWN._replace(objs=frozenset(found | deep) - value.objs)
