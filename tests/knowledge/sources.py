"""What the Python source of a function plainly does to its parameters.

Only what stands in its own body, on the names of its parameters and of its module, whatever the
branch: what a called function does is not followed, and a parameter that is given another value is
left out. So what is found is done, but not all that is done is found.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

CHANGING = (
    "add append appendleft clear discard extend insert pop popitem popleft remove reverse "
    "setdefault sort update write writelines"
)
MUTATORS = frozenset(CHANGING.split())
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Deeds:
    """Parameters by name: those that are changed, called, iterated over, and returned, themselves or
    a part; names of the module that are changed; exceptions that are raised."""

    parameters: list[str] = field(default_factory=list)
    changes: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    iterates: set[str] = field(default_factory=set)
    returns: set[str] = field(default_factory=set)
    returns_part: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    raises: set[type[BaseException]] = field(default_factory=set)


def deeds(function: object) -> Deeds | None:
    """None for what is not written in Python, or not as a plain function."""
    function = getattr(function, "__func__", function)
    function = inspect.unwrap(function) if inspect.isfunction(function) else None
    if not inspect.isfunction(function):
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return None
    node = tree.body[0]
    return found_in(node, function.__globals__) if isinstance(node, Function) else None


def found_in(node: Function, module: dict[str, object]) -> Deeds:
    given = node.args
    starred = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    inside = [*own_nodes(node)]
    stored = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    found = Deeds([argument.arg for argument in (*named, *starred)])
    steady = {*found.parameters} - stored
    shared = {name for name, value in module.items() if isinstance(value, dict | list | set)}
    declared = {name for n in inside if isinstance(n, ast.Global) for name in n.names}
    for each in inside:
        found.changes |= {*changed(each)} & steady - {argument.arg for argument in starred}
        found.outside |= {*changed(each)} & shared - stored - {*found.parameters}
        found.calls |= called(each) & steady
        found.iterates |= iterated(each) & steady - {argument.arg for argument in starred}
        found.raises |= {*raised(each, module)}
    found.outside |= declared & stored
    if not any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inside):
        for value in (c for n in inside if isinstance(n, ast.Return) for c in choices(n.value)):
            group = found.returns if isinstance(value, ast.Name) else found.returns_part
            group |= {root(value)} & steady
    return found


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Those that run when the function does: not the bodies of functions within."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from own_nodes(child)


def changed(node: ast.AST) -> Iterator[str]:
    """Names of objects in which the node stores something."""
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield root(node.value)
    method = node.func if isinstance(node, ast.Call) else None
    if isinstance(method, ast.Attribute) and method.attr in MUTATORS:
        yield root(method.value)


def called(node: ast.AST) -> set[str]:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return {node.func.id} if is_call else set()


def iterated(node: ast.AST) -> set[str]:
    """Names of what a loop goes through."""
    source = node.iter if isinstance(node, ast.For | ast.comprehension) else None
    source = node.value if isinstance(node, ast.YieldFrom | ast.Starred) else source
    return {source.id} if isinstance(source, ast.Name) else set()


def raised(node: ast.AST, module: dict[str, object]) -> Iterator[type[BaseException]]:
    thrown = node.exc if isinstance(node, ast.Raise) else None
    thrown = thrown.func if isinstance(thrown, ast.Call) else thrown
    name, _, attribute = ast.unparse(thrown).partition(".") if thrown is not None else ("", "", "")
    kind = module.get(name)
    kind = getattr(kind, attribute, None) if attribute else kind
    if isinstance(kind, type) and issubclass(kind, BaseException):
        yield kind


def root(node: ast.expr | None) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def choices(node: ast.expr | None) -> list[ast.expr]:
    """The values of which an expression is one."""
    if isinstance(node, ast.IfExp):
        return choices(node.body) + choices(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [choice for value in node.values for choice in choices(value)]
    return [] if node is None else [node]
