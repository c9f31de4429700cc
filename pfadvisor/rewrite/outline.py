"""A loop's body divided in two: a function's body for compute, and what commit keeps.

Text-preserving: comments move with their statements, strings that span rows stay as
they are. A split `if` appears in both; its test is evaluated in the worker only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.cutting import Cutter, Swap
from pfadvisor.rewrite.flow import (
    Leaving,
    as_evaluated,
    bound_after,
    continues,
    first_assigned,
    meet,
    raises_nothing,
    set_on_the_way_out,
    tried,
)
from pfadvisor.rewrite.layout import (
    argument,
    broken,
    called_on,
    closed_on,
    closed_up,
    either,
    from_code,
    joined,
    listed,
    tightened,
    without_idle_return,
)
from pfadvisor.rewrite.parted import Parted, drawing
from pfadvisor.rewrite.piece import Piece
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.rows import comments_above, else_row
from pfadvisor.rewrite.scope import names_in, stores
from pfadvisor.rewrite.stages import EMPTY, Stages
from pfadvisor.rewrite.tails import fills_suite, first_code, last_results
from pfadvisor.rewrite.text import moved
from pfadvisor.rewrite.walrus import walrus_names

TAKEN = "\0"
"""Stands among the commit's lines where the first result is needed."""

_JUMP = re.compile(r"\s*(continue|break|return)\b")


