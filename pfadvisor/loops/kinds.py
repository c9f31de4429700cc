"""Whether places of different roots may be one object, as far as types tell."""

from __future__ import annotations

from heapq import merge

from pfadvisor.effects.calls import DUNDERS
from pfadvisor.effects.in_place import may_have
from pfadvisor.effects.sharing import shares
from pfadvisor.effects.values import (
    DEEP,
    IMMUTABLE,
    NUMERIC,
    Effect,
    Obj,
    Root,
    elem_types,
    parse_type,
    split_top,
)
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
FIXED = frozenset(
    {"bool", "bytes", "complex", "float", "frozenset", "int", "None", "range", "str", "tuple"}
)
UNLISTED = DICTS | {"set"}
REVERSED = (name.replace("__", "__r", 1) for name in DUNDERS.values())
COUNTED = frozenset({"__index__", *DUNDERS.values(), *REVERSED}) - {"__eq__", "__ne__"}
LISTING = frozenset({"append", "extend", "insert"})

NOTHING_BELOW: Types = frozenset()

DEEPER = DEEP, 0


class Kinds:
    """The types of what the paths of a body's roots lead to."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._types: dict[Obj, Types] = {}
        self._unnumbered: dict[frozenset[str], bool] = {}
        self._met: dict[tuple[frozenset[str], frozenset[str]], bool] = {}

    def meet(self, write: Touch, other: Touch) -> bool:
        """Whether the object that is written may be the one that is read, or part of it where
        the read is deep."""
        left, right = self._of(write), self._of(other)
        if right is None:
            return not (left and other.effect.how == NUMERIC and self._no_numbers(left))
        if left is None:
            return self._below(right) != NOTHING_BELOW or self._may_change(right, write.effect)
        return self._meet(left, right) or (DEEP in other.slot and self._holds(right, left))

    def _meet(self, left: frozenset[str], right: frozenset[str]) -> bool:
        if (left, right) not in self._met:
            self._met[left, right] = self._related(left, right)
        return self._met[left, right]

    def _holds(self, outer: frozenset[str], inner: frozenset[str]) -> bool:
        below = self._below(outer)
        return below is None or (below != NOTHING_BELOW and self._meet(inner, below))

    def _no_numbers(self, types: frozenset[str]) -> bool:
        """Whether these are classes of the program through and through, to which no operator is
        given: what can only be a number is none of their instances."""
        if types not in self._unnumbered:
            classes = self._families({parse_type(t)[0] for t in types})
            self._unnumbered[types] = all(":" in one for one in classes) and not any(
                may_have(self.body.ev, one, name) for one in classes for name in COUNTED
            )
        return self._unnumbered[types]

    def _may_change(self, types: frozenset[str], change: Effect) -> bool:
        """Whether an object of these types can be changed so: nobody stores into a tuple, or
        appends to a dictionary, if no class around derives from such."""
        listed = change.how in LISTING
        if not change.elem.startswith("[") or not (listed or change.how == "store"):
            return True
        heads = {parse_type(t)[0] for t in types}
        if not heads or not heads <= (FIXED | UNLISTED if listed else FIXED):
            return True
        program, module = self.body.ev.program, self.body.ev.module
        name = change.how if listed else "__setitem__"
        bases = {base.rpartition(".")[2].lower() for base in program.derived_from(module)}
        alike = heads | DICTS if heads & DICTS else heads
        named = {head.rpartition(".")[2].lower() for head in alike}
        return bool(bases & named) or bool(program.methods_named(module, name))

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

    def _below(self, types: frozenset[str]) -> Types:
        """The types of what such objects contain, all the way down, that can be changed; None if
        one is not known."""
        found, waiting = set[str](), [*types]
        while waiting:
            name = waiting.pop()
            head, arguments = parse_type(name)
            inner = elem_types(name)
            if head in IMMUTABLE:
                continue
            if inner is None or ":" in head:
                return None
            parts = {*inner, *(arguments if head in DICTS else ())}
            held = {one.strip() for part in parts for one in split_top(part, "|")}
            waiting += held
            found |= {one for one in held if parse_type(one)[0] not in FIXED | IMMUTABLE}
        return frozenset(found)


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
