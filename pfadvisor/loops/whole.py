"""What the loops of one function share, found once: looking it up again for each of them would
make a long function with many loops cost the square of its length."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Final, TypeVar, cast
from weakref import WeakKeyDictionary

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import JOINS, Loop
from pfadvisor.effects.orders import ORDER
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Effect, Obj, Root, UnknownCall, Val
from pfadvisor.model import Span

Types = frozenset[str] | None
Made = TypeVar("Made")
OPEN: Final = frozenset({"param", "recv", "free", "global", "class", "default", "unknown"})


class Whole:
    """One function, whatever loop of it is looked at."""

    def __init__(self, ev: Evaluation) -> None:
        self._function, self._code = ev.function, ev.function.code
        self._module = ev.module
        self._effects, self._values = ev.effects, ev.values
        self._unknowns = ev.unknowns
        self._heap, self._cells = ev.heap, ev.cells
        self._made: dict[object, object] = {}

    def made(self, make: Callable[[Evaluation], Made], ev: Evaluation) -> Made:
        """What a step of the analysis makes of the function, whose evaluation `ev` is, once."""
        if make not in self._made:
            self._made[make] = make(ev)
        return cast("Made", self._made[make])

    @cached_property
    def uses(self) -> dict[int, list[int]]:
        """Value -> instructions that use it."""
        uses: dict[int, list[int]] = {}
        for i, instr in enumerate(self._code):
            for value in operands(instr):
                uses.setdefault(value, []).append(i)
        return uses

    def following(self, start: Iterable[int], passes: Callable[[int], bool]) -> set[int]:
        """The values, and those of instructions that use one of them and pass it on."""
        found = {*start}
        waiting = [*found]
        while waiting:
            for use in self.uses.get(waiting.pop(), ()):
                if use not in found and passes(use):
                    found.add(use)
                    waiting.append(use)
        return found

    def uses_within(self, value: int, start: int, end: int) -> list[int]:
        """Those from `start` to before `end`."""
        uses = self.uses.get(value, [])
        return uses[bisect_left(uses, start) : bisect_left(uses, end)]

    @cached_property
    def looks(self) -> dict[int, list[int]]:
        """Value -> instructions that do more with it than to bind it or to iterate over it."""
        code, uses = self._code, self.uses.items()
        return {v: [u for u in us if code[u].op not in ("bind", "iter")] for v, us in uses}

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
    def last_origin(self) -> dict[int, int]:
        """Join -> the last of the joins that it is made of, itself included."""
        code, again = self._code, True
        joins = sorted(i for op in JOINS for i in self.doing(op))
        found = {i: i for i in joins}
        while again:
            again = False
            for i in joins:
                last = max(found.get(v, i) for v in (i, *operands(code[i])))
                if last > found[i]:
                    found[i], again = last, True
        return found

    @cached_property
    def _names_of_joins(self) -> list[tuple[int, int, str]]:
        names = enumerate(self._function.phi_names)
        return sorted((value, number, name) for number, (value, name) in names)

    def names_of_joins(self, start: int, end: int) -> list[tuple[int, str]]:
        """Joins from `start` to before `end` with the locals that they join, as they were made."""
        joins = self._names_of_joins
        found = joins[bisect_left(joins, (start,)) : bisect_left(joins, (end,))]
        return [(value, name) for _, value, name in sorted((n, v, name) for v, n, name in found)]

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
    def suites(self) -> dict[int, set[str]]:
        """Statement -> the roles of its suites."""
        found: dict[int, set[str]] = {}
        for block in self._function.blocks:
            found.setdefault(block.owner, set()).add(block.role)
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
    def _doing(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, instr in enumerate(self._code):
            found.setdefault(instr.op, []).append(i)
        return found

    def doing(self, op: str) -> list[int]:
        """Instructions of that operation, in order."""
        return self._doing.get(op, [])

    @cached_property
    def caught_by(self) -> dict[int, list[int]]:
        """`try` statement -> what its handlers catch."""
        blocks, stmts = self._function.blocks, self._function.stmts
        found: dict[int, list[int]] = {}
        for i in self.doing("caught"):
            found.setdefault(blocks[stmts[self._code[i].stmt].block].owner, []).append(i)
        return found

    @cached_property
    def entered_by(self) -> dict[int, list[int]]:
        """`with` statement -> what it enters."""
        found: dict[int, list[int]] = {}
        for i in self.doing("enter"):
            found.setdefault(self._code[i].stmt, []).append(i)
        return found

    @cached_property
    def subjects(self) -> list[tuple[int, int]]:
        """(value that a `match` statement looks at, the statement), in order."""
        matching = [self._code[i] for i in self.doing("op") if self._code[i].args[0] == "match"]
        return sorted({(instr.args[1], instr.stmt) for instr in matching})

    def subjects_within(self, start: int, end: int) -> list[tuple[int, int]]:
        """Those of the values from `start` to before `end`."""
        found = self.subjects
        return found[bisect_left(found, (start,)) : bisect_left(found, (end,))]

    @cached_property
    def tests(self) -> dict[int, Span]:
        """Statement -> its condition, the first if it has several."""
        found: dict[int, Span] = {}
        for i in self.doing("test"):
            found.setdefault(self._code[i].stmt, self._code[i].span)
        return found

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return sorted((loop.start, n) for n, loop in enumerate(self._function.loops))

    def loops_within(self, start: int, end: int) -> list[Loop]:
        """Loops that begin at instructions from `start` to before `end`."""
        starts, loops = self._starts, self._function.loops
        found = starts[bisect_left(starts, (start,)) : bisect_left(starts, (end,))]
        return [loops[n] for _, n in found]

    @cached_property
    def holding(self) -> dict[Obj, list[int]]:
        """Object -> the values that may be it."""
        found: dict[Obj, list[int]] = {}
        for i, value in enumerate(self._values):
            for obj in value.objs:
                found.setdefault(obj, []).append(i)
        return found

    @cached_property
    def _effects_at(self) -> dict[int, list[int]]:
        return _numbers(self._effects)

    @cached_property
    def _unknowns_at(self) -> dict[int, list[int]]:
        return _numbers(self._unknowns)

    def unknowns_of(self, instrs: Iterable[int]) -> list[UnknownCall]:
        """Calls of which nothing is known, in the order in which they were found."""
        at = self._unknowns_at
        return [self._unknowns[n] for n in sorted(n for i in instrs for n in at.get(i, ()))]

    @cached_property
    def _effects_on(self) -> dict[Root, list[Effect]]:
        found: dict[Root, list[Effect]] = {}
        for effect in self._effects:
            found.setdefault(effect.root, []).append(effect)
        return found

    def effects_on(self, root: Root) -> list[Effect]:
        return self._effects_on.get(root, [])

    @cached_property
    def shown_in_order(self) -> list[Effect]:
        """Where the order of a set shows."""
        return [effect for effect in self._effects if effect.how == ORDER]

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
    def containers(self) -> dict[Root, list[tuple[Obj, Root]]]:
        """Root -> its objects that something holds, with the roots of what does."""
        found: dict[Root, list[tuple[Obj, Root]]] = {}
        for (container, _), value in self._heap.items():
            for obj in value.objs:
                found.setdefault(obj[0], []).append((obj, container[0]))
        return found

    @cached_property
    def _inside(self) -> dict[Root, set[Root]]:
        inside: dict[Root, set[Root]] = {}
        for (obj, _), value in self._heap.items():
            inside.setdefault(obj[0], set()).update(root for root, _ in value.objs)
        return inside

    def with_contents(self, roots: Iterable[Root], known: Collection[Root] = ()) -> set[Root]:
        """These roots and those of all that their objects contain, but for those of `known` and
        what these contain."""
        found = {root for root in roots if root not in known}
        waiting = list(found)
        while waiting:
            inside = self._inside.get(waiting.pop(), set()) - found
            fresh = {root for root in inside if root not in known} if known else inside
            found |= fresh
            waiting += fresh
        return found

    @cached_property
    def _around(self) -> dict[Root, set[Root]]:
        around: dict[Root, set[Root]] = {}
        for root, inside in self._inside.items():
            for each in inside:
                around.setdefault(each, set()).add(root)
        return around

    def holders(self, roots: Iterable[Root]) -> set[Root]:
        """These roots and those of all whose objects contain theirs."""
        found = set(roots)
        waiting = list(found)
        while waiting:
            fresh = self._around.get(waiting.pop(), set()) - found
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


def _numbers(found: Iterable[Effect | UnknownCall]) -> dict[int, list[int]]:
    """Instruction -> the numbers of what was found there."""
    numbers: dict[int, list[int]] = {}
    for number, one in enumerate(found):
        numbers.setdefault(one.instr, []).append(number)
    return numbers


_KNOWN: Final[WeakKeyDictionary[Evaluation, Whole]] = WeakKeyDictionary()


def whole_of(ev: Evaluation) -> Whole:
    whole = _KNOWN.get(ev)
    if whole is None:
        whole = _KNOWN[ev] = Whole(ev)
    return whole
