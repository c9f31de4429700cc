"""Statements to instructions, with the joins that control flow asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pfadvisor.effects.environments import Env
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.lower_blocks import lower_match, lower_try, lower_with, suite
from pfadvisor.effects.lower_expr import OPERATORS, lower_expr, lower_test
from pfadvisor.effects.scopes import assigned, dotted
from pfadvisor.effects.versions import decided

if TYPE_CHECKING:
    from pfadvisor.effects.lower import Lowering


def lower_body(low: Lowering, body: list[ast.stmt]) -> None:
    for node in body:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            continue
        low.builder.open_stmt(type(node).__name__, low.span(node))
        handler(low, node)


def _expression(low: Lowering, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        lower_expr(low, node.value)


def _assign(low: Lowering, node: ast.Assign) -> None:
    value = lower_expr(low, node.value)
    for target in node.targets:
        low.bind_target(target, value)


def _ann_assign(low: Lowering, node: ast.AnnAssign) -> None:
    if node.value is None:
        return
    value = lower_expr(low, node.value)
    low.builder.annotations.append((value, dotted(node.annotation)))
    low.bind_target(node.target, value)


def _aug_assign(low: Lowering, node: ast.AugAssign) -> None:
    symbol = OPERATORS[type(node.op)] + "="
    match node.target:
        case ast.Name(id=name):
            old = low.read(name, node.target)
            new = low.emit("op", (symbol, old, lower_expr(low, node.value)), node)
            low.bind(name, new, node.target)
        case ast.Attribute(value=base, attr=attr):
            place = lower_expr(low, base)
            old = low.emit("attr", (place, low.mangle(attr)), node.target)
            new = low.emit("op", (symbol, old, lower_expr(low, node.value)), node)
            low.emit("setattr", (place, low.mangle(attr), new), node.target)
        case ast.Subscript(value=base, slice=inside):
            place, key = lower_expr(low, base), lower_expr(low, inside)
            old = low.emit("item", (place, key), node.target)
            new = low.emit("op", (symbol, old, lower_expr(low, node.value)), node)
            low.emit("setitem", (place, key, new), node.target)


def _if(low: Lowering, node: ast.If) -> None:
    builder, owner = low.builder, low.builder.stmt
    test, holds, fails = lower_test(low, node.test)
    low.emit("test", (test,), node.test)
    if low.kind == "module" and _is_guard(node.test):
        low.module.guards.append(
            low.span(node.body[0])._replace(
                end_row=low.span(node.body[-1]).end_row,
                end_column=low.span(node.body[-1]).end_column,
            )
        )
    fails, was_dead = fails.copy(), builder.dead
    builder.env = holds.copy()
    answer = decided(node.test, low.module.flags)
    ends: list[Env] = []
    suite(low, node.body, "then", owner, test, never=answer is False)
    if not builder.dead:
        ends.append(builder.env)
    builder.env, builder.dead = fails, was_dead
    if node.orelse or answer is True:
        suite(low, node.orelse, "else", owner, test, never=answer is True)
    if not builder.dead:
        ends.append(builder.env)
    builder.merge(ends, low.span(node))


def _is_guard(test: ast.expr) -> bool:
    match test:
        case ast.Compare(
            left=ast.Name(id="__name__"),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value="__main__")],
        ):
            return True
        case ast.Compare(
            left=ast.Constant(value="__main__"),
            ops=[ast.Eq()],
            comparators=[ast.Name(id="__name__")],
        ):
            return True
    return False


def _for(low: Lowering, node: Any) -> None:
    builder, owner = low.builder, low.builder.stmt
    is_async = isinstance(node, ast.AsyncFor)
    start = len(builder.code)
    source = lower_expr(low, node.iter)
    low.emit("iter", (source,), node.iter)
    index = len(builder.loops)
    builder.loops.append(None)
    phis = builder.open_loop(assigned([node.target, *node.body]), low.span(node))
    body, visible = len(builder.code), builder.env.visible()
    parents = tuple(builder.loop_stack)
    builder.loop_stack.append(index)
    elem = low.emit("await" if is_async else "elem", (source,), node.target)
    low.bind_target(node.target, elem)
    targets = tuple(
        (n, builder.env[n]) for n in sorted(assigned([node.target])) if builder.env[n] >= 0
    )
    block = len(builder.blocks)
    suite(low, node.body, "loop", owner)
    builder.loop_stack.pop()
    end = len(builder.code)
    _after_loop(low, node, phis, owner)
    span = low.span(node)
    for_column = span.column + (_async_offset(low, node) if is_async else 0)
    row = span.row
    builder.loops[index] = Loop(
        "async-for" if is_async else "for",
        span,
        row,
        for_column,
        low.span(node.target),
        low.span(node.iter),
        "",
        owner,
        block,
        start,
        body,
        end,
        source,
        elem,
        tuple(phis),
        targets,
        bool(node.orelse),
        parents,
        visible=visible,
    )


def _async_offset(low: Lowering, node: ast.AsyncFor) -> int:
    line = low.module.lines[node.lineno - 1]
    at = line.find("for", node.col_offset + 5)
    return max(at - node.col_offset, 0)


def _after_loop(low: Lowering, node: Any, phis: list[tuple[str, int]], owner: int) -> None:
    builder = low.builder
    ends = builder.close_loop(phis)
    if node.orelse:
        suite(low, node.orelse, "loopelse", owner)
    endless = (
        isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value
    )
    if not builder.dead and not endless:
        ends.append(builder.env)
    builder.merge(ends, low.span(node))


def _while(low: Lowering, node: ast.While) -> None:
    builder, owner = low.builder, low.builder.stmt
    phis = builder.open_loop(assigned([*node.body, node.test]), low.span(node))
    test = lower_expr(low, node.test)
    low.emit("test", (test,), node.test)
    suite(low, node.body, "while", owner, test)
    _after_loop(low, node, phis, owner)


def _return(low: Lowering, node: ast.Return) -> None:
    args = () if node.value is None else (lower_expr(low, node.value),)
    low.emit("ret", args, node)
    low.builder.dead = True


def _raise(low: Lowering, node: ast.Raise) -> None:
    parts = [p for p in (node.exc, node.cause) if p is not None]
    low.emit("raise", tuple(lower_expr(low, p) for p in parts), node)
    low.builder.dead = True


def _jump(op: str) -> Callable[[Lowering, Any], None]:
    def handler(low: Lowering, node: ast.Break | ast.Continue) -> None:
        builder = low.builder
        low.emit(op, (), node)
        stack = builder.breaks if op == "break" else builder.continues
        if not builder.dead and stack:
            stack[-1].append(builder.env.copy())
        builder.dead = True

    return handler


def _delete(low: Lowering, node: ast.Delete) -> None:
    for target in node.targets:
        match target:
            case ast.Name(id=name):
                low.emit("delname", (name,), target)
                if name in low.builder.scope.bound:
                    low.builder.env[name] = low.builder.unbound()
            case ast.Attribute(value=base, attr=attr):
                low.emit("delattr", (lower_expr(low, base), low.mangle(attr)), target)
            case ast.Subscript(value=base, slice=inside):
                place = lower_expr(low, base)
                low.emit("delitem", (place, lower_expr(low, inside)), target)


def _assert(low: Lowering, node: ast.Assert) -> None:
    parts = [node.test] if node.msg is None else [node.test, node.msg]
    low.emit("assert", tuple(lower_expr(low, p) for p in parts), node)


def _import(low: Lowering, node: ast.Import) -> None:
    for alias in node.names:
        bound = alias.asname or alias.name.split(".")[0]
        module = alias.name if alias.asname else bound
        _bind_import(low, bound, module, "", 0, node)


def _import_from(low: Lowering, node: ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*":
            low.module.stars.append((node.module or "", node.level))
            low.emit("import", (node.module or "", "*", node.level), node)
        else:
            bound = alias.asname or alias.name
            _bind_import(low, bound, node.module or "", alias.name, node.level, node)


def _bind_import(
    low: Lowering, bound: str, module: str, name: str, level: int, node: ast.AST
) -> None:
    if low.kind == "module" and not low.builder.never:
        low.module.imports.setdefault(bound, (module, name, level))
    value = low.emit("import", (module, name, level), node)
    low.bind(bound, value, node)


def _function(low: Lowering, node: Any) -> None:
    low.bind(node.name, low.define_function(node, "function"), node)


def _class(low: Lowering, node: ast.ClassDef) -> None:
    low.bind(node.name, low.define_class(node), node)


_HANDLERS: dict[type[ast.AST], Callable[[Lowering, Any], None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: lower_try,
    ast.TryStar: lower_try,
    ast.With: lower_with,
    ast.AsyncWith: lower_with,
    ast.Match: lower_match,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _jump("break"),
    ast.Continue: _jump("continue"),
    ast.Delete: _delete,
    ast.Assert: _assert,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
