"""What the loops of one function share, found once: looking it up again for each of them would
make a long function with many loops cost the square of its length."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Effect, Obj, Root, Val

Types = frozenset[str] | None
JOINS: Final = frozenset({"phi", "loopphi"})
OPEN: Final = frozenset({"param", "recv", "free", "global", "class", "default", "unknown"})


class Whole:
    """One function, whatever loop of it is looked at."""

    def __init__(self, ev: Evaluation) -> None:
        self._function, self._code = ev.function, ev.function.code
        self._module = ev.module
        self._effects, self._values = ev.effects, ev.values
        self._unknowns = ev.unknowns
        self._heap, self._cells = ev.heap, ev.cells

    @cached_property
    def uses(self) -> dict[int, list[int]]:
        """Value -> instructions that use it."""
        uses: dict[int, list[int]] = {}
        for i, instr in enumerate(self._code):
            for value in operands(instr):
                uses.setdefault(value, []).append(i)
        return uses

    @cached_property
    def span_of_uses(self) -> list[tuple[int, int]]:
        """The first and the last instruction that really uses a value: joins pass it on, and
        binding it is no use. (size, -1) where there are none."""
        code, size = self._code, len(self._code)
        found, again = [(size, -1)] * size, True
        while again:
            again = False
            for value, users in sorted(self.uses.items(), reverse=True):
                low, high = found[value] if value >= 0 else (size, -1)
                for use in users:
                    op = code[use].op
                    if op in JOINS:
                        low, high = min(low, found[use][0]), max(high, found[use][1])
                    elif op != "bind":
                        low, high = min(low, use), max(high, use)
                if value >= 0 and found[value] != (low, high):
                    found[value], again = (low, high), True
        return found

    @cached_property
    def _joins(self) -> dict[str, list[int]]:
        joins = dict(self._function.phi_names)
        joins |= {phi: name for loop in self._function.loops for name, phi in loop.phis}
        found: dict[str, list[int]] = {}
        for value, name in sorted(joins.items()):
            found.setdefault(name, []).append(value)
        return found

    def joins_within(self, name: str, start: int, end: int) -> list[int]:
        """Values from `start` to before `end` that join what a local may be."""
        joins = self._joins.get(name, [])
        return joins[bisect_left(joins, start) : bisect_left(joins, end)]

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """Block -> its statements."""
        found: dict[int, list[int]] = {}
        for stmt, facts in enumerate(self._function.stmts):
            found.setdefault(facts.block, []).append(stmt)
        return found

    @cached_property
    def branches(self) -> dict[int, list[int]]:
        """Statement -> its suites that run under a condition."""
        blocks = self._function.blocks
        found: dict[int, list[int]] = {}
        for block in self.children:
            if blocks[block].role in ("then", "else"):
                found.setdefault(blocks[block].owner, []).append(block)
        return found

    @cached_property
    def read_elsewhere(self) -> frozenset[str]:
        """Names of a module that its functions read."""
        if self._function.kind != "module":
            return frozenset()
        return frozenset(
            instr.args[0]
            for function in self._module.functions
            if function.kind != "module"
            for instr in function.code
            if instr.op == "name"
        )

    @cached_property
    def entered(self) -> list[int]:
        """Instructions that enter a `with` block."""
        return [i for i, instr in enumerate(self._code) if instr.op == "enter"]

    @cached_property
    def _effects_at(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, effect in enumerate(self._effects):
            found.setdefault(effect.instr, []).append(number)
        return found

    def effects_within(self, start: int, end: int) -> list[Effect]:
        """Those of these instructions, in the order in which they were found."""
        return self.effects_of(range(start, end))

    def effects_of(self, instrs: Iterable[int]) -> list[Effect]:
        at = self._effects_at
        return [self._effects[n] for n in sorted(n for i in instrs for n in at.get(i, ()))]

    @cached_property
    def types_by_root(self) -> dict[Root, dict[Obj, Types]]:
        """Types of the values that may be an object, by its root."""
        found: dict[Root, dict[Obj, Types]] = {}
        for value in self._values:
            for obj in value.objs:
                types = found.setdefault(obj[0], {})
                known = types.get(obj, frozenset())
                types[obj] = None if known is None or value.types is None else known | value.types
        return found

    @cached_property
    def first_types(self) -> dict[Obj, frozenset[str]]:
        """Types of the first value that may be an object and has any."""
        found: dict[Obj, frozenset[str]] = {}
        for value in self._values:
            if value.types:
                for obj in value.objs:
                    found.setdefault(obj, value.types)
        return found

    @cached_property
    def held(self) -> dict[Obj, list[tuple[str, Val]]]:
        """What objects hold, by the attribute or item that it is."""
        found: dict[Obj, list[tuple[str, Val]]] = {}
        for (obj, elem), value in self._heap.items():
            found.setdefault(obj, []).append((elem, value))
        return found

    @cached_property
    def _inside(self) -> dict[Root, set[Root]]:
        inside: dict[Root, set[Root]] = {}
        for (obj, _), value in self._heap.items():
            inside.setdefault(obj[0], set()).update(root for root, _ in value.objs)
        return inside

    def with_contents(self, roots: Iterable[Root]) -> set[Root]:
        """These roots and those of all that their objects contain."""
        found = set(roots)
        waiting = list(found)
        while waiting:
            fresh = self._inside.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return found

    @cached_property
    def changed(self) -> frozenset[Root]:
        """Roots of objects that the function changes, or hands to code that nobody knows."""
        found = {effect.root for effect in self._effects if effect.write}
        return frozenset(found.union(root for call in self._unknowns for root, _ in call.args))

    @cached_property
    def given_away(self) -> frozenset[Root]:
        """Roots of new objects that are stored where others may find them."""
        found = set(self.stored_away)
        for value in self._cells.values():
            found |= {root for root, _ in value.objs if root[0] == "fresh"}
        return frozenset(found)

    @cached_property
    def stored_away(self) -> frozenset[Root]:
        """Those that others have, nested functions left aside."""
        found: set[Root] = set()
        for (obj, _), value in self._heap.items():
            if obj[0][0] in OPEN:
                found |= {root for root, _ in value.objs if root[0] == "fresh"}
        return frozenset(found)


_KNOWN: Final[WeakKeyDictionary[Evaluation, Whole]] = WeakKeyDictionary()


def whole_of(ev: Evaluation) -> Whole:
    whole = _KNOWN.get(ev)
    if whole is None:
        whole = _KNOWN[ev] = Whole(ev)
    return whole
