"""A plan read against the body's tree: the stage of each statement, and names for results."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from pfadvisor.model import Plan, Private, PrivateKind, Span, Stage
from pfadvisor.rewrite.direct import unpacked
from pfadvisor.rewrite.flow import continues, exclusive, runs_once, tried
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import fresh, stores
from pfadvisor.rewrite.text import Text, contains
from pfadvisor.rewrite.types import Types

Loop = ast.For | ast.AsyncFor
STANDING: Final = "\1"
"""Stands in a row of the commit for the work itself."""
EMPTY: Final[dict[PrivateKind, str]] = {
    "list": "[]",
    "set": "set()",
    "dict": "{}",
    "slots": "{}",
    "int": "0",
}
GENERIC: Final[dict[PrivateKind, str]] = {
    "list": "list[Any]",
    "set": "set[Any]",
    "dict": "dict[Any, Any]",
    "slots": "dict[int, Any]",
    "int": "int",
}
JOINED: Final[dict[PrivateKind, str]] = {
    "list": "{0}.extend({1})",
    "set": "{0}.update({1})",
    "dict": "{0}.update({1})",
    "slots": "for {2}, {3} in {1}.items():\n{0}[{2}] = {3}",
    "Counter": "{0}.update({1})",
    "int": "{0} += {1}",
}
PARTS: Final[dict[PrivateKind, str]] = {
    "list": "new_{0}",
    "set": "new_{0}",
    "dict": "new_{0}",
    "slots": "new_{0}",
    "Counter": "new_{0}",
    "int": "{0}_part",
}


class Stages:
    """`taken` are names that may not be used for the results; it grows.

    flags     split `if` -> the name that carries its test's outcome; split `try` -> whether it passed
    holes     span of a hole -> the name that carries its value
    kept      name that says whether the iteration goes on to its commit, "" if all do
    rows      inner `for` that was split -> the name that carries the list of its results
    own       private accumulator -> what the worker calls the one of its own
    parts     that name -> what the parent calls the part that an iteration gives
    entries   list that is only stored into -> what the parent calls a slot and its value
    unpacked  what the last of compute that takes one value apart calls its parts
    packed    the tuple of all results, if to append it is all that is left to the commit
    """

    def __init__(self, text: Text, plan: Plan, loop: Loop, taken: set[str]) -> None:
        self.text, self.plan, self.loop, self.taken = text, plan, loop, taken
        self.flags: dict[ast.If | ast.Try, str] = {}
        self.holes: dict[Span, str] = {}
        self.rows: dict[ast.For, str] = {}
        self.of_rows: dict[ast.For, tuple[str, ...]] = {}  # what an item of such a list consists of
        self.drawn = set[str]()  # names of items of inner loops that commit reads
        self.kept = ""
        self.replaced = self._replaced()
        self.unpacked = next((names for s in loop.body[::-1] if (names := self._unpacked(s))), ())
        self._name(loop.body)
        self.own = {p.name: self._owned(p.name) for p in plan.privates}
        named = [(self.own[p.name], PARTS[p.kind]) for p in plan.privates]
        self.parts = {name: self._fresh(form.format(name)) for name, form in named}
        slots = [p.name for p in plan.privates if p.kind == "slots"]
        self.entries = {n: (self._fresh("slot"), self._fresh("value")) for n in slots}
        self.packed: ast.Tuple | None = None
        self.packed = self._packed()

    @property
    def results(self) -> tuple[str, ...]:
        """What the worker gives back, as it calls it."""
        names = [self.kept, *self.flags.values(), *self.plan.handed, *self.holes.values()]
        inner = {name for found in self.of_rows.values() for name in found}
        names = [name for name in names if name not in inner]
        names += [*self.rows.values(), *self.own.values()]
        names = self._in_order(self.packed) if self.packed else names
        found = tuple(dict.fromkeys(name for name in names if name))
        return self.unpacked if not self.packed and {*self.unpacked} == {*found} else found

    @property
    def single(self) -> bool:
        """Whether commit takes one value: a result, or the tuple of all of them."""
        return len(self.results) == 1 or self.packed is not None

    @property
    def hole_spans(self) -> list[Span]:
        """Where commit takes the results, if each is the value of one expression there."""
        return [*self.holes] if (*self.holes.values(),) == self.results and not self.rows else []

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Meanwhile the one hole has a name that no source has."""
        hole = self.hole_spans[0]
        name, self.holes[hole] = self.holes[hole], STANDING
        yield
        self.holes[hole] = name

    @property
    def had_anyway(self) -> set[str]:
        """Names that commit does not get from the worker: those that it reads again, and what
        items of inner loops, or their results, go by."""
        drawn = (stores(inner.target) for inner in self.rows)
        inner = {name for found in self.of_rows.values() for name in found}
        return self.read_again | inner.union(*drawn)

    @property
    def read_again(self) -> set[str]:
        """Names to which commit, as well as compute, gives their values."""
        inside = [n for s in self.loop.body for n in ast.walk(s) if isinstance(n, ast.stmt)]
        again = [n for n in inside if self.text.span(n) in self.plan.repeated]
        return {name for statement in again for name in stores(statement)}

    @property
    def taken_as(self) -> tuple[str, ...]:
        """The results as the parent calls them."""
        return tuple(self.parts.get(name, name) for name in self.results)

    def _unpacked(self, statement: ast.stmt) -> tuple[str, ...]:
        return unpacked(statement) if self._is("compute", statement) else ()

    def _packed(self) -> ast.Tuple | None:
        match [each for each in self.loop.body if self.stage(each) == "commit"]:
            case [ast.Expr(value=ast.Call(func=function, args=[ast.Tuple() as found]))]:
                names = self._in_order(found)
                whole = len(set(names)) == len(names) and set(names) == set(self.results)
                return found if whole and isinstance(function, ast.Attribute) else None
        return None

    def _in_order(self, values: ast.Tuple) -> list[str]:
        """The results that a tuple consists of; "" for what is none."""
        spans = [self.text.span(each) for each in values.elts]
        own = [each.id if isinstance(each, ast.Name) else "" for each in values.elts]
        return [self.holes.get(span, name) for span, name in zip(spans, own, strict=True)]

    def stated(self, private: Private, types: Types) -> str | None:
        """The annotation that an empty accumulator needs; `+=` tells a type checker nothing."""
        grown = (n.target for n in ast.walk(self.loop) if isinstance(n, ast.AugAssign))
        named = any(isinstance(n, ast.Name) and n.id == private.name for n in grown)
        named = named or "." in private.name
        untold = GENERIC[private.kind] if named and private.kind != "int" else None
        return known_type(private, types) or untold

    def joined(self, indent: str) -> list[str]:
        """The rows by which the parent adds an iteration's parts, in order."""
        rows = []
        for p in self.plan.privates:
            names = (
                self._spelled(p.name),
                self.parts[self.own[p.name]],
                *self.entries.get(p.name, ()),
            )
            row, *deeper = JOINED[p.kind].format(*names).splitlines()
            rows += [indent + row, *(f"{indent}{self.text.unit}{each}" for each in deeper)]
        return rows

    def stage(self, statement: ast.stmt) -> Stage | None:
        """None for what was split."""
        span = self.text.span(statement)
        for granule in self.plan.granules:
            if granule.kind == "statement" and contains(granule.span, span):
                return granule.stage
        if isinstance(statement, ast.If) and self.test_stage(statement):
            return None if self.commits([statement]) else "compute"
        if isinstance(statement, ast.For) and self._is_row(statement):
            return None
        if isinstance(statement, ast.Try) and self._is("compute", tried(statement)):
            return None
        if _does_nothing(statement):
            return "compute"
        raise Refused("a statement of the body belongs to no stage")

    def _is_row(self, statement: ast.For) -> bool:
        span = self.text.span(statement.iter)
        return any(g.kind == "row" and contains(g.span, span) for g in self.plan.granules)

    def test_stage(self, statement: ast.If) -> Stage | None:
        span = self.text.span(statement.test)
        tests = (g for g in self.plan.granules if g.kind == "test" and contains(g.span, span))
        granule = next(tests, None)
        return granule.stage if granule else None

    def commits(self, statements: Sequence[ast.AST]) -> bool:
        """Whether anything of the commit stage is inside."""
        spans = [self.text.span(statement) for statement in statements]
        return any(
            granule.stage == "commit"
            and granule.kind == "statement"
            and any(contains(span, granule.span) for span in spans)
            for granule in self.plan.granules
        )

    def holes_in(self, statement: ast.stmt) -> list[tuple[ast.expr, Span]]:
        """Expressions of a commit statement that compute evaluates, in source order."""
        outer = self.text.span(statement)
        spans = {g.span for g in self.plan.granules if g.kind == "hole"}
        earlier = {s for s in self.replaced if not any(contains(span, s) for span in spans)}
        spans = {span for span in spans | earlier if contains(outer, span)}
        found: dict[Span, ast.expr] = {}
        for node in ast.walk(statement):
            if isinstance(node, ast.expr) and self.text.span(node) in spans:
                found.setdefault(self.text.span(node), node)
        if len(found) < len(spans):
            raise Refused("an expression of the body could not be found again")
        return [(found[span], span) for span in sorted(found)]

    def _name(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            stage = self.stage(statement)
            if stage == "head":
                continue
            if stage is None and isinstance(statement, ast.If):
                if self.test_stage(statement) != "compute":
                    raise Refused("the work stands under a condition that the commit decides")
                self.flags[statement] = self._fresh("matched")
                self._name([*statement.body, *statement.orelse])
            elif stage is None and isinstance(statement, ast.For):
                self._name_row(statement)
            elif stage is None and isinstance(statement, ast.Try):
                self.flags[statement] = self._fresh("passed")
                if self._skips(tried(statement)):
                    self.kept = self.kept or self._fresh("kept")
                self._name(statement.orelse)
            elif stage == "commit":
                self._name_holes(statement)
            elif not self.kept and self._skips(statement):
                self.kept = self._fresh("kept")

    def _name_row(self, statement: ast.For) -> None:
        """Name what an inner loop that was split gives for an item, and the list of that."""
        before = {*self.flags.values(), *self.holes.values()}
        self._name(statement.body)
        made = [s for s in statement.body if self.stage(s) == "compute"]
        rest = [s for s in statement.body if self.stage(s) != "compute"]
        bound = {name for s in made for name in stores(s)}
        names = [n for n in sorted(bound) if any(self._reads(s, n) for s in rest)]
        named = [*self.flags.values(), *self.holes.values()]
        names += [name for name in named if name not in before]
        if not names or self.kept or {*names} & {*self.plan.handed}:
            raise Refused("what an inner loop computes cannot be told from what it uses")
        self.of_rows[statement] = tuple(dict.fromkeys(names))
        single = names[0] if len(self.of_rows[statement]) == 1 else "result"
        self.rows[statement] = self._fresh(f"{single}s")
        drawn = stores(statement.target)
        self.drawn |= {n for n in drawn if any(self._reads(s, n) for s in rest)}

    def _reads(self, statement: ast.AST, name: str) -> bool:
        """Whether the parent reads the name there: what stands in holes is the worker's."""
        if isinstance(statement, ast.expr) and self.text.span(statement) in self.holes:
            return False
        if isinstance(statement, ast.Name):
            return statement.id == name
        return any(self._reads(child, name) for child in ast.iter_child_nodes(statement))

    def _skips(self, statement: ast.stmt) -> bool:
        """Whether a compute statement may end its iteration before the commit."""
        nested = not isinstance(statement, ast.Continue)
        return nested and any(True for _ in continues(statement)) and self.commits([self.loop])

    def _name_holes(self, statement: ast.stmt) -> None:
        for node, span in self.holes_in(statement):
            if span in self.replaced:
                self.holes[span] = self._earlier(span)
                continue
            if not runs_once(statement, node):
                raise Refused("the work is done only under a condition of the commit")
            given = next(g.name for g in self.plan.granules if g.span == span and g.kind == "hole")
            self.holes[span] = self._fresh(given or self._called(statement, node))

    def _earlier(self, span: Span) -> str:
        """The name for what the name that is read there held; reads of one value share it."""
        name = self.replaced[span]
        for before in sorted(self.holes, reverse=True):
            if self.replaced.get(before) == name and not self._stored_between(name, before, span):
                return self.holes[before]
        return self._fresh(f"earlier_{name}")

    def _stored_between(self, name: str, first: Span, then: Span) -> bool:
        names = (n for s in self.loop.body for n in ast.walk(s) if isinstance(n, ast.Name))
        stored = [n for n in names if n.id == name and isinstance(n.ctx, ast.Store)]
        places = [self.text.span(n)[:2] for n in stored]
        return any(first[:2] < place < then[:2] for place in places)

    def _called(self, statement: ast.stmt, node: ast.expr) -> str:
        """What the statement calls the value, if that is a name that is free."""
        names = (_name_there(statement, node), "result", *_part_of_entry(statement, node))
        return next((n for n in names if n and fresh(n, self.taken) == n), "result")

    def _replaced(self) -> dict[Span, str]:
        """Where commit reads a name to which later work of the iteration gives another value."""
        names = [n for s in self.loop.body for n in ast.walk(s) if isinstance(n, ast.Name)]
        stored = [n for n in names if isinstance(n.ctx, ast.Store) and self._is("compute", n)]
        found: dict[Span, str] = {}
        for read in names:
            if isinstance(read.ctx, ast.Load) and self._is("commit", read):
                for later in stored:
                    if later.id == read.id and self._follows(read, later):
                        found[self.text.span(read)] = read.id
        return found

    def _is(self, stage: Stage, node: ast.AST) -> bool:
        span = self.text.span(node)
        return any(
            g.stage == stage and g.kind == "statement" and contains(g.span, span)
            for g in self.plan.granules
        )

    def _follows(self, node: ast.AST, later: ast.AST) -> bool:
        after = self.text.span(later)[:2] > self.text.span(node)[:2]
        return after and not exclusive(self.loop.body, node, later)

    def _owned(self, name: str) -> str:
        """A local keeps its name, an attribute becomes a local of its own."""
        owner, dot, attr = self._spelled(name).rpartition(".")
        if dot and owner in stores(self.loop):
            raise Refused(f"{owner!r} is another thing in part of the body")
        return self._fresh(attr.lstrip("_") or "own") if dot else name

    def _spelled(self, name: str) -> str:
        """The accumulator as the body spells it: an attribute may be private to a class."""
        owner, dot, attr = name.rpartition(".")
        for node in ast.walk(self.loop) if dot else ():
            match node:
                case ast.Attribute(value=ast.Name(id=base), attr=own) if base == owner:
                    if own.startswith("__") and attr.endswith(own):
                        return f"{owner}.{own}"
        return name

    def _fresh(self, base: str) -> str:
        name = fresh(base, self.taken)
        self.taken.add(name)
        return name


def known_type(private: Private, types: Types) -> str | None:
    """The annotation of what a worker fills in place of the accumulator, if the code tells it."""
    if private.kind != "slots":
        return types.name(private.name)
    element = types.element(ast.Name(private.name, ast.Load()))
    return f"dict[int, {element}]" if element else None


def _does_nothing(statement: ast.stmt) -> bool:
    """`pass`, or a text that stands for a remark."""
    remark = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass) or remark


def _name_there(statement: ast.stmt, node: ast.expr) -> str:
    """The key, keyword or attribute that the statement puts the value under."""
    for each in ast.walk(statement):
        match each:
            case ast.keyword(arg=str(name), value=value) if value is node:
                return name
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if value is node:
                return name
            case ast.Subscript(slice=key) if key is node:
                return "key"
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                found = [key for key, value in pairs if value is node]
                if found and isinstance(found[0], ast.Constant):
                    name = str(found[0].value)
                    return name if name.isidentifier() else ""
    return ""


def _part_of_entry(statement: ast.stmt, node: ast.expr) -> tuple[str, ...]:
    match statement:
        case ast.Assign(targets=[ast.Subscript()], value=value) if value is node:
            return ("value",)
    return ()
