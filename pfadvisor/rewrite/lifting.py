"""Local functions that compute calls: a worker process defines them again, inside the worker."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pfadvisor.model import Edit, Span
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.flow import has_inside
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import bound_in, enclosing_function, loads, names_in, stores

_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_OUTWARD = (ast.Nonlocal, ast.Global)


def lifted(context: FileContext, names: set[str]) -> dict[str, ast.stmt]:
    """The definitions of those names that local functions have, in source order.

    Raises Refused where a definition means more than its text: what it is called with by default
    is made when it runs, a decorator may keep it, and a class is one only where it stands.
    """
    function = enclosing_function(context.path)
    found: dict[str, ast.stmt] = {}
    for outer in context.path[:-1] if names else ():
        if not isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for node in ast.walk(outer):
            name = _defines(node) if node is not outer else ""
            if name in names:
                if outer is not function or not _may_move(function, node, name):
                    raise Refused(
                        f"{name!r} is defined inside the function, where a worker process "
                        "cannot find it"
                    )
                assert isinstance(node, ast.stmt)
                found[name] = node
    return dict(sorted(found.items(), key=lambda item: item[1].lineno))


def left_behind(
    context: FileContext, definitions: dict[str, ast.stmt], loop: ast.AST
) -> Iterator[Edit]:
    """Edits that take away the definitions which nothing but the loop has used."""
    function, text = enclosing_function(context.path), context.text
    gone: list[ast.AST] = [loop, *definitions.values()]
    for name, node in definitions.items():
        uses = sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(function or loop))
        inside = sum(
            isinstance(n, ast.Name) and n.id == name for each in gone for n in ast.walk(each)
        )
        span = text.span(node)
        if uses == inside and text.alone(span) and not text.after(span).strip():
            last = span.end_row
            while last < len(text.lines) and not text.row(last + 1).strip():
                last += 1
            yield Edit(Span(span.row, 1, last + 1, 1), "")


def free_names(node: ast.AST) -> set[str]:
    """Names that a definition reads from around it."""
    own = stores(node) | {n for inner in ast.walk(node) for n in _parameters(inner)}
    return loads(node) - own - ({node.name} if isinstance(node, _DEFINED) else set())


def _parameters(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name


def is_made_here(function: ast.AST, name: str) -> bool:
    """Whether the function defines or imports what it calls `name`."""
    return any(
        _defines(node) == name or (isinstance(node, ast.alias) and name in names_in(node))
        for node in ast.walk(function)
        if node is not function
    )


def _defines(node: ast.AST) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
            return name
    return ""


def _may_move(
    function: ast.FunctionDef | ast.AsyncFunctionDef | None, node: ast.AST, name: str
) -> bool:
    if function is None or node not in function.body or isinstance(node, ast.ClassDef):
        return False
    if getattr(node, "decorator_list", []) or has_inside(node, _OUTWARD):
        return False
    made = node.value if isinstance(node, ast.Assign) else node
    assert isinstance(made, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    arguments = made.args
    given = [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]
    plain = all(isinstance(each, ast.Constant) for each in given)
    return plain and name in bound_in(function) and _bindings(function, name) == 1


def _bindings(function: ast.AST, name: str) -> int:
    """How often anything in the function binds the name."""
    return sum(
        (isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, _DEFINED) and node.name == name)
        or (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, ast.alias) and (node.asname or node.name) == name)
        or (isinstance(node, ast.ExceptHandler) and node.name == name)
        for node in ast.walk(function)
    )
