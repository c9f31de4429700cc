"""Which calls and names of a module mean pools of workers, by its imports and bindings.

Only what is certain counts: a name that is bound to anything else in its scope is
not a pool, and a pool that comes as a parameter is not known to be one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

Workers = Literal["processes", "threads"]
Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef

POOLS: Final[dict[str, Workers]] = {
    "concurrent.futures.ProcessPoolExecutor": "processes",
    "concurrent.futures.ThreadPoolExecutor": "threads",
    "concurrent.futures.process.ProcessPoolExecutor": "processes",
    "concurrent.futures.thread.ThreadPoolExecutor": "threads",
    "multiprocessing.Pool": "processes",
    "multiprocessing.dummy.Pool": "threads",
    "multiprocessing.pool.Pool": "processes",
    "multiprocessing.pool.ThreadPool": "threads",
}
CONTEXT: Final = "multiprocessing.get_context"
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool that is made: `executor` tells concurrent.futures from multiprocessing."""

    call: ast.Call
    workers: Workers
    executor: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed module with what its import statements bind."""

    tree: ast.Module
    imports: dict[str, str] = field(default_factory=dict)

    def scopes(self) -> Iterator[Scope]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def pool(self, node: ast.expr | None) -> Pool | None:
        """The pool that an expression makes, if it certainly makes one."""
        if not isinstance(node, ast.Call):
            return None
        name = self._dotted(node.func)
        if name in POOLS:
            return Pool(node, POOLS[name], name.startswith("concurrent"))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "Pool":
            made = node.func.value
            if isinstance(made, ast.Call) and self._dotted(made.func) == CONTEXT:
                return Pool(node, "processes", False)
        return None

    def names(self, scope: Scope) -> dict[str, Pool]:
        """Local names that are pools wherever the scope uses them."""
        found: dict[str, Pool] = {}
        count: dict[str, int] = {}
        for node in own_nodes(scope):
            for name, value in _bindings(node):
                count[name] = count.get(name, 0) + 1
                pool = self.pool(value)
                if pool is not None:
                    found[name] = pool
        return {name: pool for name, pool in found.items() if count[name] == 1}

    def calls(self, scope: Scope) -> Iterator[tuple[ast.Call, str, Pool]]:
        """Method calls on pools: the call, the method's name, the pool."""
        names = self.names(scope)
        for node in own_nodes(scope):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                    if name in names:
                        yield node, method, names[name]

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return self.imports.get(name, "")
            case ast.Attribute(value=value, attr=attr):
                prefix = self._dotted(value)
                return f"{prefix}.{attr}" if prefix else ""
        return ""


def read(tree: ast.Module) -> Module:
    imports: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name.partition(".")[0]
                    imports[alias.asname or top] = alias.name if alias.asname else top
            case ast.ImportFrom(module=str(module), names=names, level=0):
                imports |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in names}
    return Module(tree, imports)


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, those of functions and classes inside it left out."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, FUNCTIONS):
            waiting += ast.iter_child_nodes(node)


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
            yield name, value
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.withitem(optional_vars=target) if target is not None:
            yield from _names(target)
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _names(target)
        case ast.For(target=target) | ast.AsyncFor(target=target) | ast.NamedExpr(target=target):
            yield from _names(target)
        case ast.arg(arg=name):
            yield name, None


def _names(target: ast.expr) -> Iterator[tuple[str, None]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id, None
