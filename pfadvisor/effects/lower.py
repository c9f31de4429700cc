"""A file's syntax tree to its Facts: the only place that reads `ast` for meaning.

`lower` takes the tree and text of one file and gives ModuleFacts with every
scope in single-assignment form and every loop listed. It looks at no other
file and decides nothing. Raises RecursionError on trees too deep to walk.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from pfadvisor.effects.facts import Class, Function, Loop, ModuleFacts
from pfadvisor.effects.lower_comp import CALLED
from pfadvisor.effects.lower_expr import lower_expr
from pfadvisor.effects.lower_stmt import lower_body
from pfadvisor.effects.parameters import arguments_of, defaults_of, params_of
from pfadvisor.effects.scopes import Scope, Scopes, dotted, parameter_names
from pfadvisor.effects.ssa import Builder, Columns
from pfadvisor.effects.versions import BUILTINS, flags_of
from pfadvisor.model import Span
from pfadvisor.source.suppress import pure_rows

_IMPORTS_ALL = re.compile(r"\bimport\s*\*")
_FOR = re.compile(r"\bfor\b")


class Module:
    """What the scopes of one file share while they are lowered."""

    def __init__(self, text: str, name: str) -> None:
        self.lines = text.split("\n")
        self.columns = Columns(text)
        self.scopes = Scopes()
        self.name = name
        self.functions: list[Function | None] = []
        self.classes: list[Class | None] = []
        self.imports: dict[str, tuple[str, str, int]] = {}
        self.stars: list[tuple[str, int]] = []
        self.bindings: dict[str, int] = {}
        self.names: frozenset[str] = frozenset()
        self.flags: dict[str, bool] = {}
        self.guards: list[Span] = []
        self.global_writes = self._global_names(text)
        self.has_lambda = "lambda" in text
        self.pure_rows = pure_rows(text)

    @staticmethod
    def _global_names(text: str) -> frozenset[str]:
        found = re.findall(r"^[ \t]*global[ \t]+([^#\n;]+)", text, re.M)
        return frozenset(name.strip() for group in found for name in group.split(","))


class Lowering:
    """Lowers one scope. `outer` are the names that enclosing functions bind."""

    def __init__(
        self,
        module: Module,
        kind: str,
        scope: Scope,
        qualname: str,
        outer: frozenset[str],
        index: int,
        owner_class: int = -1,
        shared: frozenset[str] = frozenset(),
    ) -> None:
        self.module, self.kind, self.qualname = module, kind, qualname
        self.outer, self.index, self.owner_class = outer, index, owner_class
        self.builder = Builder(module.columns, scope, shared)
        self.span = module.columns.span
        self.has_lambda = module.has_lambda
        self.class_stack: tuple[str, ...] = ()

    def body(self, statements: list[ast.stmt]) -> None:
        lower_body(self, statements)

    def expr(self, node: ast.expr) -> int:
        return lower_expr(self, node)

    def is_builtin(self, name: str) -> bool:
        """Whether nothing in sight binds the name of a builtin."""
        scope = self.builder.scope
        inner = [scope.bound, scope.nonlocals, self.outer, *self.builder.comp_scopes]
        module = self.module
        if self._still_builtin(name):
            return True
        return not any(name in names for names in (*inner, module.names, module.global_writes))

    def _still_builtin(self, name: str) -> bool:
        """Whether a name of the module means the builtin here, above where it is bound."""
        bound = self.builder.env[name] >= 0 or name in self.module.global_writes
        return self.kind == "module" and name in BUILTINS and not (bound or self.module.stars)

    def emit(self, op: str, args: tuple[Any, ...], node: ast.AST) -> int:
        return self.builder.emit(op, args, self.span(node))

    def mangle(self, name: str) -> str:
        if name.startswith("__") and not name.endswith("__") and self.class_stack:
            return f"_{self.class_stack[-1].lstrip('_')}{name}"
        return name

    def read(self, name: str, node: ast.AST) -> int:
        builder = self.builder
        for comp_scope in reversed(builder.comp_scopes):
            if name in comp_scope:
                return comp_scope[name]
        if name in builder.scope.bound and name not in builder.shared:
            value = builder.env[name]
            if self.kind in ("module", "class") and (
                value < 0 or name in self.module.global_writes
            ):
                return self.emit("builtin" if self._still_builtin(name) else "name", (name,), node)
            return builder.unbound() if value < 0 else value
        if name in builder.shared or (name in self.outer and name not in builder.scope.globals):
            return self.emit("free", (name,), node)
        return self.emit("name", (name,), node)

    def bind(self, name: str, value: int, node: ast.AST) -> None:
        builder = self.builder
        if name in builder.scope.globals:
            self.emit("setname", (name, value), node)
        elif name in builder.scope.nonlocals or name in builder.shared:
            self.emit("setcell", (name, value), node)
        else:
            builder.set_local(name, value, self.span(node))
            if self.kind in ("module", "class"):
                self.emit("setname", (self.mangle(name), value), node)
                if self.kind == "module" and not builder.never:
                    self.module.bindings[name] = self.module.bindings.get(name, 0) + 1

    def bind_target(self, target: ast.expr, value: int) -> None:
        """Assign `value` to a target of any shape."""
        match target:
            case ast.Name(id=name):
                self.bind(name, value, target)
            case ast.Attribute(value=base, attr=attr):
                place = lower_expr(self, base)
                self.emit("setattr", (place, self.mangle(attr), value), target)
            case ast.Subscript(value=base, slice=inside):
                place = lower_expr(self, base)
                self.emit("setitem", (place, lower_expr(self, inside), value), target)
            case ast.Starred(value=inner):
                self.bind_target(inner, self.emit("display", ("list", value), target))
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                for number, part in enumerate(elts):
                    piece = self.emit("unpack", (value, number, len(elts)), part)
                    self.bind_target(part, piece)

    def bind_comp_target(self, target: ast.expr, value: int, shared: frozenset[str]) -> None:
        match target:
            case ast.Name(id=name):
                self.builder.comp_scopes[-1][name] = value
                if name in shared:
                    self.emit("setcell", (name, value), target)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                for number, part in enumerate(elts):
                    piece = self.emit("unpack", (value, number, len(elts)), part)
                    self.bind_comp_target(part, piece, shared)
            case ast.Starred(value=inner):
                self.bind_comp_target(inner, value, shared)
            case _:
                self.bind_target(target, value)

    def for_position(self, node: Any) -> tuple[int, int]:
        """Row and column of the first `for` of a comprehension."""
        last = node.value if isinstance(node, ast.DictComp) else node.elt
        begin, end = self.span(last), self.span(node.generators[0].target)
        for row in range(begin.end_row, end.row + 1):
            line = self.module.lines[row - 1]
            low = begin.end_column - 1 if row == begin.end_row else 0
            high = end.column - 1 if row == end.row else len(line)
            found = _FOR.search(line[low:high].split("#")[0])
            if found:
                return row, low + found.start() + 1
        return end.row, end.column

    def define_function(self, node: Any, kind: str) -> int:
        """Lower a def or lambda; its value in this scope."""
        arguments: ast.arguments = node.args
        decorators = [] if kind == "lambda" else node.decorator_list
        for expression in decorators:
            lower_expr(self, expression)
        defaults = tuple((n, lower_expr(self, one)) for n, one in defaults_of(arguments))
        name = "<lambda>" if kind == "lambda" else node.name
        names = parameter_names(arguments)
        scope = self.module.scopes.scope_of(node, names)
        shared = self.module.scopes.rebound_cells(node, scope)
        inner_outer = (
            self.outer if self.kind in ("module", "class") else self.outer | self._visible()
        )
        index = len(self.module.functions)
        self.module.functions.append(None)
        prefix = (
            f"{self.qualname}.<locals>."
            if self.kind in ("function", "lambda")
            else (f"{self.qualname}." if self.qualname else "")
        )
        inner = Lowering(
            self.module,
            kind,
            scope,
            prefix + name,
            inner_outer,
            index,
            self.owner_class if self.kind == "class" else -1,
            shared,
        )
        inner.class_stack = self.class_stack
        for number, argument in enumerate(arguments_of(arguments)):
            value = inner.emit("param", (number,), argument)
            inner.builder.set_local(argument.arg, value, self.span(argument))
            if argument.arg in shared:
                inner.emit("setcell", (argument.arg, value), argument)
        if kind == "lambda":
            inner.builder.open_stmt("lambda", self.span(node))
            inner.emit("ret", (lower_expr(inner, node.body),), node)
        else:
            lower_body(inner, node.body)
        name = self.mangle(name) if self.kind == "class" else name
        finished = inner.finish(node, name, self.index, decorators)
        self.module.functions[index] = finished._replace(defaults=defaults)
        return self.emit("func", (index,), node)

    def define_class(self, node: ast.ClassDef) -> int:
        for expression in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            lower_expr(self, expression)
        prefix = (
            f"{self.qualname}.<locals>."
            if self.kind in ("function", "lambda")
            else (f"{self.qualname}." if self.qualname else "")
        )
        number, index = len(self.module.classes), len(self.module.functions)
        self.module.classes.append(None)
        self.module.functions.append(None)
        inner_outer = (
            self.outer if self.kind in ("module", "class") else self.outer | self._visible()
        )
        scope = self.module.scopes.scope_of(node)
        inner = Lowering(
            self.module, "class", scope, prefix + node.name, inner_outer, index, number
        )
        inner.class_stack = (*self.class_stack, node.name)
        lower_body(inner, node.body)
        self.module.functions[index] = inner.finish(
            node, node.name, self.index, node.decorator_list
        )
        methods = {
            f.name: i
            for i, f in enumerate(self.module.functions[index + 1 :], index + 1)
            if f is not None
            and f.owner_class == number
            and f.parent == index
            and f.kind == "function"
        }
        self.module.classes[number] = Class(
            node.name,
            prefix + node.name,
            tuple(dotted(b) for b in node.bases),
            tuple(methods.items()),
            tuple(dotted(d) for d in node.decorator_list),
            index,
            _fields(node),
            "<locals>" in prefix,
            self.span(node),
            tuple(k.arg or "" for k in node.keywords),
            "".join(dotted(k.value) or "?" for k in node.keywords if k.arg == "metaclass"),
            any(_may_be_told(d, ("eq", "cmp"), usual=True) for d in node.decorator_list),
            any(_may_be_told(d, ("frozen",), usual=False) for d in node.decorator_list),
        )
        return self.emit("class", (number,), node)

    def _visible(self) -> frozenset[str]:
        comp_names = frozenset(n for scope in self.builder.comp_scopes for n in scope)
        return self.builder.scope.bound | comp_names

    def finish(self, node: Any, name: str, parent: int, decorators: list[ast.expr]) -> Function:
        builder = self.builder
        arguments = getattr(node, "args", None)
        returns = getattr(node, "returns", None)
        span = self.span(node) if self.kind != "module" else Span(1, 1, len(self.module.lines), 1)
        if decorators:
            top = self.span(decorators[0])
            span = span._replace(row=top.row, column=max(1, top.column - 1))
        rows = {getattr(node, "lineno", 0), *(one.lineno for one in decorators)}
        return Function(
            name,
            self.qualname,
            self.kind,
            parent,
            self.owner_class,
            params_of(arguments) if arguments else (),
            tuple(self.mangle(dotted(d)) for d in decorators),
            dotted(returns) if returns is not None else "",
            isinstance(node, ast.AsyncFunctionDef),
            builder.is_generator,
            span,
            tuple(builder.code),
            tuple(builder.stmts),
            tuple(builder.blocks),
            tuple(loop for loop in builder.loops if loop is not None),
            builder.scope.globals,
            builder.scope.inner_reads | builder.shared,
            builder.scope.bound,
            tuple(builder.annotations),
            tuple(builder.phi_names),
            bool(getattr(node, "body", None))
            and isinstance(node.body, list)
            and ast.get_docstring(node, clean=False) is not None
            if self.kind != "lambda"
            else False,
            self.kind == "function" and not rows.isdisjoint(self.module.pure_rows),
            tuple(builder.unreached),
        )


def _may_be_told(decorator: ast.expr, keywords: tuple[str, ...], *, usual: bool) -> bool:
    """Whether an argument of a decorator may be another one than usual."""
    if not isinstance(decorator, ast.Call):
        return False
    told = [k.value for k in decorator.keywords if k.arg in keywords]
    plain = all(isinstance(v, ast.Constant) and v.value is usual for v in told)
    return not plain or bool(decorator.args) or any(k.arg is None for k in decorator.keywords)


def _fields(node: ast.ClassDef) -> tuple[tuple[str, str], ...]:
    """Annotated names of a class body."""
    return tuple(
        (s.target.id, dotted(s.annotation))
        for s in node.body
        if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
    )


def lower(
    tree: ast.Module, text: str, filename: str, module_name: str, is_package: bool
) -> ModuleFacts:
    """Facts of one parsed file. `filename` is the name that findings bear."""
    module = Module(text, module_name)
    module.functions.append(None)
    scope = module.scopes.scope_of(tree)._replace(inner_reads=frozenset())
    module.names = scope.bound | (CALLED if _IMPORTS_ALL.search(text) else frozenset())
    module.flags = flags_of(tree.body) if "version_info" in text else {}
    top = Lowering(module, "module", scope, "", frozenset(), 0)
    lower_body(top, tree.body)
    module.functions[0] = top.finish(tree, module_name, -1, [])
    functions = _number_loops([f for f in module.functions if f is not None], module.lines)
    rebound = {name for name, count in module.bindings.items() if count > 1}
    return ModuleFacts(
        filename,
        module_name,
        is_package,
        functions,
        tuple(c for c in module.classes if c is not None),
        tuple(module.imports.items()),
        tuple(module.stars),
        scope.bound,
        frozenset(rebound | module.global_writes),
        tuple(module.guards),
        module.columns.ascii,
    )


def _header(loop: Loop, lines: list[str]) -> str:
    """Target and iterable as written, white space folded."""
    first, last = loop.target, loop.iterable
    text = (
        lines[first.row - 1][first.column - 1 :]
        if first.row != last.end_row
        else (lines[first.row - 1][first.column - 1 : last.end_column - 1])
    )
    for row in range(first.row + 1, last.end_row + 1):
        line = lines[row - 1]
        text += "\n" + (line[: last.end_column - 1] if row == last.end_row else line)
    return " ".join(text.split())


def _number_loops(functions: list[Function], lines: list[str]) -> tuple[Function, ...]:
    """Ordinals by start position over the whole file, outer loops before inner at a tie."""
    every = [
        (loop.span.row, loop.span.column, -loop.span.end_row, -loop.span.end_column, f, i)
        for f, function in enumerate(functions)
        for i, loop in enumerate(function.loops)
    ]
    ordinals = {(f, i): n for n, (*_, f, i) in enumerate(sorted(every))}
    numbered: list[Function] = []
    for f, function in enumerate(functions):
        loops: tuple[Loop, ...] = tuple(
            loop._replace(ordinal=ordinals[f, i], header=_header(loop, lines))
            for i, loop in enumerate(function.loops)
        )
        numbered.append(function._replace(loops=loops) if loops else function)
    return tuple(numbered)
