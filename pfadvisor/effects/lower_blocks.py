"""`try`, `with` and `match` to instructions: where control may leave in the middle."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pfadvisor.effects.environments import Env
from pfadvisor.effects.lower_expr import lower_expr
from pfadvisor.effects.lower_patterns import capture
from pfadvisor.effects.scopes import dotted
from pfadvisor.effects.versions import catches, outcome

if TYPE_CHECKING:
    from pfadvisor.effects.lower import Lowering


def suite(
    low: Lowering,
    body: list[ast.stmt],
    role: str,
    owner: int,
    test: int = -1,
    *,
    never: bool = False,
) -> None:
    """`never`: no supported Python runs it; it is lowered so that its loops are listed."""
    builder, start = low.builder, len(low.builder.code)
    outer, builder.block = builder.block, builder.new_block(owner, role, test)
    builder.never += never
    builder.dead |= never
    low.body(body)
    builder.never -= never
    builder.block, builder.stmt = outer, owner
    if never:
        builder.dead = True
        builder.unreached.append((start, len(builder.code)))


def lower_try(low: Lowering, node: Any) -> None:
    builder, owner, span = low.builder, low.builder.stmt, low.span(node)
    before = builder.env.copy()
    known = outcome(node, low.is_builtin)
    builder.logs.append([])
    suite(low, node.body, "try", owner, never=known == "fails")
    log = builder.logs.pop()
    failing = _failing(low, before, log, span)
    ends: list[Env] = []
    if node.orelse and not builder.dead:
        builder.logs.append([])
        suite(low, node.orelse, "tryelse", owner)
        log += builder.logs.pop()
    elif node.orelse:
        suite(low, node.orelse, "tryelse", owner)
    if not builder.dead:
        ends.append(builder.env)
    for handler in node.handlers:
        builder.env, builder.dead = failing.copy(), False
        builder.logs.append([])
        _handler(low, handler, owner, never=known == "passes" and catches(handler))
        log += builder.logs.pop()
        if not builder.dead:
            ends.append(builder.env)
    if not node.finalbody:
        builder.merge(ends, span)
        return
    _finally(low, node, owner, _failing(low, before, log, span), ends)


def _failing(low: Lowering, before: Env, log: list[tuple[str, int]], span: Any) -> Env:
    """Names as an exception may leave them: any of the values they had on the way."""
    failing = before.copy()
    values: dict[str, list[int]] = {}
    for name, value in log:
        values.setdefault(name, []).append(value)
    for name, assigned_values in values.items():
        first = before[name]
        first = low.builder.unbound() if first < 0 else first
        every = tuple(dict.fromkeys([first, *assigned_values]))
        failing[name] = every[0] if len(every) == 1 else low.builder.emit("phi", every, span)
        low.builder.phi_names.append((failing[name], name))
    return failing


def _handler(low: Lowering, handler: ast.ExceptHandler, owner: int, *, never: bool) -> None:
    builder, start = low.builder, len(low.builder.code)
    outer, builder.block = builder.block, builder.new_block(owner, "handler")
    builder.never += never
    builder.open_stmt("ExceptHandler", low.span(handler))
    types = () if handler.type is None else (lower_expr(low, handler.type),)
    value = low.emit("caught", types, handler)
    if handler.name:
        low.bind(handler.name, value, handler)
    low.body(handler.body)
    if handler.name and not builder.dead:
        builder.env[handler.name] = builder.unbound()
    builder.never -= never
    builder.block, builder.stmt = outer, owner
    if never:
        builder.dead = True
        builder.unreached.append((start, len(builder.code)))


def _finally(low: Lowering, node: Any, owner: int, failing: Env, ends: list[Env]) -> None:
    builder, span = low.builder, low.span(node)
    builder.merge(ends, span)
    normal, dead = builder.env.copy(), builder.dead
    builder.merge([failing] if dead else [normal, failing], span)
    builder.logs.append([])
    suite(low, node.finalbody, "finally", owner)
    changed = {name for name, _ in builder.logs.pop()}
    if dead:
        builder.dead = True
        return
    for name, (value, _) in normal.differing([builder.env]):
        if name not in changed and value >= 0:
            builder.env[name] = value


def lower_with(low: Lowering, node: Any) -> None:
    builder, owner = low.builder, low.builder.stmt
    before, suppressing = builder.env.copy(), False
    entered = []
    for item in node.items:
        value = lower_expr(low, item.context_expr)
        bound = low.emit("enter", (value,), item.context_expr)
        if isinstance(node, ast.AsyncWith):
            bound = low.emit("await", (bound,), item.context_expr)
        entered.append(value)
        callee = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
        name = dotted(callee) if callee is not None else ""
        suppressing |= name.split(".")[-1] in ("suppress", "raises", "assertRaises", "ExitStack")
        if item.optional_vars is not None:
            low.bind_target(item.optional_vars, bound)
    builder.logs.append([])
    suite(low, node.body, "with", owner)
    log = builder.logs.pop()
    for value in reversed(entered):
        low.emit("exit", (value,), node.items[0].context_expr)
    if suppressing:
        failing = _failing(low, before, log, low.span(node))
        builder.merge([failing] if builder.dead else [builder.env, failing], low.span(node))


def lower_match(low: Lowering, node: ast.Match) -> None:
    builder, owner = low.builder, low.builder.stmt
    subject = lower_expr(low, node.subject)
    before, was_dead = builder.env.copy(), builder.dead
    ends: list[Env] = []
    exhaustive = False
    for case in node.cases:
        builder.env, builder.dead = before.copy(), was_dead
        capture(low, case.pattern, subject)
        test = low.emit("op", ("match", subject), case.pattern)
        if case.guard is not None:
            test = lower_expr(low, case.guard)
        low.emit("test", (test,), case.pattern)
        suite(low, case.body, "case", owner, test)
        if not builder.dead:
            ends.append(builder.env)
        exhaustive |= (
            case.guard is None
            and isinstance(case.pattern, ast.MatchAs)
            and (case.pattern.pattern is None)
        )
    if not exhaustive:
        ends.append(before)
    builder.merge(ends, low.span(node))
