"""A comprehension, generator argument or `map` call rewritten where it stands."""

from __future__ import annotations

import ast
from dataclasses import replace

from pfadvisor.backends._job import Want
from pfadvisor.model import Edit, Plan, Span
from pfadvisor.rewrite.around import listed_anyway, result_of
from pfadvisor.rewrite.beside import beside
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.direct import direct, importable
from pfadvisor.rewrite.emit import Emitter, Options, Rewritten
from pfadvisor.rewrite.form import Form
from pfadvisor.rewrite.hanging import taken_out
from pfadvisor.rewrite.layout import (
    argument,
    bare,
    broken,
    called_on,
    closed_up,
    joined,
    one_line,
    standing,
)
from pfadvisor.rewrite.lifting import left_behind
from pfadvisor.rewrite.nested import Nested
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import fresh, loads, names_in
from pfadvisor.rewrite.shape import regroups
from pfadvisor.rewrite.signature import tuple_of
from pfadvisor.rewrite.spread import flat, spread_work
from pfadvisor.rewrite.text import contains, moved
from pfadvisor.rewrite.worker import Worker


class ComprehensionRewriter(Form):
    """One use: `ComprehensionRewriter(...).run()`."""

    def __init__(
        self, context: FileContext, plan: Plan, path: list[ast.AST], options: Options
    ) -> None:
        super().__init__(context, plan, path)
        source, node = self.source_of_items()
        self.emitter = Emitter(context, plan, options, source, node)

    def run(self) -> Rewritten:
        self.lifted: dict[str, ast.stmt] = {}
        if self.plan.nested:
            expression, listed, called = self._nested()
        else:
            expression, listed, called = self._beside() or self._run()
        emission = self.emitter.emission
        span, content = self._placed(expression, listed)
        inside = self.emitter.inside
        texts = [inside + each for each in self.text.comments(self.text.span(self.loop))]
        result = result_of(self.context) if emission.header else None
        awaited = result is self.loop and self._is_lazy()
        if result is None or (awaited and not self.plan.collected):
            texts += self._statement(span, content, inside)
        else:
            name = self.context.local("results")
            lent = result is self.loop and self._borrows()
            value = expression if lent else self._text(result, span, content)
            value = f"list({bare(value)})" if awaited else value
            texts += self.emitter.line(f"{name} = {value}")
            kept = f"({name})" if lent else name
            texts += self._statement(self.text.span(result), kept, self.emitter.base)
        edit = Edit(self.text.span(self.statement), self.emitter.statement(texts))
        whole = self.emitter.options.threshold
        unused = () if whole else left_behind(self.context, self.lifted, self.loop)
        said = f"collect the results of {called} in order"
        return self.emitter.rewritten((*unused, edit), said)

    def _is_lazy(self) -> bool:
        """Whether what stands for the loop asks the workers for results when it is asked."""
        lazy = isinstance(self.loop, (ast.GeneratorExp, ast.Call))
        return lazy and self.emitter.emission.gives != "list"

    def _beside(self) -> tuple[str, bool, str] | None:
        """The new expression, whether it is a list of results, and what is called for them."""
        found = beside(self, self.emitter)
        if found is None:
            return None
        self.emitter = found.emitter
        emission = self.emitter.emit("list", found.function, self.plan.handled)
        listed = emission.gives == "list" and not found.left
        return found.expression(self, emission), listed, found.function

    def _nested(self) -> tuple[str, bool, str]:
        """The same, where workers run all `for`s but the first."""
        nested = Nested(self)
        function = called = nested.direct()
        if not function:
            worker, function = nested.define(self.emitter.options.backend)
            self.emitter.initializer, self.lifted = worker.initializer, worker.lifted
            called = worker.name
        emission = self.emitter.emit(self._want(False), function, self.plan.handled)
        run = nested.strung(emission.expression, emission.gives, self.emitter.unused())
        return run, False, called

    def _run(self) -> tuple[str, bool, str]:
        """The same, where workers evaluate the whole element."""
        pairs = self.needs_item()
        want = self._want(pairs)
        function = self._spread(want)
        function, called = (function, function) if function else self._function()
        if pairs and want != "window":
            self.emitter.doubled()
        emission = self.emitter.emit(want, function, self.plan.handled)
        expression = self._expression(emission.expression, emission.gives, pairs)
        return expression, emission.gives == "list" and not pairs, called

    def _statement(self, span: Span, content: str, indent: str) -> list[str]:
        """The rows of the statement with `content` at `span`."""
        rows = self.text.span(self.statement)
        lines = self.text.rows(rows.row, rows.end_row, [(span, content)])
        tail = len(self.text.after(rows))
        texts = list(moved(lines, self.emitter.base, indent))
        texts[-1] = texts[-1][: len(texts[-1]) - tail] if tail else texts[-1]
        width = self.emitter.options.width
        texts = joined(texts, width - tail)
        if len(texts) == 1 and len(texts[0]) + tail > width:  # with the comment behind it
            width = min(width, len(texts[0]) - 1)
        return broken(texts, self.text.unit, width)

    def _text(self, node: ast.expr, span: Span, content: str) -> str:
        """`node` with `content` at `span`, which is inside of it, on one line if that can be."""
        whole = self.text.span(node)
        if whole == span:
            return one_line(content)
        lines = moved(
            self.text.cut(whole, [(span, content)]), self.emitter.base, self.emitter.inside
        )
        return standing(one_line("\n".join(lines)))

    def _spread(self, want: Want) -> str:
        """The function that a pool can call with the parts of the items, if that is all."""
        whole = [] if self.compute_tests else self.elements
        names = self.target.split(", ") if self.chosen else []
        if self.generators and not self.chosen:
            target, types = self.generators[0].target, self.context.types
            names = flat(target, types.parts(target, types.element(self.generators[0].iter)))
        found = spread_work(self.context, self.plan, whole, (), names)
        self.emitter.spread = bool(found) and self.emitter.spreads(want, self.plan.handled)
        return found if self.emitter.spread else ""

    def _function(self) -> tuple[str, str]:
        """The callable that is run, and its name for readers."""
        if isinstance(self.loop, ast.Call) and not (self.elements or self.compute_tests):
            text = self.text.of(self.loop.args[0])
            mode, known = self.plan.mode, self.plan.call is not None
            if mode == "processes" and not (
                known and importable(self.context, mode, self.loop.args[0])
            ):
                raise Refused("a fresh interpreter may not find the function by its name")
            return text, text
        compute = [*self.compute_tests, *self.elements]
        told = not self.compute_tests or self._is_bool()
        if len(compute) == 1 and told and self.target.isidentifier():
            found = direct(self.context, self.plan, compute[0], self.target)
            if found:
                return found, found
        if all(regroups(node) for node in compute):
            raise Refused("nothing of it is work for the workers")
        backend = self.emitter.options.backend
        plan = self._narrowed(compute)
        worker = Worker(self.context, plan, self.loop, self.target, self.names, backend)
        swaps = worker.swaps(compute)
        unpack = any(loads(node) & self.names for node in compute)
        body = broken(self._body(swaps), self.text.unit, self.context.width)
        function = worker.define(body, compute, unpack, *self._types())
        self.emitter.initializer, self.lifted = worker.initializer, worker.lifted
        return function, worker.name

    def _narrowed(self, compute: list[ast.expr]) -> Plan:
        """The plan without inputs that only the further clauses read, which stay."""
        if not self.chosen:
            return self.plan
        read = set[str]().union(*(names_in(node) for node in compute))
        return replace(self.plan, inputs=tuple(i for i in self.plan.inputs if i.name in read))

    def _types(self) -> tuple[str | None, str | None]:
        """Annotations of the item and of what the worker gives back."""
        types = self.context.types
        if not self.generators:
            return None, None
        values = [types.inside(self.generators, each) for each in self.elements]
        if self.compute_tests and self.elements:
            values = ["bool", None]
        elif not self.elements:
            values = ["bool"]
        if not self.chosen:
            return types.element(self.generators[0].iter), tuple_of(values)
        names = [ast.Name(name, ast.Load()) for name in self.target.split(", ") if name]
        bound = [types.inside(self.generators, name) for name in names]
        return tuple_of(bound) if names else None, tuple_of(values)

    def _body(self, swaps: list[tuple[Span, str]]) -> list[str]:
        unit = self.text.unit
        values = [self._moved(node, swaps) for node in self.elements]
        if len(values) > 1:
            values = [argument(value) for value in values]
        value = ", ".join(values)
        if not self.compute_tests:
            value = bare(value) if isinstance(self.elements[0], ast.Tuple) else value
            return f"{unit}return {value}".split("\n")
        tests = " and ".join(self._operand(test, swaps) for test in self.compute_tests)
        if not self.elements:
            told = tests if self._is_bool() else called_on("bool", tests, unit, unit)
            return f"{unit}return {told}".split("\n")
        rows = [f"{unit}if {tests}:", f"{unit * 2}return True, {argument(value)}"]
        return "\n".join([*rows, f"{unit}return False, None"]).split("\n")

    def _is_bool(self) -> bool:
        """Whether the tests give nothing else."""
        return all(self.context.types.value(test) == "bool" for test in self.compute_tests)

    def _operand(self, node: ast.expr, swaps: list[tuple[Span, str]]) -> str:
        text = self._moved(node, swaps)
        several = len(self.compute_tests) > 1 and isinstance(node, (ast.BoolOp, ast.IfExp))
        return f"({text})" if several else text

    def _moved(self, node: ast.expr, swaps: list[tuple[Span, str]]) -> str:
        span = self.text.span(node)
        inside = [swap for swap in swaps if contains(span, swap[0])]
        unit, room = self.text.unit, self.context.width - len(f"{self.text.unit}return ")
        return standing(closed_up(taken_out(self.text, span, inside, unit), room), unit, unit, room)

    def _want(self, pairs: bool) -> Want:
        plan = self.plan
        if not plan.source.finite or (pairs and not self.emitter.once_more):
            return "window"
        if not self.stops_early():
            return "list" if plan.collected else "stream" if self._ahead() else "window"
        ahead = self._ahead() and self.emitter.node is not None and not plan.source.counted
        return "stream" if ahead else "window"

    def _ahead(self) -> bool:
        """Whether all items may be taken from the source before the first result."""
        plan = self.plan
        return plan.mode != "async" and plan.source.reiterable and plan.pure

    def _expression(self, run: str, gives: str, pairs: bool) -> str:
        """What stands for the comprehension."""
        if pairs or self.compute_tests or gives == "pairs" or not self.whole:
            return self._comprehension(run, gives, pairs)
        match self.loop:
            case ast.ListComp():
                return run if gives == "list" else f"list({run})"
            case ast.SetComp():
                return f"set({run})"
            case ast.DictComp():
                return f"dict({run})"
        return run

    def _comprehension(self, run: str, gives: str, pairs: bool) -> str:
        """A comprehension of the same kind over results, for what the parent still does."""
        taken = names_in(self.statement)
        single = len(self.elements) < 2 or self.whole
        values = [fresh("result", taken)]
        while not single and len(values) < len(self.elements):
            values.append(fresh("result", taken | {*values}))
        tested = self.compute_tests or self.filters
        flag = fresh("matched", taken | {*values}) if tested else ""
        got = values[0] if single else f"({', '.join(values)})"
        if flag:
            got = f"({flag}, {got})" if self.elements else flag
        item = self.item() if pairs else self.emitter.unused()
        if gives == "pairs":
            head = f"for {item}, {got} in {run}"
        elif pairs:
            head = f"for {item}, {got} in zip({self.emitter.source}, {run})"
        else:
            head = f"for {got.strip('()')} in {run}"
        head += f" if {flag}" if flag else ""
        return self._same_kind(values, head, run)

    def _same_kind(self, values: list[str], head: str, run: str) -> str:
        filled = [self._filled(part, values) for part in self.parts()]
        match self.loop:
            case ast.DictComp():
                if len(self.elements) == 2 and self.whole:
                    return f"dict({values[0]} {head})"
                plain = not self.compute_tests and " zip(" in head
                if plain and filled == [self.target, values[0]]:
                    return f"dict(zip({self.emitter.source}, {run}))"
                if plain and filled == [values[0], self.target]:
                    return f"dict(zip({run}, {self.emitter.source}))"
                return f"{{{filled[0]}: {filled[1]} {head}}}"
            case ast.ListComp() | ast.SetComp():
                opening, closing = "[]" if isinstance(self.loop, ast.ListComp) else "{}"
                return f"{opening}{filled[0]} {head}{closing}"
        value = filled[0] if filled else self.item() if self.filters else values[0]
        return f"({value} {head})"

    def _filled(self, part: ast.expr, values: list[str]) -> str:
        """The text of a part of the element, with the results where compute evaluates."""
        whole = self.text.span(part)
        named = zip(self.elements, values, strict=False)
        swaps = [(self.text.span(node), name) for node, name in named]
        inside = [swap for swap in swaps if contains(whole, swap[0])]
        return one_line(standing("\n".join(moved(self.text.cut(whole, inside), "", ""))))

    def _placed(self, expression: str, listed: bool) -> tuple[Span, str]:
        """The span that the expression replaces, and its text there."""
        span = self.text.span(self.loop)
        if isinstance(self.loop, ast.ListComp) and listed_anyway(self.context, self.loop):
            return span, _unlisted(expression)
        call = self.parent if isinstance(self.parent, ast.Call) else None
        alone = call is not None and len(call.args) == 1 and not call.keywords
        lazy = isinstance(self.loop, (ast.GeneratorExp, ast.Call))
        named = call.func.id if call and isinstance(call.func, ast.Name) else ""
        if call and alone and lazy and listed and named == "list":
            return self.text.span(call), expression
        if call and alone and isinstance(self.loop, ast.Call) and expression.startswith("("):
            inside = expression[1:-1]
            return (self.text.span(call), f"[{inside}]") if named == "list" else (span, inside)
        if self._borrows() and not expression.startswith("("):
            return span, f"({expression})"
        return span, expression

    def _borrows(self) -> bool:
        """Whether its brackets are those of the call that it is the only argument of."""
        if not isinstance(self.loop, ast.GeneratorExp) or not isinstance(self.parent, ast.Call):
            return False
        inner, outer = self.text.span(self.loop), self.text.span(self.parent)
        return (inner.end_row, inner.end_column) == (outer.end_row, outer.end_column)


def _unlisted(expression: str) -> str:
    """What a list is made of, if the expression makes one."""
    match ast.parse(expression, mode="eval").body:
        case ast.Call(func=ast.Name(id="list"), args=[made], keywords=[]):
            return ast.get_source_segment(expression, made) or expression
    return expression
