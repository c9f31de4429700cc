"""Parts of programs that tell a story in another way: the helper under other names and in other
shapes, functions that pass on to it, and the loop with another way to call it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from .story import Story, defined_by, names_in

Files = dict[str, str]


def text(*parts: object) -> str:
    """Nodes, lists of nodes and pieces of source, below one another."""
    found = []
    for part in parts:
        if isinstance(part, ast.AST):
            found.append(ast.unparse(ast.fix_missing_locations(part)))
        elif isinstance(part, str):
            found.append(part)
        elif isinstance(part, Sequence):
            found.append(text(*part))
    return "\n".join(piece for piece in found if piece) + "\n"


def helper(story: Story, name: str = "work", first: str = "", decorator: str = "") -> str:
    """The helper, perhaps with one more parameter in front and a decorator."""
    node = copy.deepcopy(story.work)
    node.name = name
    if first:
        node.args.args.insert(0, ast.arg(first))
    if decorator:
        node.decorator_list.append(ast.parse(decorator, mode="eval").body)
    return text(node)


def indented(source: str) -> str:
    return "".join(f"    {line}\n" for line in source.splitlines())


def method(
    story: Story, head: str, name: str = "work", first: str = "", decorator: str = ""
) -> str:
    return f"{head}\n" + indented(helper(story, name, first, decorator))


def arguments(story: Story, *, named: bool = False) -> str:
    names = [arg.arg for arg in story.work.args.args]
    return ", ".join(f"{name}={name}" if named else name for name in names)


def passing_on(story: Story, name: str, callee: str, first: str = "", named: bool = False) -> str:
    """A function that does nothing but call another one with what it is given."""
    node = copy.deepcopy(story.work)
    node.name = name
    if first:
        node.args.args.insert(0, ast.arg(first))
    node.body = ast.parse(f"return {callee}({arguments(story, named=named)})").body
    return text(node)


def ground(story: Story) -> str:
    """What the helper stands on, where the helper is."""
    return text(story.imports, story.definitions)


def elsewhere(story: Story, *nodes: ast.AST) -> str:
    """The same for other modules: imports, and what these nodes need of the helper's module."""
    wanted = sorted(names_in(*nodes) & defined_by(story.definitions))
    taken = f"from {story.package}.helpers import {', '.join(wanted)}" if wanted else ""
    return text(story.imports, taken)


class _Calling(ast.NodeTransformer):
    def __init__(self, callee: str, first: str) -> None:
        self.callee, self.first = callee, first

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "work":
            node.func = ast.parse(self.callee, mode="eval").body
            if self.first:
                node.args.insert(0, ast.parse(self.first, mode="eval").body)
        return node


def loop(story: Story, callee: str = "work", before: str = "", first: str = "") -> str:
    """`run`, calling the helper as `callee`, after statements that lead up to it."""
    node = _Calling(callee, first).visit(copy.deepcopy(story.run))
    node.body[:0] = ast.parse(before).body
    return text(node)


def main(story: Story, taken: str, callee: str = "work", before: str = "", first: str = "") -> str:
    """A module with the loop alone, which takes the helper from elsewhere."""
    return text(elsewhere(story, story.run), taken, loop(story, callee, before, first))


class _Inlined(ast.NodeTransformer):
    """The statement that calls the helper becomes the helper's own statements."""

    def __init__(self, work: ast.FunctionDef) -> None:
        self.work = work
        self.globals = [n for n in work.body if isinstance(n, ast.Global)]

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        return self._instead(node, node.value)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        return self._instead(node, node.value)

    def _instead(self, node: ast.stmt, value: ast.expr) -> ast.AST | list[ast.stmt]:
        if not (isinstance(value, ast.Call) and ast.unparse(value.func) == "work"):
            return node
        body = [n for n in copy.deepcopy(self.work.body) if not isinstance(n, ast.Global)]
        given: list[ast.stmt] = []
        for param, argument in zip(self.work.args.args, value.args, strict=True):
            if ast.unparse(argument) != param.arg:
                given += ast.parse(f"{param.arg} = {ast.unparse(argument)}").body
        last = body[-1]
        if isinstance(last, ast.Return) and last.value is not None and isinstance(node, ast.Assign):
            body[-1] = ast.Assign(node.targets, last.value)
        return [*given, *body]


def inlined(story: Story) -> str:
    change = _Inlined(story.work)
    node = change.visit(copy.deepcopy(story.run))
    node.body[:0] = change.globals
    return text(ground(story), node)
