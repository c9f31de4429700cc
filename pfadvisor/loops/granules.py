"""Stages of nodes to stages of source text: statements, tests and holes.

A commit statement may have holes: its largest subexpressions that compute can
evaluate and that are worth it. Cheap compute that only commit needs stays in
commit, so that little is handed over and the loop keeps its looks; unless it
uses what cannot be handed over (the text of a parsed document).
"""

from __future__ import annotations

from pfadvisor.effects.facts import JOINS
from pfadvisor.effects.mappings import VIEWS
from pfadvisor.effects.values import parse_type
from pfadvisor.loops.nodes import COMPOUND, Body, Row
from pfadvisor.loops.outsiders import doubtful
from pfadvisor.loops.partition import Partition
from pfadvisor.loops.pickling import users_of_unpicklable
from pfadvisor.loops.tries import if_passed, tried
from pfadvisor.loops.wrapping import wrappers
from pfadvisor.model import Granule, Span, Stage

EXPRESSIONS = frozenset({"call", "comp", "op", "await", "item", "attr"})


class Tree:
    """The statements of a body with the stage of each, for one partition."""

    def __init__(
        self, body: Body, partition: Partition, *, cheap: bool, kept: frozenset[int] = frozenset()
    ) -> None:
        """`kept`: compute that stays so however cheap it is."""
        self.body, self.partition = body, partition
        self.bound = users_of_unpicklable(body, partition.compute) | (
            partition.compute & body.together.keys()
        )
        self.kept = kept | self.bound
        self.wrappers = frozenset() if cheap else wrappers(body, partition.compute)
        self.cheap = cheap  # nothing is worth a worker: any call or operator may be a hole
        self.nodes_of: dict[int, list[int]] = {}
        self.stage_of: dict[int, Stage] = {}
        self.holes_of: dict[int, list[Span]] = {}
        self.hole_nodes: set[int] = set()
        self.rows: dict[int, Row] = {}
        for node, place in enumerate(body.place_of):
            self.nodes_of.setdefault(place.simple, []).append(node)
        self.children = body.whole.children
        self.statements = list(self.children.get(body.loop.block, []))
        self.roots = list(self.statements)
        for stmt in self._simple(self.statements):
            self._judge(stmt)
            self.roots += if_passed(self.body, stmt)
        self._simplify()

    def _simple(self, statements: list[int]) -> list[int]:
        """Statements that are no `if`, those in branches included, in source order."""
        found = []
        for stmt in statements:
            if self._is_if(stmt):
                for block in self._branches(stmt):
                    found += self._simple(self.children.get(block, []))
            else:
                found += [stmt, *self._simple(if_passed(self.body, stmt))]
        return found

    def _is_if(self, stmt: int) -> bool:
        return self.body.function.stmts[stmt].kind in ("If", "filter")

    def _branches(self, stmt: int) -> list[int]:
        return self.body.whole.branches.get(stmt, [])

    def _judge(self, stmt: int) -> None:
        nodes = self._of_itself(stmt)
        if nodes and all(n in self.partition.compute for n in nodes):
            self.stage_of[stmt] = "compute"
            return
        if nodes and all(n in self.partition.head for n in nodes):
            self.stage_of[stmt] = "head"
            return
        self.stage_of[stmt] = "commit"
        if self.body.function.stmts[stmt].kind in COMPOUND:
            nodes = self._first(stmt, nodes)
        if nodes:
            self.holes_of[stmt] = self._holes(nodes)
        self._split_row(stmt)

    def _split_row(self, stmt: int) -> None:
        """An inner `for` of which the work alone is compute."""
        body = self.body
        row = next((row for row in body.rows if row.stmt == stmt), None)
        if row is None or self.holes_of.get(stmt):
            return
        nodes = {body.node_of[i] for i in row.work | row.again if i in body.node_of}
        if nodes <= self.partition.compute:
            self.rows[stmt] = row
            self.hole_nodes |= nodes

    def _first(self, stmt: int, nodes: list[int]) -> list[int]:
        """Of an inner `for` or `match`, the nodes of what runs once, before the rest."""
        code, body = self.body.function.code, self.body
        if stmt not in body.begun:
            return []
        head = code[body.begun[stmt]].span
        return [n for n in nodes if all(within(code[i].span, head) for i in body.nodes[n])]

    def _holes(self, nodes: list[int]) -> list[Span]:
        """Largest worthy expressions that are compute throughout, left to right."""
        body, code = self.body, self.body.function.code
        by_span: dict[Span, list[int]] = {}
        roots: set[Span] = set()
        tainted: list[Span] = []
        called = {code[i].args[0] for n in nodes for i in body.nodes[n] if code[i].op == "call"}
        for node in nodes:
            for i in body.nodes[node]:
                if node not in self.partition.compute or node in self.wrappers:
                    tainted.append(code[i].span)
                elif code[i].op in EXPRESSIONS:
                    by_span.setdefault(code[i].span, []).append(node)
                    if body.place_of[node].atom < 0 and not (
                        body.ev.values[i].lazy or self._only_reaches(i, called)
                    ):
                        roots.add(code[i].span)
        clean = [s for s in roots if not any(within(t, s) for t in tainted)]
        worthy = [s for s in clean if self._worthy(s, by_span)]
        largest = [s for s in worthy if not any(within(s, o) and s != o for o in worthy)]
        for span in largest:
            for other, its_nodes in by_span.items():
                if within(other, span):
                    self.hole_nodes.update(its_nodes)
        self.hole_nodes.update(
            n
            for n in nodes
            if n in self.partition.compute
            and any(within(code[i].span, s) for i in body.nodes[n] for s in largest)
        )
        return sorted(largest)

    def _only_reaches(self, i: int, called: set[int]) -> bool:
        """Whether the expression only takes what the parent has: something of an object that is to
        stay that very object, a view of a mapping, or a method that the parent calls."""
        op, value = self.body.function.code[i].op, self.body.ev.values[i]
        kept = op in ("item", "attr") and doubtful(self.body, value)
        view = bool(value.types) and all(parse_type(t)[0] in VIEWS for t in value.types or ())
        return kept or view or (op == "attr" and i in called)

    def _worthy(self, span: Span, by_span: dict[Span, list[int]]) -> bool:
        if self.cheap:
            code = self.body.function.code
            return any(
                code[i].op in ("call", "op", "comp")
                for n in by_span[span]
                for i in self.body.nodes[n]
                if code[i].span == span
            )
        return any(
            n in self.partition.worthy or n in self.bound or self._comes_before_work(n)
            for other, nodes in by_span.items()
            if within(other, span)
            for n in nodes
        )

    def _comes_before_work(self, node: int) -> bool:
        """Whether later work of another statement changes what the node reads."""
        places, compute = self.body.place_of, self.partition.compute
        simple = places[node].simple
        return any(n in compute and places[n].simple != simple for n in self.body.after[node])

    # -- cheap compute that only commit needs ------------------------------------------------

    def _simplify(self) -> None:
        """From the last statement to the first: compute that no later compute needs and that is
        not worth a worker goes back to commit."""
        tests = [t for s in self.roots if self._is_if(s) for t in self._ifs(s)]
        needed = {n for t in tests if self._is_heavy(t) for n in self.nodes_of.get(t, [])}
        for stmt in reversed(self._simple(self.statements)):
            nodes = self.nodes_of.get(stmt, [])
            working = self.stage_of[stmt] == "compute" and (
                self.cheap
                or not self.kept.isdisjoint(nodes)
                or any(n in self.partition.worthy for n in nodes)
                or any(self.body.after[n] & needed for n in nodes)
            )
            if working and self._only_wraps(stmt, needed):
                working, self.stage_of[stmt] = False, "commit"
                self.holes_of[stmt] = self._holes(nodes)
            holes = {n for n in nodes if n in self.hole_nodes}
            if working:
                needed.update(nodes)
            elif self.stage_of[stmt] == "compute":
                self.stage_of[stmt] = "commit"
                self.holes_of.setdefault(stmt, [])
            needed |= holes

    def _only_wraps(self, stmt: int, needed: set[int]) -> bool:
        """Whether the statement puts together what commit alone needs, things of others among it:
        commit does that itself."""
        nodes = self.nodes_of.get(stmt, [])
        return (
            self.body.function.stmts[stmt].kind in ("Assign", "AnnAssign")
            and not self.wrappers.isdisjoint(nodes)
            and self.kept.isdisjoint(nodes)
            and not any(self.body.after[n] & needed for n in nodes)
        )

    def stands_alone(self, stmt: int) -> bool:
        """Whether the statement has a stage of its own, whatever is around it."""
        return any(
            granule.kind == "statement" and granule.span == self.body.function.stmts[stmt].span
            for granule in self.granules()
        )

    # -- granules ---------------------------------------------------------------------------

    def granules(self) -> tuple[Granule, ...]:
        found: list[Granule] = []
        for stmt in self.statements:
            self._emit(stmt, found)
        return tuple(found)

    def _emit(self, stmt: int, found: list[Granule]) -> None:
        span = self.body.function.stmts[stmt].span
        if stmt in self.rows:
            found.extend(self.rows[stmt].granules)
            return
        if not self._is_if(stmt):
            stage, passed = self.stage_of.get(stmt, "commit"), if_passed(self.body, stmt)
            parted = any(self.stage_of.get(s) != stage for s in self._simple(passed))
            span = tried(self.body, stmt) if parted else span
            found.append(Granule("statement", span, stage))
            found.extend(Granule("hole", s, "compute") for s in self.holes_of.get(stmt, ()))
            for child in passed if parted else ():
                self._emit(child, found)
            return
        whole = self._whole(stmt)
        if whole is not None:
            found.append(Granule("statement", span, whole))
            return
        test_stage: Stage = "compute" if self._test_computes(stmt) else "commit"
        found.append(Granule("test", self._test_span(stmt), test_stage))
        for block in sorted(self._branches(stmt)):
            for child in self.children.get(block, []):
                self._emit(child, found)

    def _test_computes(self, stmt: int) -> bool:
        return all(n in self.partition.compute for n in self._of_itself(stmt))

    def _of_itself(self, stmt: int) -> list[int]:
        """The nodes of a statement, of an `if` those of its test: the names that branches join
        come behind them."""
        code, nodes = self.body.function.code, self.nodes_of.get(stmt, [])
        if not (self._is_if(stmt) or stmt in self.body.parted):
            return nodes
        return [n for n in nodes if any(code[i].op not in JOINS for i in self.body.nodes[n])]

    def _is_heavy(self, stmt: int) -> bool:
        """Whether the test of an `if` is worth a worker, or cannot be had without."""
        nodes = self.nodes_of.get(stmt, [])
        return self._test_computes(stmt) and any(
            n in self.partition.worthy or n in self.bound for n in nodes
        )

    def _whole(self, stmt: int) -> Stage | None:
        """The stage of an `if` that is not split, None if it is."""
        inner = self._simple([stmt])
        if not self.partition.head.isdisjoint(self.nodes_of.get(stmt, [])):
            return "head"
        computing = any(self.stage_of.get(s) == "compute" or self.holes_of.get(s) for s in inner)
        tests = list(self._ifs(stmt))
        if not computing and not any(map(self._is_heavy, tests)):
            return "commit"
        if all(self.stage_of.get(s) == "compute" for s in inner) and all(
            self._test_computes(s) for s in tests
        ):
            return "compute"
        return None

    def _ifs(self, stmt: int) -> list[int]:
        """The `if` statements of a tree of them, itself first."""
        found = [stmt]
        for block in self._branches(stmt):
            for child in self.children.get(block, []):
                if self._is_if(child):
                    found += self._ifs(child)
        return found

    def _test_span(self, stmt: int) -> Span:
        return self.body.whole.tests.get(stmt, self.body.function.stmts[stmt].span)

    def compute_nodes(self) -> set[int]:
        """Nodes that end up in the worker."""
        found = set(self.hole_nodes)
        for stmt in self._simple(self.statements):
            if self.stage_of.get(stmt) == "compute":
                found.update(self.partition.compute.intersection(self.nodes_of.get(stmt, [])))
        for stmt in self.roots:
            if self._is_if(stmt):
                self._split_tests(stmt, found)
        return found

    def overtaken(self) -> set[int]:
        """Work that would run before what comes first, and stays with the parent."""
        compute = self.compute_nodes()
        left = self.partition.compute - compute
        return {then for node in left for then in self.body.after[node] if then in compute}

    def torn(self) -> set[int]:
        """Work that is tied to what stays with the parent."""
        compute, tied = self.compute_nodes(), self.body.together
        return {n for n in compute if not compute.issuperset(tied.get(n, ()))}

    def _split_tests(self, stmt: int, found: set[int]) -> None:
        if self._whole(stmt) == "commit":
            return
        if self._test_computes(stmt):
            found.update(n for n in self.nodes_of.get(stmt, []) if n in self.partition.compute)
        for block in self._branches(stmt):
            for child in self.children.get(block, []):
                if self._is_if(child):
                    self._split_tests(child, found)


def within(inner: Span, outer: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]
