"""Whether places of different roots may be one object, as far as types tell."""

from __future__ import annotations

from heapq import merge

from pfadvisor.effects.sharing import shares
from pfadvisor.effects.values import DEEP, IMMUTABLE, Obj, Root, elem_types, parse_type
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.reach import as_number
from pfadvisor.loops.touches import Touch, types_of_root

Types = frozenset[str] | None

ABSTRACT = frozenset(
    {
        "object",
        "Iterable",
        "Iterator",
        "Collection",
        "Sequence",
        "MutableSequence",
        "Mapping",
        "MutableMapping",
        "Set",
        "AbstractSet",
        "MutableSet",
        "Container",
        "iterator",
        "generator",
        "type",
    }
)
DICTS = frozenset(
    {"dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter"}
)


DEEPER = DEEP, 0


class Kinds:
    """The types of what the paths of a body's roots lead to."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._types: dict[Obj, Types] = {}
        self._met: dict[tuple[frozenset[str], frozenset[str]], bool] = {}

    def meet(self, write: Touch, other: Touch) -> bool:
        """Whether the object that is written may be the one that is read, or part of it where
        the read is deep."""
        left, right = self._of(write), self._of(other)
        if left is None or right is None:
            return True
        if (left, right) not in self._met:
            self._met[left, right] = self._related(left, right)
        if self._met[left, right]:
            return True
        return DEEP in other.slot and not all(self._plain_below(t) for t in right)

    def _of(self, touch: Touch) -> Types:
        place = touch.effect.root, touch.effect.path
        if place not in self._types:
            self._types[place] = self._told(*place)
        return self._types[place]

    def _told(self, root: Root, path: tuple[str, ...]) -> Types:
        if DEEP in path:
            return None
        found = self.body.whole.types_by_root.get(root, {}).get((root, path))
        return found if found is not None or path else types_of_root(self.body, root)

    def _related(self, left: frozenset[str], right: frozenset[str]) -> bool:
        first, second = ({parse_type(t)[0] for t in types} for types in (left, right))
        if (first | second) & ABSTRACT or (first & DICTS and second & DICTS):
            return True
        if shares(self.body.ev, left) and shares(self.body.ev, right):
            return True
        return bool(self._families(first) & self._families(second))

    def _families(self, heads: set[str]) -> set[str]:
        program = self.body.ev.program
        found = set(heads)
        for head in heads:
            if ":" in head:
                found |= {
                    *program.subclasses(head, self.body.ev.module),
                    *program.lineage(head),
                } - {"object"}
        return found

    def _plain_below(self, name: str, depth: int = 0) -> bool:
        """Whether what the type contains is immutable all the way."""
        head, _ = parse_type(name)
        if head in IMMUTABLE:
            return True
        inner = elem_types(name)
        if inner is None or depth > 4 or ":" in head:
            return False
        every = {*inner, *(parse_type(name)[1] if head in DICTS else ())}
        return all(
            self._plain_below(one.strip(), depth + 1) for each in every for one in each.split("|")
        )


class Shapes:
    """Touches by the form of their slots: of an object that has two names, those may meet that
    end alike."""

    def __init__(self, touches: list[Touch]) -> None:
        self.touches = touches
        self._numbers: dict[tuple[str, int], list[int]] = {}
        for number, touch in enumerate(touches):
            self._numbers.setdefault(_shape(touch), []).append(number)

    def to(self, write: Touch) -> list[Touch]:
        """Those that may be to what is written, in their order."""
        shape, found = _shape(write), self.touches
        if shape != DEEPER:
            alike = (self._numbers.get(one, ()) for one in (shape, DEEPER))
            found = [self.touches[number] for number in merge(*alike)]
        return [touch for touch in found if not as_number(write, touch)]


def _shape(touch: Touch) -> tuple[str, int]:
    return DEEPER if DEEP in touch.slot else (touch.slot[-1], len(touch.slot))
