"""Types of expressions, as far as annotations and literals tell them, as annotation texts.

Nothing is guessed: what is not known is None. A type checker must agree with what is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from pfadvisor.rewrite.bindings import Bindings
from pfadvisor.rewrite.flow import is_boolean
from pfadvisor.rewrite.library import Library
from pfadvisor.rewrite.scope import Definition, enclosing_function
from pfadvisor.rewrite.text import Text

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef
Stated = Sequence[tuple[str, str]]
ANY: Final = "Any"

_ONE: Final = frozenset(
    {"list", "List", "set", "Set", "frozenset", "FrozenSet", "Sequence", "Iterable", "Iterator"}
    | {"Collection", "deque", "MutableSequence", "AbstractSet", "Generator"}
)
_KEYED: Final = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict"})
_WRAPPERS: Final = frozenset({"sorted", "reversed", "list", "tuple", "set", "iter", "frozenset"})
_MADE: Final = {"sorted": "list", "list": "list", "set": "set", "frozenset": "frozenset"}
_BUILTINS: Final = {
    **dict.fromkeys(("len", "int", "ord", "hash"), "int"),
    **dict.fromkeys(("str", "repr", "chr", "ascii", "hex", "bin", "oct"), "str"),
    **dict.fromkeys(("bool", "isinstance", "any", "all", "callable", "hasattr"), "bool"),
    "float": "float",
    "bytes": "bytes",
}
_STRING: Final = {
    **dict.fromkeys(("strip", "lower", "upper", "replace", "join", "title", "lstrip"), "str"),
    **dict.fromkeys(("rstrip", "format", "zfill", "capitalize", "ljust", "rjust"), "str"),
    **dict.fromkeys(("split", "splitlines", "rsplit"), "list[str]"),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isalpha"), "bool"),
    **dict.fromkeys(("count", "find", "index"), "int"),
    "encode": "bytes",
}
_PATH_TESTS: Final = frozenset({"exists", "isabs", "isdir", "isfile", "islink", "lexists"})
_UNBOUND: Final = ("staticmethod", "classmethod")
_NUMBERS: Final = ("int", "float")
_ARITHMETIC: Final = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


class Types:
    """What is known at one place of a file."""

    def __init__(self, text: Text, path: Sequence[ast.AST], stated: Stated = ()) -> None:
        """`stated`: what functions of other modules say that they return."""
        self.tree = text.tree
        self.stated = dict(stated)
        self.library: Library = text.once("library", lambda: Library(text.tree))
        self._bindings: dict[ast.AST, Bindings] = text.once("bindings", dict)
        self.scope: ast.AST = enclosing_function(list(path)) or text.tree
        classes = [node for node in path if isinstance(node, ast.ClassDef)]
        self.owner = classes[-1] if classes else None
        self._inner: list[Mapping[str, str]] = []
        self._asked: set[str] = set()
        self._answers: dict[str, str | None] = {}  # to what one question leads to

    # -- names -------------------------------------------------------------------------------

    def name(self, name: str) -> str | None:
        """The type of a local or of a variable of the module."""
        for inner in reversed(self._inner):
            if name in inner:
                return inner[name] if inner[name] != ANY else None
        if name in self._asked:
            return None
        if name in self._answers and not self._inner:
            return self._answers[name]
        self._asked.add(name)
        try:
            local = name in self._bindings_of(self.scope).names
            found = self._bound(name, self.scope if local else self.tree)
        finally:
            self._asked.discard(name)
        if not self._inner:
            self._answers[name] = found
        if not self._asked:
            self._answers.clear()
        return found

    def _bound(self, name: str, scope: ast.AST) -> str | None:
        """What all bindings of the scope agree on; an annotation decides alone."""
        if isinstance(scope, FunctionDef):
            arguments = scope.args
            for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                if arg.arg == name:
                    return ast.unparse(arg.annotation) if arg.annotation else None
        bindings = self._bindings_of(scope)
        if name in bindings.annotated:
            return ast.unparse(bindings.annotated[name])
        agreed = {self._binding(bound, by) for bound, by in bindings.stored.get(name, ())}
        return agreed.pop() if len(agreed) == 1 else None

    def _bindings_of(self, scope: ast.AST) -> Bindings:
        if scope not in self._bindings:
            self._bindings[scope] = Bindings(scope)
        return self._bindings[scope]

    def _binding(self, name: ast.Name, by: ast.AST | None) -> str | None:
        """The type that one binding gives the name."""
        match by:
            case ast.Assign(targets=[target], value=value):
                return self._part(target, self.value(value), name)
            case ast.AugAssign(op=op, value=value):
                return self._arithmetic(op, self.name(name.id), self.value(value))
            case ast.NamedExpr(value=value):
                return self.value(value)
            case ast.withitem(context_expr=opened):
                return "TextIO" if _opens_text(opened) else None
            case ast.For(target=target, iter=source):
                return self._part(target, self.element(source), name)
        return None

    def _part(self, target: ast.expr, given: str | None, name: ast.Name) -> str | None:
        return self.parts(target, given).get(name.id)

    def parts(self, target: ast.expr, given: str | None) -> dict[str, str]:
        """The types of the names in a target that is bound to a `given`."""
        match target:
            case ast.Name(id=name):
                return {name: given} if given else {}
            case ast.Tuple(elts=parts) if given:
                head, inner = _split(given)
                if head == "tuple" and len(inner) == len(parts) and inner[-1] != "...":
                    pairs = zip(parts, inner, strict=True)
                    return {n: t for p, i in pairs for n, t in self.parts(p, i).items()}
        return {}

    # -- expressions -------------------------------------------------------------------------

    def element(self, source: ast.expr) -> str | None:
        """The type of an iterable's items."""
        match source:
            case ast.Call(func=ast.Name(id="range")):
                return "int"
            case ast.Call(func=ast.Name(id="enumerate"), args=[first, *_]):
                return f"tuple[int, {self.element(first) or ANY}]"
            case ast.Call(func=ast.Name(id="zip"), args=args) if len(args) > 1:
                return f"tuple[{', '.join(self.element(each) or ANY for each in args)}]"
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _WRAPPERS:
                return self.element(first)
            case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[]):
                view = _view(self.value(owner), attr)
                if view:
                    return view
        return _element(self.value(source))

    def value(self, node: ast.expr) -> str | None:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | bytes() as value):
                return type(value).__name__
            case ast.JoinedStr():
                return "str"
            case ast.Name(id=name):
                return self.name(name)
            case ast.NamedExpr(value=value):
                return self.value(value)
            case ast.UnaryOp(op=ast.Not()):
                return "bool"
            case ast.Compare():
                return "bool" if is_boolean(node, self.value) else None
            case ast.BoolOp(values=values):
                return self._same(values)
            case ast.BinOp(left=left, op=op, right=right):
                return self._arithmetic(op, self.value(left), self.value(right))
            case ast.IfExp(body=body, orelse=orelse):
                return self._same([body, orelse])
            case ast.Call():
                return self._call(node)
            case ast.Await(value=ast.Call() as call):
                return self._call(call, awaited=True)
            case ast.Attribute(value=ast.Name(id="self"), attr=attr):
                return self.attribute(attr)
        return self._made(node)

    def _made(self, node: ast.expr) -> str | None:
        """The type of a display, a comprehension or a part."""
        match node:
            case ast.Subscript(value=owner, slice=index):
                return _item(self.value(owner), index)
            case ast.Tuple(elts=[_, *_] as parts):
                return f"tuple[{', '.join(self.value(part) or ANY for part in parts)}]"
            case ast.List(elts=[_, *_] as parts):
                return _of("list", self._same(parts))
            case ast.ListComp(elt=elt, generators=generators):
                return _of("list", self.inside(generators, elt))
            case ast.SetComp(elt=elt, generators=generators):
                return _of("set", self.inside(generators, elt))
            case ast.DictComp(key=key, value=value, generators=generators):
                pair = self.inside(generators, ast.Tuple([key, value], ast.Load()))
                return f"dict{pair.removeprefix('tuple')}" if pair else None
            case ast.Dict(keys=[_, *_] as keys, values=values) if None not in keys:
                named, held = self._same([key for key in keys if key]), self._same(values)
                return f"dict[{named}, {held}]" if named and held else None
        return None

    def inside(self, generators: Sequence[ast.comprehension], node: ast.expr) -> str | None:
        """The type of an expression inside of a comprehension."""
        with self._within(generators):
            return self.value(node)

    @contextmanager
    def _within(self, generators: Sequence[ast.comprehension]) -> Iterator[None]:
        before = len(self._inner)
        for each in generators:
            known = self.parts(each.target, self.element(each.iter))
            names = {n.id for n in ast.walk(each.target) if isinstance(n, ast.Name)}
            self._inner.append({name: known.get(name, ANY) for name in names})
        try:
            yield
        finally:
            del self._inner[before:]

    def _same(self, nodes: Sequence[ast.expr]) -> str | None:
        found = {self.value(node) for node in nodes}
        return found.pop() if len(found) == 1 else None

    def _arithmetic(self, op: ast.operator, left: str | None, right: str | None) -> str | None:
        if left in _NUMBERS and right in _NUMBERS:
            if isinstance(op, ast.Div):
                return "float"
            if isinstance(op, _ARITHMETIC):
                return "float" if "float" in (left, right) else "int"
        if isinstance(op, ast.Div) and self.library.names.get(left or "") == "pathlib.Path":
            return left
        if left == right and left in ("str", "bytes") and isinstance(op, ast.Add):
            return left
        return "str" if left == "str" and isinstance(op, (ast.Mod, ast.Mult)) else None

    def _call(self, call: ast.Call, *, awaited: bool = False) -> str | None:
        elsewhere = None if awaited else self.stated.get(ast.unparse(call.func))
        if elsewhere:
            return elsewhere
        match call.func:
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="os"), attr="path"), attr=attr
            ):
                return "bool" if attr in _PATH_TESTS else None
            case ast.Name(id=name):
                return self._called(name, call, awaited)
            case ast.Attribute(value=ast.Name(id="self"), attr=attr) if self.owner:
                return _returned(_definition(self.owner.body, attr), awaited)
            case ast.Attribute(value=owner, attr=attr) if attr in _STRING and not awaited:
                if self.value(owner) == "str":
                    return _STRING[attr]
            case ast.Attribute(value=owner, attr=attr) if self._class_of(owner):
                return _returned(_definition(self._class_of(owner), attr), awaited)
        return None if awaited else self.library.plain(call, self.value)

    def _class_of(self, node: ast.expr) -> Sequence[ast.stmt]:
        """The body of the class that an expression names, or is an instance of."""
        named = node.id if isinstance(node, ast.Name) else ""
        owner = self.owner if named == "cls" else None
        known = self.value(node) or named
        defined = owner or _definition(self.tree.body, known)
        if not isinstance(defined, ast.ClassDef):
            return []
        generic = any(isinstance(base, ast.Subscript) for base in defined.bases)
        return [] if generic or getattr(defined, "type_params", []) else defined.body

    def _called(self, name: str, call: ast.Call, awaited: bool) -> str | None:
        local = isinstance(self.scope, FunctionDef) and name in self._bindings_of(self.scope).names
        defined = self._defined_here(name) if local else _definition(self.tree.body, name)
        if local and not isinstance(defined, FunctionDef):
            return None
        if isinstance(defined, ast.ClassDef):
            return name if not awaited else None
        if defined is not None or awaited:
            return _returned(defined, awaited)
        if name in _MADE and len(call.args) == 1:
            return _of(_MADE[name], self._element_of(call.args[0]))
        if name in ("sum", "min", "max", "abs") and len(call.args) == 1:
            one = self.value(call.args[0]) if name == "abs" else self._element_of(call.args[0])
            return one if one in _NUMBERS else None
        return _BUILTINS.get(name) or self.library.plain(call, self.value)

    def _defined_here(self, name: str) -> FunctionDef | ast.ClassDef | None:
        """What the function defines under the name, where nothing else binds it."""
        scope = self.scope
        if not isinstance(scope, FunctionDef) or name in self._bindings_of(scope).stored:
            return None
        return _definition(scope.body, name)

    def _element_of(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.GeneratorExp):
            return self.inside(node.generators, node.elt)
        return self.element(node)

    def attribute(self, attr: str) -> str | None:
        """The type of `self.attr`, as the class or its `__init__` states it."""
        if self.owner is None:
            return None
        for node in self.owner.body:
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    if name == attr:
                        return ast.unparse(annotation)
        made = _definition(self.owner.body, "__init__")
        for child in ast.walk(made) if isinstance(made, FunctionDef) else ():
            match child:
                case ast.AnnAssign(target=ast.Attribute(attr=name), annotation=annotation):
                    if name == attr:
                        return ast.unparse(annotation)
                case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Name(id=given)):
                    if name == attr and isinstance(made, FunctionDef):
                        return self._bound(given, made)
        return None


