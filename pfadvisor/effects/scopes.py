"""Which names a scope binds, declares and shares with nested functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope(NamedTuple):
    bound: frozenset[str]
    globals: frozenset[str]
    nonlocals: frozenset[str]
    inner_reads: frozenset[str]  # names that nested scopes use without binding them


class Scan(NamedTuple):
    """What one scope's own code binds and declares, and the names that all of it uses."""

    bound: frozenset[str]
    globals: frozenset[str]
    nonlocals: frozenset[str]
    inner_used: frozenset[str]
    used: frozenset[str]
    all_nonlocals: frozenset[str]  # those of nested scopes too


_PLAIN: Final = frozenset(
    {
        "id",
        "ctx",
        "op",
        "ops",
        "attr",
        "arg",
        "name",
        "names",
        "module",
        "level",
        "is_async",
        "simple",
        "type_comment",
        "conversion",
        "rest",
        "kwd_attrs",
        "kind",
        "type_ignores",
    }
)
_LEAVES: Final = (ast.Constant, ast.MatchSingleton, ast.Pass, ast.Break, ast.Continue)


@cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that hold nodes."""
    if issubclass(kind, _LEAVES):
        return ()
    return tuple(f for f in kind._fields if f not in _PLAIN)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below, in the order in which they stand."""
    found: list[ast.AST] = []
    for field in _fields(type(node)):  # type: ignore[arg-type]
        value = getattr(node, field, None)
        if type(value) is list:
            found += [one for one in value if one is not None]
        elif value is not None:
            found.append(value)
    return found


def below(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)


def _signature(node: ast.AST) -> list[ast.AST]:
    """What of a definition its surroundings evaluate, and what may bind names there."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = node.args
        defaults = [d for d in arguments.kw_defaults if d is not None]
        return [*node.decorator_list, *arguments.defaults, *defaults]
    return []


def assigned(nodes: Sequence[ast.AST]) -> set[str]:
    """Names that these nodes may bind in their own scope."""
    found: set[str] = set()
    stack: list[ast.AST] = list(nodes)
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                found.add(node.id)  # type: ignore[attr-defined]
            continue
        if kind in _BINDING:
            _bind(node, found)
        if kind in _SCOPES:
            stack += _signature(node)
        elif kind in COMPREHENSIONS:
            found |= _walrus_names(node)
        else:
            stack += children(node)
    return found


def _bind(node: ast.AST, found: set[str]) -> None:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        found.add(node.id)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or (
        isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name
    ):
        found.add(str(node.name))
    elif isinstance(node, ast.MatchMapping) and node.rest:
        found.add(node.rest)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        found.update((a.asname or a.name.split(".")[0]) for a in node.names if a.name != "*")


def _walrus_names(comprehension: ast.AST) -> set[str]:
    return {
        node.target.id
        for node in below(comprehension)
        if isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name)
    }


class Scopes:
    """The scopes of one file; each of its nodes is looked at once."""

    def __init__(self) -> None:
        self._scans: dict[ast.AST, Scan] = {}

    def scope_of(self, owner: ast.AST, parameters: Iterable[str] = ()) -> Scope:
        """The scope of a module, class or function."""
        scan = self.scan(owner)
        own = (scan.bound | frozenset(parameters)) - scan.globals - scan.nonlocals
        return Scope(own, scan.globals, scan.nonlocals, scan.inner_used & own)

    def rebound_cells(self, owner: ast.AST, scope: Scope) -> frozenset[str]:
        """Its names that nested functions rebind."""
        return self.scan(owner).all_nonlocals & scope.bound

    def read_by_functions(self, node: ast.AST) -> frozenset[str]:
        """Names that functions in an expression read from around them."""
        found: frozenset[str] = frozenset()
        for function in (n for n in below(node) if isinstance(n, FUNCTIONS)):
            scan = self.scan(function)
            found |= scan.used - scan.bound - {*parameter_names(function.args)}
        return found

    def scan(self, owner: ast.AST) -> Scan:
        if owner not in self._scans:
            body = owner.body  # type: ignore[attr-defined]
            self._scans[owner] = self._scan(body if isinstance(body, list) else [body])
        return self._scans[owner]

    def _scan(self, body: list[ast.AST]) -> Scan:
        bound: set[str] = assigned(body)
        declared: tuple[set[str], set[str]] = set(), set()
        used, inner = set[str](), set[str]()
        deeper: frozenset[str] = frozenset()
        stack = list(body)
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is ast.Name:
                used.add(node.id)  # type: ignore[attr-defined]
            elif kind in _SCOPES:
                scan = self.scan(node)
                inner |= scan.used
                inner.update(
                    n.id for part in _around(node) for n in below(part) if type(n) is ast.Name
                )
                deeper |= scan.all_nonlocals
            elif kind is ast.Global or kind is ast.Nonlocal:
                declared[kind is ast.Nonlocal].update(node.names)  # type: ignore[attr-defined]
            else:
                stack += children(node)
        nonlocals = frozenset(declared[True])
        return Scan(
            frozenset(bound),
            frozenset(declared[False]),
            nonlocals,
            frozenset(inner),
            frozenset(used | inner) | nonlocals,
            nonlocals | deeper,
        )


def _around(node: ast.AST) -> list[ast.AST]:
    """All of a definition but its body."""
    return [
        part
        for field in _fields(type(node))  # type: ignore[arg-type]
        if field != "body"
        for part in _listed(getattr(node, field, None))
    ]


def _listed(value: Any) -> list[ast.AST]:
    if isinstance(value, list):
        return [one for one in value if one is not None]
    return [value] if value is not None else []


_SCOPES: Final = frozenset({*FUNCTIONS, ast.ClassDef})
_BINDING: Final = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.ExceptHandler,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
        ast.Import,
        ast.ImportFrom,
    }
)


def parameter_names(arguments: ast.arguments) -> list[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names = [a.arg for a in every]
    names += [a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return names


def dotted(node: ast.AST) -> str:
    """Source-like text of a name, attribute, subscript or union; "" for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            base = dotted(value)
            return f"{base}.{attr}" if base else ""
        case ast.Subscript(value=value, slice=inside):
            return f"{dotted(value)}[{dotted(inside)}]"
        case ast.Tuple(elts=elts):
            return ", ".join(dotted(e) for e in elts)
        case ast.List(elts=elts):
            return f"[{', '.join(dotted(e) for e in elts)}]"
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{dotted(left)} | {dotted(right)}"
        case ast.Constant(value=None):
            return "None"
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=value):
            return "..." if value is ... else repr(value)
        case ast.Call(func=func):
            return f"{dotted(func)}()"
    return ""
