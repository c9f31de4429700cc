"""A call that is all of compute, as a callable of the item alone: no function need be written.

`measure(path, scale)` over `path` is `partial(measure, scale=scale)`. What it evaluates once
instead of in each iteration are names only.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Mode, Plan
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.flow import has_inside
from pfadvisor.rewrite.lifting import is_made_here
from pfadvisor.rewrite.names import main_only
from pfadvisor.rewrite.scope import Definition, bound_in, enclosing_function, loads, own_nodes

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


def direct_work(
    context: FileContext, plan: Plan, work: Sequence[ast.AST], results: tuple[str, ...], target: str
) -> str:
    """An existing function that does all of compute; what it returns are the only results."""
    if plan.privates or len(work) != 1 or not target.isidentifier():
        return ""
    match work[0]:
        case ast.Assign(value=value) as unpacking if results and results == unpacked(unpacking):
            known = _gives_tuples(context, value, len(results))
            return direct(context, plan, value, target) if known else ""
    only = only_value(plan, work, results)
    return direct(context, plan, only, target) if only is not None else ""


def only_value(plan: Plan, work: Sequence[ast.AST], results: tuple[str, ...]) -> ast.expr | None:
    """The expression that is all of compute; what it gives is the only result."""
    if plan.privates or len(work) != 1:
        return None
    match work[0]:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if results == (name,):
            return value
        case ast.Expr(value=value) if plan.mode != "processes" and len(results) < 2:
            return value
        case ast.expr() as value if len(results) < 2:
            return value
    return None


def unpacked(statement: ast.stmt) -> tuple[str, ...]:
    """The names that the statement gives the parts of one value to; none if it does more."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=parts)]):
            names = tuple(part.id for part in parts if isinstance(part, ast.Name))
            return names if len({*names}) == len(parts) > 1 else ()
    return ()


def _gives_tuples(context: FileContext, value: ast.expr, length: int) -> bool:
    """Whether it calls a function whose every `return` is a tuple of that length, as written: it
    can then be taken apart elsewhere."""
    if not isinstance(value, ast.Call):
        return False
    node = definition(context, value.func)
    if not isinstance(node, ast.FunctionDef) or has_inside(node, (ast.Yield, ast.YieldFrom)):
        return False
    given = [each.value for each in own_nodes(node) if isinstance(each, ast.Return)]
    return bool(given) and all(_is_tuple(each, length) for each in given)


def _is_tuple(node: ast.expr | None, length: int) -> bool:
    if not isinstance(node, ast.Tuple) or len(node.elts) != length:
        return False
    return not any(isinstance(part, ast.Starred) for part in node.elts)


def direct(context: FileContext, plan: Plan, value: ast.expr, target: str) -> str:
    """The callable that `value` is for `target`: a function found by name, a method, a partial."""
    match value:
        case ast.Call(func=func, args=[ast.Name(id=name)], keywords=[]) if name == target:
            if plan.call is not None and context.text.of(func) == plan.call[0]:
                return plan.call[0] if importable(context, plan.mode, func) else ""
    if any(given.large for given in plan.inputs):
        return ""
    given = _given(context, plan, value, target) if plan.mode == "processes" else ""
    if given:
        return given
    return callable_for(context, plan.mode, value, target) or method_of(context, value, target)


def _given(context: FileContext, plan: Plan, value: ast.expr, target: str) -> str:
    """What is called, if it is something that the enclosing function holds, for the item alone."""
    function = enclosing_function(context.path)
    match value:
        case ast.Call(func=ast.Name(id=name), args=[item], keywords=[]) if function:
            held = any(i.name == name and i.origin == "capture" for i in plan.inputs)
            own = name in bound_in(function) and not is_made_here(function, name)
            return name if held and own and _is_name(item, target) else ""
    return ""


def callable_for(context: FileContext, mode: Mode, value: ast.expr, target: str) -> str:
    """Source of a callable that does what `value` does for an item named `target`, or ""."""
    if mode == "async":
        if not isinstance(value, ast.Await):
            return ""
        value = value.value
    if not isinstance(value, ast.Call) or not _found_again(context, mode, value.func, target):
        return ""
    return _with_arguments(context, value, target, _parameters(context, value.func))


