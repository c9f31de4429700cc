"""Other headers that give the loop the same items."""

from __future__ import annotations

import ast
from random import Random

from ..parts import choice, expression
from ..subject import Subject
from .operators import operator


def _header(subject: Subject) -> ast.For | None:
    """The loop, if its header is not that of a counter, which has no other form."""
    match subject.loop:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"))):
            return None
    return subject.loop


@operator
def enumerate_form(subject: Subject, random: Random) -> bool:
    loop = subject.loop
    if loop is None:
        return False
    start = choice(random, ["", ", 1", ", start=3"])
    loop.iter = expression(f"enumerate({ast.unparse(loop.iter)}{start})")
    loop.target = _pair(ast.Name(subject.fresh("number"), ast.Store()), loop.target)
    return True


@operator
def zip_form(subject: Subject, random: Random) -> bool:
    loop = subject.loop
    if loop is None:
        return False
    source = ast.unparse(loop.iter)
    other = choice(random, ["", "itertools.count()", "range(1_000_000)"])
    if not other:
        loop.iter = expression(f"zip({source})")
        loop.target = ast.Tuple([loop.target], ast.Store())
        return True
    if "itertools" in other:
        subject.define("import itertools")
    loop.iter = expression(f"zip({source}, {other})")
    loop.target = _pair(loop.target, ast.Name(subject.fresh("other"), ast.Store()))
    return True


@operator
def range_form(subject: Subject, random: Random) -> bool:
    loop = _header(subject)
    if loop is None:
        return False
    index, items = subject.fresh("index"), subject.fresh("items")
    subject.before(loop, f"{items} = {choice(random, ['list', 'tuple'])}({ast.unparse(loop.iter)})")
    loop.body.insert(0, ast.Assign([loop.target], expression(f"{items}[{index}]")))
    loop.target = ast.Name(index, ast.Store())
    loop.iter = expression(f"range(len({items}))")
    return True


@operator
def listed_form(subject: Subject, random: Random) -> bool:
    loop = _header(subject)
    if loop is None:
        return False
    forms = ["list({0})", "iter({0})", "[each_ for each_ in {0}]", "tuple({0})", "[*{0}]"]
    loop.iter = expression(choice(random, forms).format(ast.unparse(loop.iter)))
    return True


def _pair(first: ast.expr, second: ast.expr) -> ast.Tuple:
    return ast.Tuple([first, second], ast.Store())
