"""Whether places of different roots may be one object, as far as types tell."""

from __future__ import annotations

from pfadvisor.effects.sharing import shares
from pfadvisor.effects.values import DEEP, IMMUTABLE, elem_types, parse_type
from pfadvisor.loops.nodes import Body
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


class Kinds:
    """The types of what the paths of a body's roots lead to."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def meet(self, write: Touch, other: Touch) -> bool:
        """Whether the object that is written may be the one that is read, or part of it where
        the read is deep."""
        left, right = self._of(write), self._of(other)
        if left is None or right is None:
            return True
        if self._related(left, right):
            return True
        return DEEP in other.slot and not all(self._plain_below(t) for t in right)

    def _of(self, touch: Touch) -> Types:
        root, path = touch.effect.root, touch.effect.path
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