def _with_arguments(
    context: FileContext, call: ast.Call, target: str, parameters: list[str]
) -> str:
    """The callee with all arguments but the item bound; `parameters` as it surely names them."""
    function = context.text.of(call.func)
    before, after = _bound_arguments(context, call, target, parameters)
    if before is None or after is None:
        return ""
    if not before and not after:
        return function
    partial = context.spell("functools", "partial")
    return f"{partial}({', '.join([function, *before, *after])})"


def _bound_arguments(
    context: FileContext, call: ast.Call, target: str, names: list[str]
) -> tuple[list[str] | None, list[str] | None]:
    """Arguments before and after the item, the latter by keyword; None if that cannot be."""
    places = [n for n, arg in enumerate(call.args) if _is_name(arg, target)]
    if len(places) != 1 or any(not _constant(arg, target) for arg in _others(call, places[0])):
        return None, None
    before = [context.text.of(arg) for arg in call.args[: places[0]]]
    after = []
    for number, arg in enumerate(call.args[places[0] + 1 :], places[0] + 1):
        if number >= len(names):
            return None, None
        after.append(f"{names[number]}={context.text.of(arg)}")
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg.startswith("__"):
            return None, None
        after.append(f"{keyword.arg}={context.text.of(keyword.value)}")
    return before, after


def _others(call: ast.Call, item: int) -> list[ast.expr]:
    given = [arg for number, arg in enumerate(call.args) if number != item]
    return [*given, *(keyword.value for keyword in call.keywords)]


def importable(context: FileContext, mode: Mode, function: ast.expr) -> bool:
    """Whether a worker that imports the module finds the function as well."""
    return mode != "processes" or not loads(function) & main_only(context.text.tree)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _constant(node: ast.expr, target: str) -> bool:
    """A name or a literal: evaluated once or often, it is the same."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id != target)


def _found_again(context: FileContext, mode: Mode, function: ast.expr, target: str) -> bool:
    """Whether workers can be given the function: as it is, or by its name in the module."""
    if mode == "processes":
        return definition(context, function) is not None
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id != target


def definition(context: FileContext, function: ast.expr) -> FunctionDef | None:
    """The only binding of a name: an undecorated function of this module."""
    if not isinstance(function, ast.Name) or context.binders(function.id) != 1:
        return None
    for node in context.text.tree.body:
        if isinstance(node, FunctionDef) and node.name == function.id:
            return None if node.decorator_list else node
    return None


def _parameters(context: FileContext, function: ast.expr) -> list[str]:
    """Names of the positional parameters that may be given by keyword."""
    node = definition(context, function)
    if node is None or node.args.posonlyargs or node.args.vararg:
        return []
    return [arg.arg for arg in node.args.args]


def method_of(context: FileContext, value: ast.expr, target: str) -> str:
    """`self.measure`, or a partial of it, if `value` calls a method of the enclosing class."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "cls" as owner), attr=name)):
            if _is_own(context, owner) and _is_method(context, owner, name):
                return _with_arguments(context, value, target, [])
    return ""


def _is_own(context: FileContext, owner: str) -> bool:
    """Whether the name is that of a method's own object or class."""
    functions = [n for n in context.path if isinstance(n, FunctionDef) and n.args.args]
    return any(node.args.args[0].arg == owner for node in functions)


def _is_method(context: FileContext, owner: str, name: str) -> bool:
    """Whether all that have the method, and their copies, find it by that name."""
    classes = [node for node in context.path if isinstance(node, ast.ClassDef)]
    if not classes or name.startswith("__"):
        return False
    found = [n for n in classes[-1].body if isinstance(n, Definition) and n.name == name]
    if len(found) != 1 or not isinstance(found[0], ast.FunctionDef):
        return False
    match found[0].decorator_list:
        case []:
            return owner == "self"
        case [ast.Name(id="classmethod")]:
            return True
    return False
