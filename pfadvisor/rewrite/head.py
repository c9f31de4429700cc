"""The serial statements before compute, as a generator of the items that compute takes.

The generator holds the loop's running state in locals of its own and yields what later
stages read, so that the parent's variables change with each commit, as they did.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Plan
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.flow import bound_after, has_inside
from pfadvisor.rewrite.layout import fitted
from pfadvisor.rewrite.naming import worker_name
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import (
    binds,
    bound_in,
    enclosing_class,
    enclosing_function,
    fresh,
    names_in,
    reads,
    stores,
)
from pfadvisor.rewrite.stages import Stages
from pfadvisor.rewrite.text import moved

_OUTER = (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, ast.Return)

_OUTSIDE = (ast.Global, ast.Nonlocal)


class Head:
    """`names` are bound by each item, `target` is their text; `call` is the source of items."""

    def __init__(self, context: FileContext, plan: Plan, stages: Stages) -> None:
        self.context, self.text, self.loop = context, context.text, stages.loop
        self.statements = [s for s in self.loop.body if stages.stage(s) == "head"]
        self.names = sorted(stores(self.loop.target))
        self.target = self.text.target(self.loop.target)
        self.call = ""
        self.late: list[ast.stmt] = []
        if not self.statements:
            return
        if plan.stops:
            raise Refused("a serial statement may raise StopIteration, which no generator can")
        self._refuse(stages)
        self.late = self._after_use(set(plan.live_after))
        made = sorted(set().union(*(binds(s) for s in self.statements)))
        later = self._read_later() | set(plan.live_after)
        later |= self._seen_elsewhere() & set(made)
        kept = [n for n in dict.fromkeys([*self._in_target(), *made]) if n in later]
        self.names = kept or self._in_target()[:1]
        self.target = ", ".join(self.names)
        self.call = self._define(made)

    def _in_target(self) -> list[str]:
        return [n.id for n in ast.walk(self.loop.target) if isinstance(n, ast.Name)]

    def _refuse(self, stages: Stages) -> None:
        rest = [s for s in self.loop.body if s not in self.statements]
        first = self.loop.body.index(rest[0]) if rest else len(self.loop.body)
        private = enclosing_class(self.context.path) != ""
        for statement in self.statements:
            if self.loop.body.index(statement) > first and any(_ends(statement)):
                raise Refused("a serial statement after the work decides whether to go on")
            if has_inside(statement, _OUTER) or isinstance(statement, _OUTER):
                raise Refused("a serial statement of the body leaves it")
            if private and "__" in self.text.of(statement):
                raise Refused("the serial statements use private names")
        before = self.loop.body[: self.loop.body.index(self.statements[-1])]
        if stages.commits(before) and not stages.plan.collected:
            raise Refused("an exception of a serial statement would come before what it follows")
        made = set().union(*(binds(s) for s in self.statements))
        if made & self._declared():
            raise Refused("the serial statements bind names of an outer scope")
        again = {n for s in rest for n in binds(s)}
        if made & again:
            raise Refused("the work changes what the serial statements before it read")

    def _declared(self) -> set[str]:
        """Names that the function says are another scope's."""
        function = enclosing_function(self.context.path)
        nodes = ast.walk(function) if function is not None else ()
        return {n for node in nodes if isinstance(node, _OUTSIDE) for n in node.names}

    def _after_use(self, live: set[str]) -> list[ast.stmt]:
        """The statements from the first one on that replaces what the work before it reads."""
        body = self.loop.body
        for at, statement in enumerate(body):
            rest = [s for s in body[:at] if s not in self.statements]
            if statement in self.statements and binds(statement) & _names(rest):
                late = [s for s in body[at:] if s in self.statements]
                rest = [s for s in body[at:] if s not in self.statements]
                if set().union(*(binds(s) for s in late)) & (live | _names(rest)):
                    raise Refused("both the old and the new value of a serial variable are read")
                return late
        return []

    def _read_later(self) -> set[str]:
        rest = [s for s in [*self.loop.body, *self.loop.orelse] if s not in self.statements]
        return _names(rest)

    def _seen_elsewhere(self) -> set[str]:
        """Names of the function that more than the serial statements read."""
        function = enclosing_function(self.context.path)
        if function is None:
            return names_in(self.text.tree)
        inside = {id(node) for each in self.statements for node in ast.walk(each)}
        return {
            name
            for node in ast.walk(function)
            if id(node) not in inside and not isinstance(getattr(node, "ctx", None), ast.Store)
            for name in ([node.id] if isinstance(node, ast.Name) else getattr(node, "names", ()))
            if isinstance(name, str)
        }

    def _define(self, made: Sequence[str]) -> str:
        """Add the generator; the call that starts it."""
        local: set[str] = set()
        for node in self.context.path[1:-1]:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                local |= bound_in(node)
        if enclosing_function(self.context.path) is None:
            local = bound_in(self.text.tree) & self._carried(made)
        used = {name for s in self.statements for name in reads(s) | binds(s)}
        sure = bound_after(self.statements) or set()
        private = (set(made) - self._carried(made)) & sure
        given = sorted((used & local) - set(self._in_target()) - private)
        items = fresh("items", used | set(self.names))
        name = fresh(worker_name(self.text, self.loop) + "_inputs", self.context.taken)
        signature = self.context.signature
        parameters = [signature.parameter(each, self._type_of(each)) for each in given]
        first = signature.variable(items, self._spelled("Iterable"))
        head = f"def {name}({', '.join([first, *parameters])})"
        head += signature.returns(self._spelled("Iterator"))
        rows = fitted(head, self.text.unit, self.context.width)
        rows.append(f"{self.text.unit}for {self.text.target(self.loop.target)} in {items}:")
        rows += self._body()
        self.context.functions.append("\n".join(rows) + "\n")
        return f"{name}({', '.join([self.text.of(self.loop.iter), *given])})"

    def _type_of(self, name: str) -> str | None:
        return self.context.types.name(name) if self.context.signature.complete else None

    def _spelled(self, name: str) -> str | None:
        """`Iterable[Any]`, where annotations are wanted."""
        if not self.context.signature.complete:
            return None
        return f"{self.context.signature.spell('collections.abc', name)}[Any]"

    def _carried(self, made: Sequence[str]) -> set[str]:
        """Names that the statements may read before they bind them."""
        carried: set[str] = set()
        bound: set[str] = set()
        for statement in self.statements:
            read = reads(statement)
            if isinstance(statement, ast.AugAssign):
                read |= binds(statement)
            carried |= (read & set(made)) - bound
            bound |= bound_after([statement]) or set()
        replaced = set().union(*(binds(s) for s in self.late))
        return carried | (set(made) - bound) | replaced

    def _body(self) -> list[str]:
        """The statements with their comments, below the generator's own loop."""
        rows: list[str] = []
        given = f"{self.text.unit * 2}yield {', '.join(self.names)}"
        floor = self.text.span(self.loop.iter).end_row
        for statement in self.loop.body:
            span = self.text.span(statement)
            if self.late[:1] == [statement]:
                rows.append(given)
            if statement in self.statements:
                if not self.text.alone(span) or span.row <= floor:
                    raise Refused("the serial statements share their lines with others")
                lines = self.text.rows(floor + 1, span.end_row)
                rows += moved(lines, self.text.indent(span.row), self.text.unit * 2)
            floor = span.end_row
        return rows if self.late else [*rows, given]


def _names(statements: Sequence[ast.stmt]) -> set[str]:
    return {name for statement in statements for name in names_in(statement)}


def _ends(statement: ast.stmt) -> list[ast.AST]:
    return [node for node in ast.walk(statement) if isinstance(node, (ast.Continue, ast.Break))]
