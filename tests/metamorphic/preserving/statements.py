"""The same statements, written otherwise or in another order."""

from __future__ import annotations

import ast
from random import Random

from .. import parts
from ..parts import choice, only_load, statements
from ..subject import Subject
from .operators import operator


@operator
def swap_branches(subject: Subject, _: Random) -> bool:
    for node in ast.walk(subject.marked):
        if isinstance(node, ast.If):
            node.body, node.orelse = node.orelse or [ast.Pass()], node.body
        elif isinstance(node, ast.IfExp):
            node.body, node.orelse = node.orelse, node.body
        else:
            continue
        node.test = ast.UnaryOp(ast.Not(), node.test)
        return True
    return False


@operator
def add_dead_code(subject: Subject, random: Random) -> bool:
    loop = subject.loop
    forms = ["pass", "unused_ = 0", "'A remark.'", "if False:\n    pass", "unused_: int = 1"]
    if loop is None:
        subject.before(subject.marked, choice(random, forms))
        return True
    place = random.randrange(len(loop.body) + 1)
    if isinstance(loop.body[-1], ast.Continue | ast.Break | ast.Return):
        place = 0
    loop.body[place:place] = statements(choice(random, forms))
    return True


@operator
def reorder_statements(subject: Subject, random: Random) -> bool:
    """Neighbours that only name displays, constants and names of others."""
    suites = [subject.suite(subject.marked), *([subject.loop.body] if subject.loop else [])]
    found = [
        (suite, place)
        for suite in suites
        for place in range(len(suite) - 1)
        if _independent(suite[place], suite[place + 1])
    ]
    if not found:
        return False
    suite, place = choice(random, found)
    suite[place : place + 2] = [suite[place + 1], suite[place]]
    return True


def _independent(one: ast.stmt, two: ast.stmt) -> bool:
    if not all(isinstance(each, ast.Assign) for each in (one, two)):
        return False
    plain = (ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.Await, ast.NamedExpr)
    if any(isinstance(n, plain) for n in ast.walk(one)):
        return False
    stored = parts.names(one, ast.Store), parts.names(two, ast.Store)
    read = parts.names(one), parts.names(two)
    return not (stored[0] & (read[1] | stored[1]) or stored[1] & read[0])


@operator
def swap_definitions(subject: Subject, random: Random) -> bool:
    body = subject.tree.body
    found = [
        n for n in range(len(body) - 1)
        if all(isinstance(s, ast.FunctionDef) and not s.decorator_list
               and not s.args.defaults for s in body[n : n + 2])
    ]  # fmt: skip
    if not found:
        return False
    place = choice(random, found)
    body[place : place + 2] = [body[place + 1], body[place]]
    return True


@operator
def annotate(subject: Subject, _: Random) -> bool:
    suite = subject.suite(subject.marked)
    kinds = {ast.List: "list", ast.Dict: "dict", ast.Constant: ""}
    done = False
    for place, node in enumerate(suite):
        match node:
            case ast.Assign(targets=[ast.Name() as target], value=value) if type(value) in kinds:
                known = type(value.value).__name__ if isinstance(value, ast.Constant) else ""
                kind = kinds[type(value)] or known
                if kind in ("list", "dict", "int", "float", "str"):
                    suite[place] = ast.AnnAssign(target, only_load(kind), value, 1)
                    done = True
    return done


@operator
def append_form(subject: Subject, random: Random) -> bool:
    for node in subject.loop.body if subject.loop else ():
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(ast.Name(id=name), "append"), args=[v])
            ):
                if name not in parts.bound_in(subject):
                    return False
                text = choice(random, ["{0}.extend([{1}])", "{0} += [{1}]", "{0}.extend(({1},))"])
                new = statements(text.format(name, ast.unparse(v)))[0]
                subject.suite(node)[subject.suite(node).index(node)] = new
                return True
    return False


@operator
def alias_function(subject: Subject, random: Random) -> bool:
    """The work by another name, given before the loop."""
    known = parts.top_level(subject)
    called = [
        n for node, value in parts.works(subject) for n in ast.walk(value)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        and isinstance(function := known.get(n.func.id), ast.FunctionDef)
        and not function.decorator_list  # what stands there may have no name to be sent by
        and n.func.id not in parts.bound_in(subject)
    ]  # fmt: skip
    if not called:
        return False
    call = choice(random, called)
    name = subject.fresh("work")
    subject.before(subject.marked, f"{name} = {ast.unparse(call.func)}")
    call.func = only_load(name)
    return True
