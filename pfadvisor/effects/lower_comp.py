"""Loops inside expressions: comprehensions, and calls of `map` and `filter`, which are
comprehensions without a `for`. Their targets live in a scope of their own."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pfadvisor.effects.environments import Visible
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.scopes import FUNCTIONS, assigned, below
from pfadvisor.effects.ssa import Builder
from pfadvisor.model import Form, Span

if TYPE_CHECKING:
    from pfadvisor.effects.lower import Lowering

FORMS: dict[type[ast.AST], Form] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
}
CALLED = frozenset({"map", "filter", "zip"})
OWN_SCOPE = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


class _Opened(NamedTuple):
    """A loop whose body is being lowered, and what was current outside of it."""

    number: int
    start: int
    body: int
    source: int
    block: int
    outer: tuple[int, int]
    phis: list[tuple[str, int]]
    parents: tuple[int, ...]
    visible: Visible


def _open(low: Lowering, node: ast.expr, names: set[str], start: int, source: int) -> _Opened:
    builder, owner = low.builder, low.builder.stmt
    index = len(builder.loops)
    builder.loops.append(None)
    phis = builder.open_loop(names, low.span(node))
    body, visible = len(builder.code), _visible(builder)
    outer = builder.block, owner
    builder.block = builder.new_block(owner, "comp")
    parents = tuple(builder.loop_stack)
    builder.loop_stack.append(index)
    builder.comp_scopes.append({})
    return _Opened(index, start, body, source, builder.block, outer, phis, parents, visible)


def _leave(low: Lowering, opened: _Opened) -> dict[str, int]:
    """Back to what was current outside; the targets that the loop bound."""
    builder = low.builder
    targets = builder.comp_scopes.pop()
    builder.loop_stack.pop()
    builder.block, builder.stmt = opened.outer
    builder.close_loop(opened.phis)
    return targets


def _visible(builder: Builder) -> Visible:
    return builder.env.visible(item for scope in builder.comp_scopes for item in scope.items())


class _Shape(NamedTuple):
    """Where the parts of a loop stand."""

    form: Form
    at: tuple[int, int]
    target: ast.expr
    iterable: ast.expr
    elements: Sequence[ast.expr]
    tests: Sequence[ast.expr]
    generators: int = 1


def _record(
    low: Lowering,
    node: ast.expr,
    opened: _Opened,
    shape: _Shape,
    elem: int,
    targets: dict[str, int],
) -> None:
    def spans(nodes: Sequence[ast.expr]) -> tuple[Span, ...]:
        return tuple(map(low.span, nodes))

    low.builder.loops[opened.number] = Loop(
        shape.form,
        low.span(node),
        *shape.at,
        low.span(shape.target),
        low.span(shape.iterable),
        "",
        opened.outer[1],
        opened.block,
        opened.start,
        opened.body,
        len(low.builder.code) - 1,
        opened.source,
        elem,
        tuple(opened.phis),
        tuple(targets.items()),
        False,
        opened.parents,
        spans(shape.elements),
        spans(shape.tests),
        shape.generators,
        opened.visible,
    )


def comprehension(low: Lowering, node: Any) -> int:
    builder, first = low.builder, node.generators[0]
    start = len(builder.code)
    source = low.expr(first.iter)
    names = assigned([node]) & set(builder.scope.bound)
    opened = _open(low, node, names, start, source)
    elem = _generators(low, node, source)
    elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    builder.open_stmt("element", low.span(elements[0]), builder.block)
    values = [low.expr(e) for e in elements]
    targets = _leave(low, opened)
    kind = FORMS[type(node)]
    result = low.emit("comp", (kind, opened.number, *values), node)
    tests = [t for g in node.generators for t in g.ifs]
    at, many = low.for_position(node), len(node.generators)
    shape = _Shape(kind, at, first.target, first.iter, elements, tests, many)
    _record(low, node, opened, shape, elem, targets)
    return result


def _generators(low: Lowering, node: Any, source: int) -> int:
    builder, first_elem = low.builder, -1
    captured = low.module.scopes.read_by_functions(node) if low.has_lambda else frozenset()
    for number, generator in enumerate(node.generators):
        if number:
            builder.open_stmt("generator", low.span(generator.iter))
            source = low.expr(generator.iter)
        elem = low.emit("elem", (source,), generator.target)
        if generator.is_async:
            elem = low.emit("await", (elem,), generator.target)
        first_elem = elem if number == 0 else first_elem
        low.bind_comp_target(generator.target, elem, captured)
        if number:
            block = builder.new_block(builder.stmt, "loop")
            builder.block = block
        for test in generator.ifs:
            _filter(low, test, low.expr)
    return first_elem


def _filter(low: Lowering, test: ast.expr, lowered: Any) -> None:
    """What follows runs only where the test holds."""
    stmt = low.builder.open_stmt("filter", low.span(test))
    value = lowered(test)
    low.emit("test", (value,), test)
    low.builder.block = low.builder.new_block(stmt, "then", value)


def is_call_loop(low: Lowering, node: ast.Call) -> bool:
    """Whether the call is one of the builtins `map` and `filter` with a function and iterables."""
    match node:
        case ast.Call(func=ast.Name(id="map" | "filter" as name), args=[_, _, *more], keywords=[]):
            spread = any(isinstance(argument, ast.Starred) for argument in node.args)
            together = not more or (name == "map" and low.is_builtin("zip"))
            return not spread and together and low.is_builtin(name)
    return False


def call_loop(low: Lowering, node: ast.Call) -> int:
    """`map(f, xs)` as `(f(item) for item in xs)`; a plain lambda is its body in line."""
    builder, (function, *iterables) = low.builder, node.args
    start, span = len(builder.code), low.span(node)
    body = _plain_lambda(low, function, len(iterables))
    callee = -1 if body is not None else low.expr(function)
    source = _source(low, node, iterables)
    opened = _open(low, node, set(), start, source)
    elem = low.emit("elem", (source,), iterables[-1])
    items = _items(low, function, body, elem, len(iterables))
    part = function if body is None else body

    def made(_: ast.expr) -> int:
        if body is not None:
            return low.expr(body)
        if isinstance(function, ast.Constant):
            return elem
        return low.emit("call", (callee, tuple(("pos", "", v) for v in items)), part)

    filtering = isinstance(node.func, ast.Name) and node.func.id == "filter"
    if filtering:
        _filter(low, part, made)
    builder.open_stmt("element", low.span(part), builder.block)
    value = elem if filtering else made(part)
    targets = _leave(low, opened)
    result = low.emit("comp", ("generator", opened.number, value), node)
    elements, tests = ([iterables[0]], [part]) if filtering else ([part], [])
    shape = _Shape("call", span[:2], function, iterables[-1], elements, tests)
    _record(low, node, opened, shape, elem, targets)
    return result


def _plain_lambda(low: Lowering, function: ast.expr, given: int) -> ast.expr | None:
    """The body of a lambda that can stand where it is called."""
    if not isinstance(function, ast.Lambda):
        return None
    arguments = function.args
    special = (arguments.posonlyargs, arguments.kwonlyargs, arguments.defaults)
    plain = not any((*special, arguments.vararg, arguments.kwarg))
    inside = any(isinstance(n, (*OWN_SCOPE, *FUNCTIONS)) for n in below(function.body))
    fits = plain and len(arguments.args) == given
    return function.body if fits and not inside else None


def _source(low: Lowering, node: ast.Call, iterables: list[ast.expr]) -> int:
    values = [low.expr(each) for each in iterables]
    if len(values) == 1:
        return values[0]
    together = low.emit("name", ("zip",), node)
    return low.emit("call", (together, tuple(("pos", "", v) for v in values)), node)


def _items(
    low: Lowering, function: ast.expr, body: ast.expr | None, elem: int, number: int
) -> list[int]:
    """What the function is given, bound to the parameters of a lambda that stands in line."""
    items = [elem]
    if number > 1:
        items = [low.emit("unpack", (elem, n, number), function) for n in range(number)]
    scope = low.builder.comp_scopes[-1]
    if body is not None and isinstance(function, ast.Lambda):
        scope.update(zip((a.arg for a in function.args.args), items, strict=True))
    elif number == 1:
        scope["item"] = elem
    return items