def _opens_text(node: ast.expr) -> bool:
    """Whether it is `open` without a mode, or with one that is plainly not binary."""
    match node:
        case ast.Call(func=ast.Name(id="open"), args=[_], keywords=named):
            return all(each.arg in ("encoding", "errors", "newline") for each in named)
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str(mode))]):
            return "b" not in mode
    return False


def _definition(body: Sequence[ast.stmt], name: str) -> FunctionDef | ast.ClassDef | None:
    """The only definition of that name."""
    found = [node for node in body if isinstance(node, Definition) and node.name == name]
    return found[0] if len(found) == 1 else None


def _returned(defined: FunctionDef | ast.ClassDef | None, awaited: bool) -> str | None:
    if not isinstance(defined, FunctionDef) or defined.returns is None:
        return None
    if any(ast.unparse(each) not in _UNBOUND for each in defined.decorator_list):
        return None
    if isinstance(defined, ast.AsyncFunctionDef) != awaited:
        return None
    stated = ast.unparse(defined.returns)
    return stated if "Self" not in stated else None


def _split(annotation: str) -> tuple[str, list[str]]:
    """(last word of the generic, its arguments)"""
    try:
        node = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return "", []
    inner: list[ast.expr] = []
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        node = node.value
    head = ast.unparse(node).rpartition(".")[2]
    return head, ["..." if _dots(each) else ast.unparse(each) for each in inner]


def _dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _of(head: str, inner: str | None) -> str | None:
    return f"{head}[{inner}]" if inner else None


def _element(annotation: str | None) -> str | None:
    head, inner = _split(annotation or "None")
    if head in ("str", "bytes", "range"):
        return "str" if head == "str" else "int"
    if head == "TextIO":
        return "str"
    if head == "tuple":
        if len(inner) == 2 and inner[1] == "...":
            return inner[0]
        return inner[0] if inner and len(set(inner)) == 1 else None
    return inner[0] if inner and (head in _ONE or head in _KEYED) else None


def _view(annotation: str | None, method: str) -> str | None:
    head, inner = _split(annotation or "None")
    if head not in _KEYED or len(inner) != 2:
        return None
    views = {"items": f"tuple[{inner[0]}, {inner[1]}]", "keys": inner[0], "values": inner[1]}
    return views.get(method)


def _item(annotation: str | None, index: ast.expr) -> str | None:
    head, inner = _split(annotation or "None")
    if isinstance(index, ast.Slice):
        return annotation if head in ("list", "str", "bytes") else None
    if head == "str":
        return "str"
    if head in _KEYED and len(inner) == 2:
        return inner[1]
    return inner[0] if head in ("list", "List", "Sequence") and inner else None
