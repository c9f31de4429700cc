"""The parameters of a function: order, kinds, annotations, types of defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pfadvisor.effects.facts import Param
from pfadvisor.effects.scopes import dotted


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args]
    every += [arguments.vararg] if arguments.vararg else []
    every += arguments.kwonlyargs
    return every + ([arguments.kwarg] if arguments.kwarg else [])


def defaults_of(arguments: ast.arguments) -> Iterator[tuple[int, ast.expr]]:
    """(number of the parameter, its default), in the order in which Python evaluates them."""
    plain = len(arguments.posonlyargs) + len(arguments.args)
    yield from enumerate(arguments.defaults, plain - len(arguments.defaults))
    first = plain + (arguments.vararg is not None)
    for number, default in enumerate(arguments.kw_defaults, first):
        if default is not None:
            yield number, default


def params_of(arguments: ast.arguments) -> tuple[Param, ...]:
    plain = [*arguments.posonlyargs, *arguments.args]
    first_default = len(plain) - len(arguments.defaults)
    found = [
        Param(
            a.arg,
            "posonly" if i < len(arguments.posonlyargs) else "pos",
            dotted(a.annotation) if a.annotation else "",
            default_type(arguments.defaults[i - first_default]) if i >= first_default else "",
        )
        for i, a in enumerate(plain)
    ]
    if arguments.vararg:
        found.append(Param(arguments.vararg.arg, "star", "", "tuple"))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        annotation = dotted(argument.annotation) if argument.annotation else ""
        found.append(
            Param(argument.arg, "kwonly", annotation, default_type(default) if default else "")
        )
    if arguments.kwarg:
        found.append(Param(arguments.kwarg.arg, "dstar", "", "dict"))
    return tuple(found)


def default_type(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=value):
            return type(value).__name__ if value is not None else "None"
        case ast.List() | ast.Dict() | ast.Set():
            return type(node).__name__.lower()
        case ast.Tuple():
            return "tuple"
        case ast.UnaryOp(operand=ast.Constant(value=value)):
            return type(value).__name__
    return "?"