class Outliner(Cutter):
    """One use: `Outliner(...).run()`; afterwards `compute` and `committed` hold the nodes."""

    def __init__(
        self,
        stages: Stages,
        swaps: Sequence[Swap],
        commit_indent: str,
        given: set[str],
        context: FileContext,
    ) -> None:
        """`given` are names that each item binds."""
        super().__init__(stages.text, swaps, context.width)
        self.stages, self.given = stages, given
        self.commit_indent, self.types = commit_indent, context.types
        self.signature = context.signature
        self.compute: list[ast.AST] = []
        self.committed: list[ast.stmt] = []
        self.pending = self.checked = False
        self.orders, self.ended = {""}, set[str]()
        self.made = set[str]()  # what commit gets from the worker
        self.maybe = set[str]()  # what the worker may have bound by now
        self.early = set[str]()  # of that, what it gives where it ends early

    @property
    def late(self) -> bool:
        """Whether commits of an iteration may come before some of its compute."""
        return any("CX" in order for order in self.orders | self.ended)

    @property
    def split(self) -> bool:
        """Whether commits may stand between parts of compute."""
        return any("XCX" in order for order in self.orders | self.ended)

    def _note(self, what: str) -> None:
        """Remember the order of commits (C) and compute (X) on each path, runs counted once."""
        self.orders = {o if o.endswith(what) else o + what for o in self.orders}

    def _path(
        self, branch: Sequence[ast.stmt], floor: int, inner: str, outer: str, bound: set[str]
    ) -> tuple[Piece, set[str], set[str]]:
        """One of several ways, the orders in which it reaches its end, and what may be bound there."""
        orders, maybe = self.orders, set(self.maybe)
        piece = self._block(branch, floor, inner, outer, bound)
        left = self.maybe if piece.bound is not None else set[str]()
        self.maybe = maybe
        piece.worker, piece.commit = from_code(piece.worker), from_code(piece.commit)
        reached = self.orders if piece.bound is not None else set()
        self.ended |= self.orders - reached
        self.orders = orders
        return piece, reached, left

    def run(self) -> Piece:
        loop = self.stages.loop
        floor, given = self.text.span(loop.iter).end_row, self.given | set(self.stages.parts)
        piece = self._block(loop.body, floor, self.text.unit, self.commit_indent, given)
        joined = self.stages.joined(self.commit_indent)
        if joined and any(_JUMP.match(row) for row in piece.commit):
            raise Refused("what the iteration collects would be lost where it skips its rest")
        piece.commit += joined
        while piece.worker and not piece.worker[0]:
            del piece.worker[0]
            piece.tail = {name: (row - 1, value) for name, (row, value) in piece.tail.items()}
        piece = self._returning(piece)
        piece.worker[:0] = self._begun()
        return piece

    def _begun(self) -> list[str]:
        """The rows by which a worker makes its private accumulators."""
        rows = []
        for private, own in zip(self.stages.plan.privates, self.stages.own.values(), strict=True):
            known = self.stages.stated(private, self.types) if self.signature.complete else None
            name = self.signature.variable(own, known) if known else own
            rows.append(f"{self.text.unit}{name} = {private.made or EMPTY[private.kind]}")
        return rows

    def _block(
        self, statements: Sequence[ast.stmt], floor: int, inner: str, outer: str, bound: set[str]
    ) -> Piece:
        whole = Piece(bound=set(bound))
        for statement in statements:
            if self.stages.stage(statement) == "head":
                floor = self.text.span(statement).end_row
                continue
            before = self.orders
            part = self._statement(statement, floor, inner, outer, whole.bound or set())
            if any("X" in o for o in self.orders | self.ended) and before <= {"", "C"}:
                whole.commit.append(TAKEN)
            self._append(whole, part)
            if part.bound is None:
                break
            floor = self.text.span(statement).end_row
        return whole

    def _append(self, whole: Piece, part: Piece) -> None:
        start = len(whole.worker)
        kept = {} if part.worker and not part.tail else whole.tail
        if part.tail and part.tail[next(iter(part.tail))][0] > first_code(part.worker):
            kept = {}
        again = max((row for name, (row, _) in kept.items() if name in part.tail), default=-1)
        kept = {name: value for name, value in kept.items() if value[0] > again}
        whole.tail = kept | {n: (row + start, value) for n, (row, value) in part.tail.items()}
        whole.worker += part.worker
        whole.commit += part.commit
        whole.bound = None if part.bound is None else (whole.bound or set()) | part.bound

    def _statement(
        self, statement: ast.stmt, floor: int, inner: str, outer: str, bound: set[str]
    ) -> Piece:
        stage = self.stages.stage(statement)
        if stage == "compute" and isinstance(statement, ast.Continue):
            lines = self._chunk(statement, floor, outer, [])
            self.committed.append(statement)
            return Piece([f"{inner}{self._return(bound)}"], lines, None)
        if stage is None and isinstance(statement, ast.If):
            return self._split(statement, floor, inner, outer, bound)
        if stage is None and isinstance(statement, ast.For):
            return self._row(statement, floor, inner, outer, bound)
        if stage is None and isinstance(statement, ast.Try):
            return self._passed(statement, floor, inner, outer, bound)
        if stage == "compute":
            return self._compute(statement, floor, inner, outer, bound)
        return self._commit(statement, floor, inner, outer, bound)

    def _compute(
        self, statement: ast.stmt, floor: int, inner: str, outer: str, bound: set[str]
    ) -> Piece:
        leaving = self._leaving(statement, bound)
        if leaving and self.stages.kept:
            if self.checked or inner != self.text.unit:
                raise Refused("the body skips its rest at several points between commits")
            self.pending = True
        if not raises_nothing(statement):
            self._note("X")
        self.maybe |= stores(statement)
        self.made |= stores(statement) & {*self.stages.results} - self.stages.read_again
        self.compute.append(statement)
        lines = tightened(self._chunk(statement, floor, inner, leaving), self.width)
        if self._renamed(self.text.span(statement)):
            lines = broken(lines, self.text.unit, self.width)
        piece = Piece(lines, [], bound_after([statement]))
        if self.text.span(statement) in self.stages.plan.repeated:
            self.committed.append(statement)
            again = self._chunk(statement, floor, outer, [], own=False)
            piece.commit = [*self._check(outer), *again]
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                span = self.text.span(value)
                if not self.text.after(self.text.span(statement)).strip():
                    row = len(lines) - (self.text.span(statement).end_row - span.row) - 1
                    prefix = f"{inner}{name} = "
                    known = 0 <= row < len(lines) and lines[row].startswith(prefix)
                    if known and (row == len(lines) - 1 or lines[row].rstrip()[-1:] in "([{"):
                        rest = "\n".join([lines[row][len(prefix) :], *lines[row + 1 :]])
                        piece.tail = {name: (row, rest)}
        return piece

    def _leaving(self, statement: ast.stmt, bound: set[str]) -> list[Swap]:
        """The `continue`s of a compute statement, and what the worker does in their place."""
        found = []
        for node in continues(statement):
            if set_on_the_way_out(statement, node) & {*self.stages.results}:
                raise Refused("a `finally` sets a result after the iteration has ended early")
            found.append((self.text.span(node), self._return(bound, kept="False")))
        return found

    def _commit(
        self, statement: ast.stmt, floor: int, inner: str, outer: str, bound: set[str]
    ) -> Piece:
        piece = Piece(commit=self._check(outer))
        holes = as_evaluated(statement, self.stages.holes_in(statement))
        if walrus_names(statement) & {n for node, _ in holes for n in names_in(node)}:
            raise Refused("the work may read what its own statement assigns")
        swaps: list[Swap] = []
        for node, span in holes:
            name = self.stages.holes[span]
            whole, remarks = self.text.with_remarks(span, self.text.span(statement).row + 1)
            swaps.append((whole, name))
            if name in bound | (piece.bound or set()):
                continue
            self._note("X")
            self.compute.append(node)
            value = self.expression(span, inner)
            self._append(piece, self._assign(name, value, inner, remarks))
        if names_in(statement) & self.made and not any("X" in order for order in self.orders):
            self._note("X")
        self._note("C")
        lines = self._chunk(statement, floor, outer, swaps, own=False)
        simple = not (hasattr(statement, "body") or isinstance(statement, ast.Match))
        if swaps and simple:
            lines = joined(closed_on(lines, [name for _, name in swaps]), self.width)
        piece.commit += broken(lines, self.text.unit, self.width)
        self.committed.append(statement)
        if isinstance(statement, Leaving) and outer != self.commit_indent:
            piece.worker.append(f"{inner}{self._return(bound | (piece.bound or set()))}")
            piece.bound, piece.tail = None, {}
        return piece

    def _check(self, outer: str) -> list[str]:
        """What skips the commit of an iteration whose compute ended early."""
        if not self.pending or outer != self.commit_indent:
            return []
        self.pending, self.checked = False, True
        return [f"{outer}if not {self.stages.kept}:", f"{outer}{self.text.unit}continue"]

    def _assign(self, name: str, value: str, inner: str, remarks: Sequence[str] = ()) -> Piece:
        self.maybe.add(name)
        rows = [*(inner + each for each in remarks), *f"{inner}{name} = {value}".split("\n")]
        return Piece(rows, [], {name}, {name: (len(remarks), value)})

    def _split(
        self, statement: ast.If, floor: int, inner: str, outer: str, bound: set[str]
    ) -> Piece:
        flag, unit = self.stages.flags[statement], self.text.unit
        self._note("X")
        self.compute.append(statement.test)
        whole = Piece(comments_above(self.text, statement, floor, inner), bound=set())
        test = self._test(statement.test, whole, inner)
        known = self.types.value(statement.test) == "bool"
        value = test if known else called_on("bool", test, inner, unit)
        self._append(whole, self._assign(flag, value, inner))
        bound = bound | (whole.bound or set())
        whole.commit = self._check(outer)
        start = self.text.span(statement.test).end_row
        yes, ways, left = self._path(statement.body, start, inner + unit, outer + unit, bound)
        start = else_row(self.text, statement)
        no, others, also = self._path(statement.orelse, start, inner + unit, outer + unit, bound)
        self.orders = ways | others
        self.maybe |= left | also
        whole.worker += either(f"{inner}if {flag}:", inner, unit, yes.worker, no.worker)
        whole.commit += either(f"{outer}if {flag}:", outer, unit, yes.commit, no.commit)
        if not yes.worker and no.worker:
            whole.worker[-len(no.worker) - 1 :] = [f"{inner}if not {flag}:", *no.worker]
        if not yes.commit and no.commit:
            whole.commit[-len(no.commit) - 1 :] = [f"{outer}if not {flag}:", *no.commit]
        if yes.worker or no.worker:
            whole.tail = {}
        whole.bound = meet([yes.bound, no.bound if statement.orelse else bound])
        return whole

    def _passed(
        self, statement: ast.Try, floor: int, inner: str, outer: str, bound: set[str]
    ) -> Piece:
        """A `try`: the worker does it as far as its `else`, whose commits are for the parent."""
        flag, unit = self.stages.flags[statement], self.text.unit
        whole = self._assign(flag, "False", inner)
        known = bound | (bound_after(statement.body) or set())
        self._append(whole, self._compute(tried(statement), floor, inner, outer, bound | {flag}))
        start, caught = else_row(self.text, statement), self.orders
        level = self.text.indent(self.text.span(statement).row)
        part, passed, left = self._path(statement.orelse, start, inner + unit, outer + unit, known)
        self.orders = passed | caught
        self.maybe |= left
        caught_rows = self.text.span(statement.handlers[-1]).end_row
        whole.worker += moved(self.text.rows(caught_rows + 1, start - 1), level, inner)
        whole.worker += [f"{inner}else:", f"{inner}{unit}{flag} = True", *part.worker]
        whole.commit += either(f"{outer}if {flag}:", outer, unit, part.commit, [])
        whole.tail = {}
        whole.bound = (bound_after([statement]) or set()) | {flag}
        return whole

    def _row(self, loop: ast.For, floor: int, inner: str, outer: str, bound: set[str]) -> Piece:
        """An inner `for`: the worker lists its results, commit goes through items and results."""
        unit, source = self.text.unit, self.text.span(loop.iter)
        self._note("X")
        self.compute += [loop.target, loop.iter]
        known = bound | stores(loop.target)
        part = self._block(loop.body, source.end_row, inner + unit, outer + unit, known)
        self.committed.append(drawing(loop))
        parted = Parted(self.stages, loop, part, self.expression(source, inner), self.width)
        above = Piece(comments_above(self.text, loop, floor, inner), self._check(outer))
        return parted.both(inner, outer, above, TAKEN)

    def _test(self, test: ast.expr, whole: Piece, inner: str) -> str:
        """The text of the test; what it assigns first of all gets a row of its own."""
        first = first_assigned(test)
        late = walrus_names(test) & {*self.stages.results} - {first.target.id if first else ""}
        if late & self.given:
            raise Refused("a test assigns under a condition what the commit reads")
        self.maybe |= late
        if first is None:
            return self.expression(self.text.span(test), inner)
        name, span = first.target.id, self.text.span(first)
        value = self.expression(self.text.span(first.value), inner)
        self._append(whole, self._assign(name, value, inner))
        return self.expression(self.text.span(test), inner, (span, name)).replace(
            f"({name})", name, 1
        )

    def _return(self, bound: set[str], kept: str = "True") -> str:
        """The row with which the worker ends early; `kept`: whether the iteration has a commit."""
        results = self.stages.results
        if not results:
            return "return"
        if self.stages.kept:
            bound = bound - {self.stages.kept}
        self.early |= {*results} & (self.maybe - bound)
        values = [name if name in bound | self.maybe else "None" for name in results]
        if results[0] == self.stages.kept:
            values[0] = kept
        return f"return {', '.join(values)}"

    def _returning(self, piece: Piece) -> Piece:
        """The piece with its final `return`, and with results that may be unbound set first."""
        results, unit = self.stages.results, self.text.unit
        if piece.bound is None or not results:
            if self.early:
                piece.worker.insert(0, f"{unit}{' = '.join(sorted(self.early))} = None")
            return piece
        kept = self.stages.kept
        unbound = [n for n in results if (n not in piece.bound or n in self.early) and n != kept]
        tail = last_results(piece.tail, results)
        if tail:
            del piece.worker[min(row for row, _ in tail.values()) :]
        values = [tail[n][1] if n in tail else n for n in results]
        values = ["True" if n == kept else v for n, v in zip(results, values, strict=True)]
        if len(values) > 1:
            values = [argument(value) for value in values]
        else:
            values = [closed_up(values[0], self.width - len(f"{unit}return "))]
        last = f"return {', '.join(values)}"
        if piece.worker and piece.worker[-1].strip() == last and not fills_suite(piece.worker):
            piece.worker.pop()
        rows = f"{unit}{last}".split("\n")
        if len(values) > 1 and (len(rows) > 1 or len(rows[0]) > self.width):
            rows = listed("return (", values, ")", unit, self.width) or rows
        piece.worker = without_idle_return([*piece.worker, *rows], unit)
        if unbound:
            piece.worker.insert(0, f"{unit}{' = '.join(unbound)} = None")
        return piece
