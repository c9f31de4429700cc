"""Evaluations that are not looked at instruction by instruction: for a summary, for one value.

What callers see of a function is each access once, wherever it happens; most of what the
instructions of a function do is told by the first of them. A value needs no accesses at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import calls, owners, paths
from pfadvisor.effects.evaluate import CHAIN, Evaluation
from pfadvisor.effects.growing import of_any_contents
from pfadvisor.effects.opening import FILE, path_behind
from pfadvisor.effects.subscripts import Form, computed, depth, substituted
from pfadvisor.effects.summary import Summary, summarize
from pfadvisor.effects.values import (
    FIXED,
    OUTER,
    Effect,
    Obj,
    Root,
    UnknownCall,
    Val,
    elem_types,
    item_types,
    ordered,
    parse_type,
)
from pfadvisor.model import Location

if TYPE_CHECKING:
    from pfadvisor.effects.substitution import Passed

OF_THE_WORKER: Final = ("res", "worker")
COMPOSED: Final = ("parts", "slice")
CHANGING: Final = frozenset({"fresh", "param"})
PLAIN: Final = ("value", "const", "text", "steady")  # forms that do not grow


class Outline(Evaluation):
    """What callers can see."""

    def reset(self) -> None:
        super().reset()
        self.told: dict[Any, Effect] = {}
        self.asked: dict[tuple[str, Location], UnknownCall] = {}
        self.entered: dict[int, Summary] = {}
        self.written: dict[Root, set[int]] = {}  # what the scope made or got and changes, and where

    def told_so_far(self) -> tuple[int, ...]:
        return 0, 0, len(self.told), len(self.asked), len(self.entered)

    def forget(self, told: tuple[int, ...], order: Sequence[int]) -> None:
        super().forget(told, order)
        late: tuple[dict[Any, Any], ...] = (self.told, self.asked, self.entered)
        for known, size in zip(late, told[2:], strict=True):
            while len(known) > size:
                known.popitem()

    def effect(self, effect: Effect) -> None:
        write, root, path, elem, i, key, how, *_ = effect
        if write and root[0] in CHANGING:
            self.written.setdefault(root, set()).add(i)
        if self._seen_outside(root, elem):
            parameter = self._parameter(key)
            form = self._told(root, key) if parameter < 0 and elem == "[]" else None
            mark = write, root, path, elem, how, parameter, form
            if mark not in self.told:
                self.told[mark] = effect._replace(instr=-1, key=parameter, form=form)

    def enter(self, i: int, summary: Summary, keys: list[int], passed: Passed) -> None:
        again = id(summary) in self.entered and not self.swapped
        self.entered[id(summary)] = summary
        if not again:
            self._enter_fixed(i, summary)
            self._ask(i, summary, passed)
        hidden: dict[Root, bool] = {}
        for effect in summary.moving:
            write, root, path, elem, _, key, how, *_ = effect
            passed_key = keys[key] if 0 <= key < len(keys) else -1
            if self.works_on_buffer(i, effect, passed_key):
                continue
            parameter = self._parameter(passed_key)
            form = self._computed(effect, keys) if parameter < 0 and elem == "[]" else None
            told = how, parameter, form
            if elem == "=" or root[0] in FIXED:
                if not again or parameter >= 0 or form is not None:
                    self._relay((write, root, path, elem, *told), effect, i)
                continue
            if root not in hidden:
                hidden[root] = self._hidden(passed.bases(root))
            unseen = hidden[root] and not self.function.is_generator
            places = passed.bases(root) if unseen else passed[root, path]
            for place in ordered(places or frozenset()):
                if write and place[0][0] in CHANGING:
                    self.written.setdefault(place[0], set()).add(i)
                if not unseen:
                    self._relay((write, *place, elem, *told), effect, i)
        if self.swapped:
            self._enter_behind(i, summary, passed)

    def _enter_fixed(self, i: int, summary: Summary) -> None:
        told = self.told
        for mark, effect in summary.fixed:
            if mark not in told:
                self._relay(mark, effect, i)

    def _enter_behind(self, i: int, summary: Summary, passed: Passed) -> None:
        """Accesses to attributes of objects whose namespaces were replaced."""
        for effect in summary.effects:
            write, root, path, elem, _, _, how, *_ = effect
            if elem != "=" and root[0] != "res":
                places = passed[root, path]
                for place in ordered(owners.behind(self, places, elem)):
                    self._relay((write, *place, "[]", how, -1, None), effect, i)

    def _ask(self, i: int, summary: Summary, passed: Passed) -> None:
        for unknown in summary.unknowns:
            if (unknown.subject, unknown.where) not in self.asked:
                reached = frozenset(o for obj in unknown.args for o in passed[obj])
                chain = (self.location(i), *unknown.chain)[:CHAIN]
                self.unknown(unknown._replace(chain=chain, args=reached))

    def _hidden(self, bases: frozenset[Obj] | None) -> bool:
        """Whether no caller can see what happens to the objects: they are made here, and hold
        nothing that came from elsewhere."""
        if bases is None or self.swapped:
            return False
        return not any(root[0] in OUTER or root in self.filled for root, _ in bases)

    def changed_at(self, root: Root) -> set[int]:
        return self.written.get(root, set())

    def unknown(self, call: UnknownCall) -> None:
        mark = call.subject, call.where
        if mark not in self.asked:
            args = frozenset(o for o in call.args if o[0][0] in OUTER)
            self.asked[mark] = call._replace(instr=-1, args=args)

    def summary(self, *, coarse: bool) -> Summary:
        effects, unknowns = tuple(self.told.values()), tuple(self.asked.values())
        return summarize(self, effects, unknowns, coarse=coarse)

    def _relay(self, mark: tuple[Any, ...], effect: Effect, i: int) -> None:
        if mark not in self.told and self._seen_outside(mark[1], mark[3]):
            chain = (self.location(i), *effect.chain)[:CHAIN]
            write, root, path, elem, how, key, form = mark
            where = effect.where
            self.told[mark] = Effect(write, root, path, elem, -1, key, how, where, chain, form)

    def _seen_outside(self, root: Root, elem: str) -> bool:
        if root[0] not in OUTER:
            return False
        if root[0] == "free" and elem == "=":
            return root[1] not in self.function.locals
        # where `__hash__` is called implicitly, no value is seen
        return root != OF_THE_WORKER or self.function.name != "__hash__"

    def _computed(self, effect: Effect, keys: list[int]) -> Form | None:
        """The form of a callee's subscript in terms of the parameters here. What is computed from
        what was computed is not told: with recursion, it would grow for ever."""
        form = effect.form or (("value", effect.key) if effect.key >= 0 else None)
        composed = effect.form is not None and effect.form[0] in COMPOSED

        def passed(parameter: int) -> Form | None:
            given = parameter < len(keys)
            found = self._told(effect.root, keys[parameter]) if given else None
            plain = effect.form is None or composed or (found and found[0] in PLAIN)
            return found if plain else None

        told = substituted(form, passed) if form is not None else None
        grown = composed and told and depth(told) > max(1, depth(form))
        return None if grown else told

    def _told(self, root: Root, key: int) -> Form | None:
        return paths.told(self, key) if root == FILE else computed(self, key)

    def _parameter(self, value: int) -> int:
        """The parameter that the value is, or that the file was opened by; -1 for none."""
        value = path_behind(self, value)
        instr = self.function.code[value] if value >= 0 else None
        return int(instr.args[0]) if instr is not None and instr.op == "param" else -1


class Slice(Evaluation):
    """What some of the instructions give."""

    def effect(self, effect: Effect) -> None:
        """Nobody asks for it."""

    def enter(self, i: int, summary: Summary, keys: list[int], passed: Passed) -> None:
        """Nobody asks for it."""

    def unknown(self, call: UnknownCall) -> None:
        """Nobody asks for it."""

    def called(self, value: int) -> Val:
        """What calling one of them with nothing gives."""
        return calls.invoke(self, value, self.values[value], [], [], "")

    def settled(self, value: int) -> Val:
        """One of them; of a container that was filled after it was made, without what its type
        said that it held."""
        found = self.values[value]
        objs = [o for o in found.objs if o[0][0] == "fresh" and not o[1]]
        held = [self.heap[o, "[]"] for o in objs if (o, "[]") in self.heap]
        more = any(not self._is_told(t, inside) for t in found.types or () for inside in held)
        return of_any_contents(found) if more else found

    def _is_told(self, type_name: str, inside: Val) -> bool:
        """Whether the type of a container speaks of all that is in it."""
        mapping = self.program.is_mapping(type_name)
        told = item_types(type_name, None) if mapping else elem_types(type_name)
        heads = {parse_type(t)[0] for t in told or ()}
        kinds = (self.program.above(t) for t in inside.types or ())
        known = inside.types is not None and all(heads.intersection(kind) for kind in kinds)
        return told is None or known
