"""Where a loop stands in its file's tree, and which names are taken there."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Callable, Iterator
from functools import wraps
from weakref import WeakKeyDictionary

from pfadvisor.model import Span
from pfadvisor.rewrite.text import Text, contains

Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Comprehension = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_HEADER = re.compile(r"#!|#.*coding[:=]")


def taken_names(text: Text) -> frozenset[str]:
    """Every identifier of the file."""
    return text.once("names", lambda: frozenset(names_in(text.tree)))


def path_to(text: Text, span: Span, kinds: tuple[type[ast.AST], ...]) -> list[ast.AST]:
    """Nodes from the module down to the node of one of `kinds` at `span`, [] if none is there."""

    def search(node: ast.AST) -> list[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, kinds) and text.span(child) == span:
                return [child]
            if not hasattr(child, "lineno") or contains(_whole(text, child), span):
                found = search(child)
                if found:
                    return [child, *found]
        return []

    found = search(text.tree)
    return [text.tree, *found] if found else []


def _whole(text: Text, node: ast.AST) -> Span:
    span = text.span(node)
    decorators = getattr(node, "decorator_list", [])
    return span._replace(row=min([d.lineno for d in decorators] + [span.row]), column=1)


def per_scope(find: Callable[[ast.AST], set[str]]) -> Callable[[ast.AST], set[str]]:
    """Asked again with each loop of a module, class or function, it is not found out again."""
    known = WeakKeyDictionary[ast.AST, set[str]]()

    @wraps(find)
    def found(node: ast.AST) -> set[str]:
        if not isinstance(node, (ast.Module, *Definition)):
            return find(node)
        if node not in known:
            known[node] = find(node)
        return set(known[node])

    return found


@per_scope
def names_in(node: ast.AST) -> set[str]:
    """Every identifier that `node` reads, binds or declares, attributes excluded."""
    return {name for child in ast.walk(node) for name in _names(child)}


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.ExceptHandler(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the scopes inside of it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*Definition, ast.Lambda, *Comprehension)):
            waiting.extend(ast.iter_child_nodes(node))


def with_parameters(root: ast.AST) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """All nodes, each with the names that functions around it take as parameters."""
    waiting = [(root, frozenset[str]())]
    while waiting:
        node, taken = waiting.pop()
        yield node, taken
        own, body = taken, list[ast.AST]()
        if isinstance(node, Function):
            own |= {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
            body = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
        for child in ast.iter_child_nodes(node):
            waiting.append((child, own if child in body else taken))


@per_scope
def bound_in(definition: ast.AST) -> set[str]:
    """Names that `definition` binds in its own scope."""
    found: set[str] = set()
    stack: list[ast.AST] = list(ast.iter_child_nodes(definition))
    declared: set[str] = set()
    while stack:
        node = stack.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case ast.Import() | ast.ImportFrom():
                found |= names_in(node)
            case ast.Global(names=names):
                declared |= set(names)
        scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, *Comprehension)
        if not isinstance(node, scopes):
            stack.extend(ast.iter_child_nodes(node))
    return found - declared


@per_scope
def loads(node: ast.AST) -> set[str]:
    return {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Store)
    }


@per_scope
def stores(node: ast.AST) -> set[str]:
    return {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    }


def reads(node: ast.AST) -> set[str]:
    """Names of the scope that `node` stands in which it reads: not those that its comprehensions
    and lambdas keep to themselves."""
    match node:
        case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
            return {name}
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            first, own = node.generators[0].iter, _targets(node)
            inside = {n for child in ast.iter_child_nodes(node) for n in reads(child)} - own
            return inside | reads(first)
        case ast.Lambda(args=args):
            own = {n.arg for n in ast.walk(args) if isinstance(n, ast.arg)}
            return (reads(node.body) - own) | reads(args)
    return {name for child in ast.iter_child_nodes(node) for name in reads(child)}


def binds(node: ast.AST) -> set[str]:
    """Names of the scope that `node` stands in which it binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return {name}
        case ast.Lambda(args=args):
            return binds(args)
    found = {name for child in ast.iter_child_nodes(node) for name in binds(child)}
    if isinstance(node, Comprehension):
        walruses = (n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
        return found - _targets(node) | set(walruses)
    return found


def _targets(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> set[str]:
    return {name for each in node.generators for name in stores(each.target)}


def fresh(base: str, taken: set[str] | frozenset[str]) -> str:
    """`base`, or the first `base_2`, `base_3` ... that is free."""
    number = 1
    name = base
    while name in taken or keyword.iskeyword(name) or hasattr(builtins, name):
        number += 1
        name = f"{base}_{number}"
    return name


def outermost(path: list[ast.AST]) -> ast.AST | None:
    """The outermost function or class on the path."""
    return next((node for node in path if isinstance(node, Definition)), None)


def innermost(path: list[ast.AST]) -> ast.AST | None:
    """The function or class whose scope the end of the path stands in."""
    found = [node for node in path[:-1] if isinstance(node, (*Definition, ast.Lambda))]
    return found[-1] if found else None


def enclosing_class(path: list[ast.AST]) -> str:
    """Name of the innermost class around, for private names."""
    names = [node.name for node in path if isinstance(node, ast.ClassDef)]
    return names[-1] if names else ""


def enclosing_function(path: list[ast.AST]) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    found = [n for n in path[:-1] if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return found[-1] if found else None


def top_statement(path: list[ast.AST]) -> ast.stmt:
    """The module-level statement that the path goes through."""
    node = path[1]
    assert isinstance(node, ast.stmt)
    return node


def first_row(text: Text, statement: ast.stmt) -> int:
    """Row where it starts, with its decorators and the comments directly above."""
    row = _whole(text, statement).row
    indent = text.indent(row)
    while row > 1:
        above = text.row(row - 1)
        if not above.startswith(indent + "#") or _HEADER.match(above):
            break
        row -= 1
    return row
