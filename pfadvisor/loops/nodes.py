"""The body of a loop as nodes of a dependence graph.

A node is one instruction, or one compound statement as a whole (nested loops,
`with`, `try`, `match`, comprehensions): only `if` is looked into, and the `else`
of a `try`. Edges point from what must come first to what depends on it within one
iteration.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import JOINS, Function, Loop
from pfadvisor.effects.program import operands
from pfadvisor.effects.repeats import innermost_loop
from pfadvisor.loops.whole import whole_of
from pfadvisor.model import Granule

COMPOUND: Final = frozenset(
    {
        "For",
        "AsyncFor",
        "While",
        "With",
        "AsyncWith",
        "Try",
        "TryStar",
        "Match",
        "FunctionDef",
        "AsyncFunctionDef",
        "ClassDef",
        "generator",
    }
)
LAZY: Final = frozenset({"generator", "call"})  # forms whose iterations run where they are consumed
JUMPS: Final = frozenset({"continue", "break", "ret", "raise", "assert", "yield"})
LEAVES: Final = frozenset({"break", "ret", "yield"})


class Place(NamedTuple):
    """Where a statement stands in the body: the statement of the body (or of a branch of an
    `if`) that it is or belongs to, the compound that it is part of, the tests that guard it."""

    simple: int
    atom: int
    guards: tuple[int, ...]


class Affine(NamedTuple):
    """`symbol`: a loop-invariant value that is added, -1 for none; both sides must agree."""

    factor: int
    offset: int
    symbol: int = -1


class Row(NamedTuple):
    """An inner `for` whose work is done for all of its items before the rest of it: `work` are the
    instructions that do it, `again` those by which each stage draws the items for itself."""

    stmt: int
    work: frozenset[int]
    again: frozenset[int]
    granules: tuple[Granule, ...]


class Body:
    def __init__(
        self,
        ev: Evaluation,
        index: int,
        rows: tuple[Row, ...] = (),
        parted: frozenset[int] = frozenset(),
    ) -> None:
        """`parted` are `try` statements of the body whose `else` is looked into."""
        self.ev = ev
        self.function: Function = ev.function
        self.loop: Loop = ev.function.loops[index]
        self.whole = whole_of(ev)
        self.index = index
        self.index_in_module = ev.index
        self.nodes: list[list[int]] = []
        self.node_of: dict[int, int] = {}
        self.place_of: list[Place] = []
        self.header: list[int] = []
        self.after: list[set[int]] = []  # node -> nodes that depend on it
        self.counters: dict[int, Affine] | None = None  # values that count along with the loop
        self.together: dict[int, set[int]] = {}  # node -> nodes that its stage is the stage of
        self.handed: frozenset[int] | None = None  # what makes an object for each iteration
        self.rows, self.parted = rows, parted
        self._places: dict[int, Place | None] = {}
        self.binds: dict[str, list[int]] = {}  # local -> where the body binds or deletes it
        self.heads = frozenset(phi for _, phi in self.loop.phis)
        self._build()
        self._flow_edges()
        self._control_edges()

    # -- nodes ------------------------------------------------------------------------------

    def _build(self) -> None:
        keys: dict[tuple[str, int], int] = {}
        ahead, working = self._ahead(), frozenset(i for row in self.rows for i in row.work)
        split = {row.stmt for row in self.rows}
        for i in range(self.loop.body, self.loop.end):
            place = self.place(self.function.code[i].stmt)
            if place is None:
                self.header.append(i)
                continue
            if i in ahead or self._joins_ends(i):
                place = place._replace(atom=-1)
            key = ("instr", i) if place.atom < 0 else ("atom", place.atom)
            if place.atom in split:
                self._node(keys, ("row", place.atom), place)
                key = ("row" if i in working else "atom", place.atom)
            node = self._node(keys, key, place)
            self.nodes[node].append(i)
            self.node_of[i] = node
            if self.function.code[i].op in ("bind", "delname"):
                self.binds.setdefault(self.function.code[i].args[0], []).append(i)

    def _node(self, keys: dict[tuple[str, int], int], key: tuple[str, int], place: Place) -> int:
        if key not in keys:
            keys[key] = len(self.nodes)
            self.nodes.append([])
            self.place_of.append(place)
            self.after.append(set())
        return keys[key]

    @cached_property
    def begun(self) -> dict[int, int]:
        """Inner `for` or `match` -> the value that it evaluates once, before all the rest of it."""
        start, end = self.loop.body, self.loop.end
        inner = self.whole.loops_within(start, end)
        found = {loop.stmt: loop.source for loop in inner if loop.form == "for"}
        found |= {stmt: value for value, stmt in self.whole.subjects_within(start, end)}
        places = {stmt: self.place(stmt) for stmt in found}
        outermost = [stmt for stmt, place in places.items() if place and place.atom == stmt]
        return {stmt: found[stmt] for stmt in outermost if self.inside(found[stmt])}

    def _ahead(self) -> set[int]:
        """What makes the iterable of an inner `for`, or what a `match` looks at."""
        code, start = self.function.code, self.loop.body
        return {
            i
            for stmt, value in self.begun.items()
            for i in range(start, value + 1)
            if code[i].stmt == stmt
        }

    def _joins_ends(self, i: int) -> bool:
        """Whether it joins what a parted `try` leaves behind, whichever way it went."""
        instr = self.function.code[i]
        parted = instr.op in JOINS and instr.stmt in self.parted
        return parted and i > self.whole.caught_by[instr.stmt][-1]

    def place(self, stmt: int) -> Place | None:
        """None: the statement is part of the loop's header, or not in the loop."""
        if stmt not in self._places:
            self._places[stmt] = self._locate(stmt)
        return self._places[stmt]

    def _locate(self, stmt: int) -> Place | None:
        stmts, blocks = self.function.stmts, self.function.blocks
        if stmt < 0 or stmt == self.loop.stmt:
            return None
        current, guards, atom, simple = stmt, [], -1, stmt
        if stmts[stmt].kind in COMPOUND:
            atom = stmt
        while stmts[current].block != self.loop.block:
            block_index = stmts[current].block
            block = blocks[block_index]
            if block.owner < 0 or block.owner == self.loop.stmt:
                return None
            passed = block.role == "tryelse" and block.owner in self.parted
            if passed:
                guards.append(self.whole.caught_by[block.owner][0])
            elif block.role in ("then", "else"):
                guards.append(block.test)
            else:
                # a comprehension inside a simple statement is an atom of its own
                own = stmts[block.owner].kind in COMPOUND
                atom = block.owner if own else -2 - block_index
                guards = []
                simple = block.owner
            current = block.owner
            if stmts[current].kind in COMPOUND and not passed:
                atom, simple, guards = current, current, []
        if atom < -1:
            atom = 1_000_000 - atom
        return Place(simple if atom < 0 or atom >= 1_000_000 else atom, atom, tuple(guards))

    @cached_property
    def users(self) -> dict[int, frozenset[int]]:
        """Where the header takes an item apart -> the nodes that look at any part of it."""
        parts: dict[int, set[int]] = {}
        code = self.function.code
        unpacks = [i for i in self.header if code[i].op == "unpack"]
        for i in reversed(unpacks):
            nodes = parts.setdefault(code[i].args[0], set())
            nodes |= {
                self.node_of[use] for use in self.whole.uses.get(i, ()) if use in self.node_of
            }
            nodes |= parts.get(i, set())
        return {i: frozenset(parts[code[i].args[0]]) for i in unpacks}

    # -- edges ------------------------------------------------------------------------------

    def edge(self, first: int, then: int) -> None:
        if first != then:
            self.after[first].add(then)

    def tie(self, nodes: frozenset[int]) -> None:
        """The nodes are to be in one stage."""
        first = min(nodes)
        for node in nodes - {first}:
            self.together.setdefault(first, set()).add(node)
            self.together.setdefault(node, set()).add(first)

    def _flow_edges(self) -> None:
        code = self.function.code
        binds: dict[int, list[int]] = {}
        for i in self.node_of:
            if code[i].op == "bind":
                binds.setdefault(code[i].args[1], []).append(i)
        for i, node in self.node_of.items():
            for value in operands(code[i]):
                source = self.node_of.get(value)
                if source is not None and value < i:
                    self.edge(source, node)
                for bind in binds.get(value, ()):
                    if bind < i and code[bind].stmt != code[i].stmt:
                        self.edge(self.node_of[bind], node)

    def _control_edges(self) -> None:
        jump = -1
        for node, instrs in enumerate(self.nodes):
            for test in self.place_of[node].guards:
                if test in self.node_of:
                    self.edge(self.node_of[test], node)
            if jump >= 0:
                self.edge(jump, node)
            if any(self.jumps(i) for i in instrs):
                jump = node

    def jumps(self, i: int) -> bool:
        """Whether the instruction may end the iteration (jumps of inner loops do not)."""
        op = self.function.code[i].op
        if op in ("continue", "break"):
            return self.innermost_loop(self.function.code[i].stmt) == self.loop.block
        return op in JUMPS

    def leaves(self, i: int) -> bool:
        return self.function.code[i].op in LEAVES and self.jumps(i)

    def innermost_loop(self, stmt: int) -> int:
        return innermost_loop(self.function, stmt)

    def made_for_run(self, value: int) -> bool:
        """Whether it is evaluated anew whenever the loop is run again."""
        here = self.innermost_loop(self.loop.stmt)
        around = self.loop.parents[-1:]
        return self.innermost_loop(self.function.code[value].stmt) == here and all(
            value >= self.function.loops[loop].body for loop in around
        )

    def inside(self, value: int) -> bool:
        return self.loop.body <= value < self.loop.end
