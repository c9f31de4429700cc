"""What the loops of one function share, found once: looking it up again for each of them would
make a long function with many loops cost the square of its length."""

from __future__ import annotations

from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Effect, Obj, Root

Types = frozenset[str] | None


class Whole:
    """One function, whatever loop of it is looked at."""

    def __init__(self, ev: Evaluation) -> None:
        self._code, self._effects, self._values = ev.function.code, ev.effects, ev.values

    @cached_property
    def uses(self) -> dict[int, list[int]]:
        """Value -> instructions that use it."""
        uses: dict[int, list[int]] = {}
        for i, instr in enumerate(self._code):
            for value in operands(instr):
                uses.setdefault(value, []).append(i)
        return uses

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
        at = self._effects_at
        return [
            self._effects[n] for n in sorted(n for i in range(start, end) for n in at.get(i, ()))
        ]

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


_KNOWN: Final[WeakKeyDictionary[Evaluation, Whole]] = WeakKeyDictionary()


def whole_of(ev: Evaluation) -> Whole:
    whole = _KNOWN.get(ev)
    if whole is None:
        whole = _KNOWN[ev] = Whole(ev)
    return whole
