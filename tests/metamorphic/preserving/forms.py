"""A `for` statement as a comprehension, and the other way round."""

from __future__ import annotations

import ast
from random import Random

from .. import parts
from ..parts import only_load, statements
from ..subject import Subject
from .operators import operator


@operator
def to_comprehension(subject: Subject, _: Random) -> bool:
    """`out = []` directly before a loop that only appends."""
    loop = subject.loop
    if loop is None or loop.orelse or len(loop.body) != 1:
        return False
    suite = subject.suite(loop)
    place = next(n for n, each in enumerate(suite) if each is loop)
    match (suite[place - 1] if place else None), loop.body[0]:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[])),
            ast.Expr(value=ast.Call(func=ast.Attribute(ast.Name(id=other), "append"), args=[v])),
        ) if name == other and not {name} & (parts.names(v) | parts.names(loop.iter)):
            head = f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}"
            if any(isinstance(n, ast.Await | ast.NamedExpr | ast.Yield) for n in ast.walk(v)):
                return False
            if isinstance(subject.function, ast.AsyncFunctionDef):
                return False
            new = statements(f"{name} = [{ast.unparse(v)} {head}]")[0]
            if _leaks(subject, loop):
                return False
            suite[place - 1 : place + 1] = [new]
            subject.marked = new
            return True
    return False


def _leaks(subject: Subject, loop: ast.For) -> bool:
    """Whether the target is read outside of the loop."""
    inside = {id(n) for n in ast.walk(loop)}
    around = subject.function or subject.tree
    target = parts.names(loop.target, ast.Store)
    outside = [n for n in ast.walk(around) if isinstance(n, ast.Name) and id(n) not in inside]
    return any(n.id in target for n in outside)


@operator
def from_comprehension(subject: Subject, _: Random) -> bool:
    match subject.marked:
        case ast.Return(value=ast.ListComp() as made) | ast.Assign(value=ast.ListComp() as made):
            pass
        case _:
            return False
    if len(made.generators) != 1 or any(isinstance(n, ast.Await) for n in ast.walk(made)):
        return False
    out, each = subject.fresh("out"), made.generators[0]
    tests = "".join(f" if {ast.unparse(test)}:" for test in each.ifs)
    if len(each.ifs) > 1:
        return False
    head = f"for {ast.unparse(each.target)} in {ast.unparse(each.iter)}:"
    body = f"\n   {tests}\n        " if tests else "\n    "
    subject.before(subject.marked, f"{out} = []\n{head}{body}{out}.append({ast.unparse(made.elt)})")
    parts.replace(subject.marked, made, only_load(out))
    suite = subject.suite(subject.marked)
    subject.marked = suite[next(n for n, s in enumerate(suite) if s is subject.marked) - 1]
    return True
