"""Expressions to instructions. An unknown node kind is evaluated for its children and is `op ?`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects.lower_comp import call_loop, comprehension, is_call_loop
from pfadvisor.effects.versions import answer_to

if TYPE_CHECKING:
    from pfadvisor.effects.environments import Env
    from pfadvisor.effects.lower import Lowering

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.MatMult: "@",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Not: "not",
    ast.UAdd: "u+",
    ast.USub: "u-",
    ast.Invert: "~",
}


TOLD_APART: Final = 32  # elements of a display


def lower_expr(low: Lowering, node: ast.expr) -> int:
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(low, node)
    children = [lower_expr(low, c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
    return low.emit("op", ("?", *children), node)


def _constant(low: Lowering, node: ast.Constant) -> int:
    return low.emit("const", (node.value,), node)


def _name(low: Lowering, node: ast.Name) -> int:
    return low.read(node.id, node)


def _attribute(low: Lowering, node: ast.Attribute) -> int:
    return low.emit("attr", (lower_expr(low, node.value), low.mangle(node.attr)), node)


def _subscript(low: Lowering, node: ast.Subscript) -> int:
    value = lower_expr(low, node.value)
    return low.emit("item", (value, lower_expr(low, node.slice)), node)


def _slice(low: Lowering, node: ast.Slice) -> int:
    parts = (node.lower, node.upper, node.step)
    return low.emit("slice", tuple(-1 if p is None else lower_expr(low, p) for p in parts), node)


def _call(low: Lowering, node: ast.Call) -> int:
    if is_call_loop(low, node):
        return call_loop(low, node)
    callee = lower_expr(low, node.func)
    args: list[tuple[str, str, int]] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            args.append(("star", "", lower_expr(low, argument.value)))
        else:
            args.append(("pos", "", lower_expr(low, argument)))
    for keyword in node.keywords:
        kind = "kw" if keyword.arg else "dstar"
        args.append((kind, keyword.arg or "", lower_expr(low, keyword.value)))
    return low.emit("call", (callee, tuple(args)), node)


def _binary(low: Lowering, node: ast.BinOp) -> int:
    left = lower_expr(low, node.left)
    return low.emit("op", (OPERATORS[type(node.op)], left, lower_expr(low, node.right)), node)


def _unary(low: Lowering, node: ast.UnaryOp) -> int:
    return low.emit("op", (OPERATORS[type(node.op)], lower_expr(low, node.operand)), node)


def _compare(low: Lowering, node: ast.Compare) -> int:
    left = lower_expr(low, node.left)
    results: list[int] = []
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = _maybe(low, right_node) if results else lower_expr(low, right_node)
        results.append(low.emit("op", (OPERATORS[type(operator)], left, right), node))
        left = right
    return results[0] if len(results) == 1 else low.emit("op", ("and", *results), node)


def _boolean(low: Lowering, node: ast.BoolOp) -> int:
    return _operands(low, node)[0]


def _operands(low: Lowering, node: ast.BoolOp) -> tuple[int, Env]:
    """The value, and names as they are where all operands were evaluated: each of them is only
    where those before it are."""
    builder = low.builder
    ends: list[Env] = []
    values = [lower_expr(low, node.values[0])]
    for part in node.values[1:]:
        before, builder.env = builder.env, builder.env.copy()
        values.append(lower_expr(low, part))
        ends += [before] if builder.env.chunks != before.chunks else []
    through = builder.env
    if ends:
        builder.merge([*ends, through], low.span(node))
    name = "and" if isinstance(node.op, ast.And) else "or"
    return low.emit("op", (name, *values), node), through


def lower_test(low: Lowering, node: ast.expr) -> tuple[int, Env, Env]:
    """A condition, and names as they are where it holds and where it does not."""
    match node:
        case ast.BoolOp():
            value, through = _operands(low, node)
            ways = (through, low.builder.env)
            return (value, *ways) if isinstance(node.op, ast.And) else (value, *ways[::-1])
        case ast.UnaryOp(op=ast.Not()):
            value, holds, fails = lower_test(low, node.operand)
            return low.emit("op", (OPERATORS[ast.Not], value), node), fails, holds
    value = lower_expr(low, node)
    return value, low.builder.env, low.builder.env


def _maybe(low: Lowering, node: ast.expr) -> int:
    """An operand that may not be evaluated."""
    before = low.builder.env
    low.builder.env = before.copy()
    value = lower_expr(low, node)
    if low.builder.env.chunks != before.chunks:
        low.builder.merge([before, low.builder.env], low.span(node))
    return value


def _conditional(low: Lowering, node: ast.IfExp) -> int:
    test = lower_expr(low, node.test)
    answer = answer_to(node.test, low.module.flags)
    if answer is not None:
        return lower_expr(low, node.body if answer else node.orelse)
    values = [_maybe(low, node.body), _maybe(low, node.orelse)]
    return low.emit("op", ("if", test, *values), node)


def _display(kind: str) -> Callable[[Lowering, Any], int]:
    def handler(low: Lowering, node: ast.List | ast.Tuple | ast.Set) -> int:
        return low.emit("display", (kind, *_elements(low, node.elts)), node)

    return handler


def _dict(low: Lowering, node: ast.Dict) -> int:
    keys, contents, values = Constants(), Constants(), list[int]()
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            spread = low.emit("dstar", (lower_expr(low, value),), value)
            values += [spread, spread]
        else:
            values += [keys.lower(low, key), contents.lower(low, value)]
    return low.emit("display", ("dict", *values), node)


def _elements(low: Lowering, nodes: list[ast.expr]) -> list[int]:
    constants = Constants()
    return [constants.lower(low, node) for node in nodes]


class Constants:
    """The elements of one display. In a long table, constants of which nothing new is seen any
    more, because they are the first again or two that differ have been met, share an instruction."""

    def __init__(self) -> None:
        self.number = 0
        self.first: dict[type, tuple[object, int]] = {}
        self.varied: dict[type, int] = {}

    def lower(self, low: Lowering, node: ast.expr) -> int:
        self.number += 1
        if not isinstance(node, ast.Constant):
            return lower_expr(low, node)
        kind = type(node.value)
        if self.number > TOLD_APART and kind in self.varied:
            return self.varied[kind]
        value, index = self.first.get(kind, (None, -1))
        if self.number > TOLD_APART and index >= 0 and value == node.value:
            return index
        at = lower_expr(low, node)
        if self.first.setdefault(kind, (node.value, at))[0] != node.value:
            self.varied[kind] = at
        return at


def _fstring(low: Lowering, node: ast.JoinedStr) -> int:
    values = [lower_expr(low, v) for v in node.values]
    return low.emit("op", ("fmt", *values), node)


def _formatted(low: Lowering, node: ast.FormattedValue) -> int:
    values = [lower_expr(low, node.value)]
    if node.conversion >= 0 or node.format_spec is not None:
        conversion = chr(node.conversion) if node.conversion >= 0 else ""
        values.append(low.emit("const", (f"!{conversion}",), node.value))
    if node.format_spec is not None:
        values.append(lower_expr(low, node.format_spec))
    return low.emit("op", ("fmt", *values), node.value)


def _lambda(low: Lowering, node: ast.Lambda) -> int:
    return low.define_function(node, "lambda")


def _walrus(low: Lowering, node: ast.NamedExpr) -> int:
    value = lower_expr(low, node.value)
    low.bind(node.target.id, value, node)
    return value


def _await(low: Lowering, node: ast.Await) -> int:
    return low.emit("await", (lower_expr(low, node.value),), node)


def _yield(low: Lowering, node: ast.Yield | ast.YieldFrom) -> int:
    low.builder.is_generator = True
    value = low.emit("const", (None,), node) if node.value is None else lower_expr(low, node.value)
    if isinstance(node, ast.Yield):
        return low.emit("yield", (value,), node)
    low.emit("yield", (low.emit("elem", (value,), node),), node)
    return low.emit("delegated", (value,), node)


def _starred(low: Lowering, node: ast.Starred) -> int:
    return low.emit("star", (lower_expr(low, node.value),), node)


_HANDLERS: dict[type[ast.AST], Callable[[Lowering, Any], int]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.List: _display("list"),
    ast.Tuple: _display("tuple"),
    ast.Set: _display("set"),
    ast.Dict: _dict,
    ast.JoinedStr: _fstring,
    ast.FormattedValue: _formatted,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Starred: _starred,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: comprehension,
}
