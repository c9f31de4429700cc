"""The loop inside a function, a method or an `if`; wrappers hand on what they are given."""

from __future__ import annotations

import ast
from random import Random

from .. import parts
from ..parts import only_load, statements
from ..subject import Subject
from .operators import operator

_NO_TYPES: dict[str, list[ast.AST]] = {"type_params": []}


def _wrappable(subject: Subject) -> ast.FunctionDef | None:
    """The function of the loop, at the module's top, with plain parameters."""
    function = subject.function
    if not isinstance(function, ast.FunctionDef) or function not in subject.tree.body:
        return None
    given = function.args
    if given.vararg or given.kwarg or given.kwonlyargs or given.posonlyargs:
        return None
    return None if function.decorator_list else function


def _handed_on(function: ast.FunctionDef, callee: str) -> ast.stmt:
    given = ", ".join(each.arg for each in function.args.args)
    return statements(f"def f():\n    return {callee}({given})")[0].body[0]  # type: ignore[attr-defined, no-any-return]


@operator
def wrap_in_function(subject: Subject, _: Random) -> bool:
    function = _wrappable(subject)
    if function is None or function.args.defaults:
        return False
    inner = ast.FunctionDef(
        subject.fresh("inner"), function.args, function.body, [], None, **_NO_TYPES
    )
    function.body = [inner, _handed_on(function, inner.name)]
    return True


@operator
def wrap_in_method(subject: Subject, random: Random) -> bool:
    function = _wrappable(subject)
    if function is None or function.args.defaults or parts.names(function) & {"self"}:
        return False
    owner, static = subject.fresh("Holder"), random.random() < 0.5
    args = [] if static else [ast.arg("self")]
    parameters = ast.arguments([], [*args, *function.args.args], None, [], [], None, [])
    marks = [only_load("staticmethod")] if static else []
    method = ast.FunctionDef("work", parameters, function.body, marks, None, **_NO_TYPES)
    holder = ast.ClassDef(owner, [], [], [method], [], **_NO_TYPES)
    callee = f"{owner}.work" if static else f"{owner}().work"
    function.body = [_handed_on(function, callee)]
    place = subject.tree.body.index(function)
    subject.tree.body.insert(place, holder)
    return True


@operator
def indent(subject: Subject, _: Random) -> bool:
    suite = subject.suite(subject.marked)
    place = next(n for n, each in enumerate(suite) if each is subject.marked)
    suite[place] = ast.If(ast.Constant(True), [subject.marked], [])
    return not isinstance(subject.marked, ast.Return)
