"""What a comprehension, generator argument or `map` call consists of, read against its plan."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Plan, Span
from pfadvisor.rewrite.around import consumed
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.flow import has_inside, runs_once
from pfadvisor.rewrite.layout import closed, grouped, one_line
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import Comprehension, names_in, stores
from pfadvisor.rewrite.shape import is_filter, names_outside
from pfadvisor.rewrite.text import contains
from pfadvisor.rewrite.walrus import is_split, stay_inside, walrus_names

_PLAIN = (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)
_SHORT = frozenset({"any", "all", "next"})


class Form:
    """Its clauses and parts, and which of them compute evaluates."""

    def __init__(self, context: FileContext, plan: Plan, path: list[ast.AST]) -> None:
        self.context, self.plan, self.text = context, plan, context.text
        self.loop, self.parent = path[-1], path[-2]
        self.filters = is_filter(self.loop)
        self.statement = next(n for n in reversed(path) if isinstance(n, ast.stmt))
        self._refuse()
        self.generators = self._generators()
        self.compute_tests = [t for t in self.tests() if self._in_compute(t)]
        self.elements = self._elements()
        self.whole = all(part in self.elements for part in self.parts())
        self.target, self.names = self._target()
        computed = [*self.compute_tests, *self.elements]
        named = set() if self.plan.nested else walrus_names(self.loop)
        if is_split(self.loop, named, computed):
            raise Refused("the work binds a variable that is read beside it")

    def _refuse(self) -> None:
        if hasattr(self.statement, "body") or not self.text.alone(self.text.span(self.statement)):
            raise Refused("it stands in the header of a compound statement, or shares its line")
        if not runs_once(self.statement, self.loop):
            raise Refused("it is evaluated only under a condition, later, or several times")
        if has_inside(self.statement, (ast.Yield, ast.YieldFrom)):
            raise Refused("its statement yields")
        if isinstance(self.loop, (ast.GeneratorExp, ast.Call)) and not consumed(self.context.path):
            raise Refused("nobody uses it up where it stands")
        if walrus_names(self.loop) and not stay_inside(self.context.path):
            raise Refused("it assigns to a variable outside of itself")
        if self.plan.mode != "async" and has_inside(self.loop, ast.Await):
            raise Refused("the work of an iteration awaits")

    def _generators(self) -> list[ast.comprehension]:
        if not isinstance(self.loop, Comprehension):
            return []
        if any(each.is_async for each in self.loop.generators):
            raise Refused("the source of the loop is asynchronous")
        return self.loop.generators

    def tests(self) -> list[ast.expr]:
        match self.loop:
            case ast.Call(args=[ast.Lambda(body=body), _]) if self.filters:
                return [body]
        return [test for generator in self.generators for test in generator.ifs]

    def _in_compute(self, node: ast.expr) -> bool:
        span = self.text.span(node)
        return any(g.stage == "compute" and contains(g.span, span) for g in self.plan.granules)

    def _elements(self) -> list[ast.expr]:
        """Expressions that compute evaluates, tests excluded."""
        match self.loop:
            case ast.Call(args=[ast.Lambda(body=body), _]) if not self.filters:
                return [body]
            case ast.Call():
                return []
        spans = set(self.plan.elements)
        found: dict[Span, ast.expr] = {}
        for node in (n for part in self.parts() for n in ast.walk(part)):
            if isinstance(node, ast.expr) and self.text.span(node) in spans:
                found.setdefault(self.text.span(node), node)
        if len(found) < len(spans):
            raise Refused("an expression of the element could not be found again")
        return [found[span] for span in sorted(found)]

    def parts(self) -> list[ast.expr]:
        """The element, or key and value."""
        match self.loop:
            case ast.DictComp(key=key, value=value):
                return [key, value]
            case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
                return [elt]
        return []

    def _target(self) -> tuple[str, set[str]]:
        """What an item is bound to, and the names in it."""
        if not self.generators:
            return self._map_target()
        targets = [node for each in self.generators for node in ast.walk(each.target)]
        if not all(isinstance(node, _PLAIN) for node in targets):
            raise Refused("the loop's target is not a plain name")
        if not self.chosen:
            target = self.generators[0].target
            return self.text.target(target), stores(target)
        used = {name for part in self._outputs() for name in names_in(part)}
        bound = [node.id for node in targets if isinstance(node, ast.Name)]
        names = [name for name in dict.fromkeys(bound) if name in used]
        return ", ".join(names), set(names)

    def _map_target(self) -> tuple[str, set[str]]:
        match self.loop:
            case ast.Call(args=[ast.Lambda(args=arguments), _]):
                if len(arguments.args) != 1 or arguments.defaults or arguments.posonlyargs:
                    raise Refused("the function takes more than one argument")
                return arguments.args[0].arg, {arguments.args[0].arg}
            case ast.Call(args=[_, _]):
                return "item", set()
        raise Refused("only map with one iterable is rewritten")

    def _outputs(self) -> list[ast.expr]:
        parts = self.parts()
        return [*self.compute_tests, *parts] if parts else []

    @property
    def chosen(self) -> bool:
        """Whether the parent picks the items by further clauses, and hands out what is asked for."""
        return not self.plan.nested and (len(self.generators) > 1 or bool(self._kept()))

    def _kept(self) -> list[ast.expr]:
        """Tests that the parent asks."""
        return [test for test in self.tests() if test not in self.compute_tests]

    def source_of_items(self) -> tuple[str, ast.expr | None]:
        if isinstance(self.loop, ast.Call):
            return self.text.of(self.loop.args[1]), self.loop.args[1]
        if not self.chosen:
            return self.text.of(self.generators[0].iter), self.generators[0].iter
        inner = self.clauses(self.item() if self.target else "()", self._kept())
        listed = self.plan.source.finite and self.plan.collected and not self.stops_early()
        return (f"[{inner}]" if listed else f"({inner})"), None

    def values(self) -> list[ast.expr]:
        """Key and value, or what the element consists of."""
        match self.parts():
            case [ast.Tuple(elts=elts)]:
                return elts
            case parts:
                return parts

    def clauses(self, element: str, tests: Sequence[ast.expr]) -> str:
        """The inside of a comprehension of `element` for the items that pass `tests`."""
        clauses = [self._clause(each, list(tests)) for each in self.generators]
        return " ".join([element, *clauses])

    def _clause(self, each: ast.comprehension, kept: list[ast.expr]) -> str:
        parts = [f"for {self.text.target(each.target)} in {self._simple(each.iter)}"]
        parts += [f"if {self._simple(test)}" for test in each.ifs if test in kept]
        return " ".join(parts)

    def _simple(self, node: ast.expr) -> str:
        """Text that may stand between the keywords of a comprehension."""
        text = one_line(self.text.of(node))
        bare = isinstance(node, (ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Tuple))
        return f"({text})" if bare and not closed(text) else text

    def needs_item(self) -> bool:
        """Whether the parent, too, evaluates something of the item."""
        if isinstance(self.loop, ast.Call):
            return self.filters
        left = (names_outside(part, self.elements) for part in self.parts())
        return any(not self.names.isdisjoint(names) for names in left)

    def stops_early(self) -> bool:
        """Whether who takes the results may leave the rest, and what comes before it, unasked."""
        match self.parent:
            case ast.Call(func=ast.Name(id=name)):
                return name in _SHORT and isinstance(self.loop, (ast.GeneratorExp, ast.Call))
        return False

    def item(self) -> str:
        """The target as an expression or as part of another target."""
        return grouped(self.target)
