"""The function that compute becomes: its parameters, its text, and how it is named at the call.

It stands at module level, so that a fresh interpreter finds it: captures are its first
parameters, private names are spelled out, `self` gets the name of its class.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pfadvisor.backends._choice import traits_of
from pfadvisor.model import Input, Plan, Span
from pfadvisor.rewrite.attributes import needed_attributes
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.layout import bare, fitted
from pfadvisor.rewrite.lengths import length_of, measured
from pfadvisor.rewrite.lifting import free_names, lifted
from pfadvisor.rewrite.naming import worker_name
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import (
    bound_in,
    enclosing_class,
    enclosing_function,
    fresh,
    loads,
    names_in,
    stores,
    with_parameters,
)
from pfadvisor.rewrite.shape import without
from pfadvisor.rewrite.text import Text, contains, moved

ITEMS: Final = ("item", "entry", "element")  # what an item that is taken apart may be called

Swap = tuple[Span, str]

_FRAME = frozenset({"eval", "exec", "locals", "globals", "vars", "super", "__class__"})


class Worker:
    """Collects what one loop's compute needs; `define` adds the function to the file."""

    def __init__(
        self,
        context: FileContext,
        plan: Plan,
        loop: ast.AST,
        target: str,
        names: set[str],
        backend: str = "auto",
    ) -> None:
        """`target` is the text of what an item is bound to, `names` what that binds."""
        self.context, self.plan, self.loop = context, plan, loop
        self.target, self.names = target, names
        self.own: dict[str, str] = {}  # private accumulator -> what it is called here
        self.name = ""
        self.private = False
        self.initializer: tuple[str, tuple[str, ...]] | None = None
        self.text: Text = context.text
        origins = {"capture", "global"} if plan.mode == "processes" else {"capture"}
        every = [i for i in plan.inputs if i.origin in origins]
        self.imports = _imports(context, {i.name for i in every})
        every = [i for i in every if i.name not in self.imports]
        captured = {i.name for i in every if i.origin == "capture"}
        self.lifted = lifted(context, captured) if plan.mode == "processes" else {}
        every = [i for i in every if i.name not in self.lifted]
        shared = plan.mode == "processes" and traits_of(backend).captures == "initializer"
        self.large = [i for i in every if i.large and shared]
        self.captures = [i for i in every if i not in self.large]
        self.base = worker_name(self.text, loop)
        self.attributes: dict[str, str] = {}
        self.lengths: dict[str, str] = {}
        self.renamed = self._renamings()

    def swaps(self, nodes: Sequence[ast.AST]) -> list[Swap]:
        """Texts of compute that read differently outside of their class."""
        if "self" in self.renamed and not self.lifted:
            self._take_attributes(nodes)
        if self.plan.mode == "processes" and not self.lifted:
            self._take_lengths(nodes)
        owner = enclosing_class(self.context.path).lstrip("_")
        local = self._local().union(self.names, *(stores(node) for node in nodes))
        return [swap for node in nodes for swap in self._swaps(node, owner, local)]

    def _swaps(self, root: ast.AST, owner: str, local: set[str]) -> Iterator[Swap]:
        """Private locals keep their names: each side spells them alike in all places."""
        bound = local | _inner_names([root])
        for node, hidden in with_parameters(root):
            attribute, length = self._attribute(node, hidden), length_of(node)
            if attribute:
                yield self.text.span(node), attribute
            elif length in self.lengths and length not in hidden:
                yield self.text.span(node), self.lengths[length]
            elif isinstance(node, ast.Name) and node.id in self.renamed:
                if node.id not in hidden:
                    yield self.text.span(node), self.renamed[node.id]
            elif (
                isinstance(node, ast.Name) and owner and _private(node.id) and node.id not in bound
            ):
                yield self.text.span(node), f"_{owner}{node.id}"
            elif isinstance(node, ast.Attribute) and owner and _private(node.attr):
                span = self.text.span(node)
                start = span.end_column - len(node.attr)
                self.private = True
                yield Span(span.end_row, start, *span[2:]), f"_{owner}{node.attr}"
            elif isinstance(node, ast.keyword) and owner and _private(node.arg or ""):
                raise Refused("the body passes a private name as a keyword")

    def _take_attributes(self, nodes: Sequence[ast.AST]) -> None:
        """Send what compute reads of `self` instead of `self`, if that is enough."""
        compute = [node for node in nodes if "self" in names_in(node)]
        classes = [node for node in self.context.path if isinstance(node, ast.ClassDef)]
        taken = set[str]().union(*(names_in(node) for node in nodes), self.names)
        taken |= {capture.name for capture in self.captures}
        owner = classes[-1] if classes else None
        found = needed_attributes(owner, compute, taken, self._is_computed)
        if found and not any(given.name == "self" for given in self.large):
            self.attributes = found
            del self.renamed["self"]

    def grows(self) -> str:
        """What goes with each item while the commit changes it, "" for nothing."""
        items = (given for given in self.plan.inputs if given.origin in ("target", "head"))
        sent = {given.name for given in (*self.captures, *self.large, *items)} - self.lengths.keys()
        for place in self.plan.growing:
            name, _, part = place.partition(".")
            split = name == "self" and self.attributes and part
            if name in sent and (not split or part in self.attributes):
                return place
        return ""

    def _take_lengths(self, nodes: Sequence[ast.AST]) -> None:
        """Send how long a capture is instead of what it holds, if that is enough."""
        names = [given.name for given in (*self.captures, *self.large) if given.sized]
        if not names or "len" in bound_in(self.text.tree) | self._local():
            return
        taken = set[str]().union(*(names_in(node) for node in nodes), self.names)
        taken.update(self.attributes.values())
        self.lengths = measured(nodes, names, taken, self._is_computed)
        self.captures += [given for given in self.large if given.name in self.lengths]
        self.large = [given for given in self.large if given.name not in self.lengths]
        for name in self.lengths:
            self.renamed.pop(name, None)

    def _is_computed(self, node: ast.AST) -> bool:
        if not isinstance(self.loop, (ast.For, ast.AsyncFor)):
            return True
        span = self.text.span(node)
        return any(g.stage == "compute" and contains(g.span, span) for g in self.plan.granules)

    def _attribute(self, node: ast.AST, hidden: frozenset[str]) -> str:
        """The local that stands for an attribute: a parameter for one of `self`."""
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name not in hidden:
                owner = enclosing_class(self.context.path).lstrip("_")
                known = f"_{owner}{attr}" if owner and _private(attr) else attr
                own = self.own.get(f"{name}.{known}", "")
                return own or (self.attributes.get(attr, "") if name == "self" else "")
        return ""

    def _renamings(self) -> dict[str, str]:
        function = enclosing_function(self.context.path)
        owner = enclosing_class(self.context.path)
        shared = {given.name: f"{self.base}_{given.name.strip('_')}" for given in self.large}
        names = {capture.name for capture in self.captures}
        if function is None or not owner or not function.args.args:
            return shared
        first = function.args.args[0].arg
        if first not in names or first not in ("self", "cls"):
            return shared
        called = _snake(owner) if first == "self" else f"{_snake(owner)}_class"
        return shared | {first: fresh(called, names_in(function))}

    def define(
        self,
        body: list[str],
        compute: Sequence[ast.AST],
        unpack: bool,
        item_type: str | None,
        returns: str | None,
    ) -> str:
        """Add the function; its name with its captures bound. The last two are annotations."""
        self._check(compute)
        self.name = self.base
        parameters = [each for capture in self.captures for each in self._parameters(capture)]
        lines = [f"{self.text.unit}{line}" for line in self.imports.values()]
        lines += [""] * bool(lines)
        if self.large:
            self._share()
        lines += self._definitions()
        if self.target.isidentifier():
            parameters.append(self._annotated(self.target, item_type))
        else:
            taken = {n for node in compute for n in names_in(node)} | set(parameters)
            item = next((name for name in ITEMS if name not in taken), fresh(ITEMS[0], taken))
            parameters.append(self._annotated(item, item_type))
            if unpack:
                lines.append(f"{self.text.unit}{self._unpacked(compute)} = {item}")
        keyword = "async def" if self.plan.mode == "async" else "def"
        head = f"{keyword} {self.name}({', '.join(parameters)})"
        head += self.context.signature.returns(returns)
        source = [*fitted(head, self.text.unit, self.context.width), *lines, *body]
        text = "\n".join(source) + "\n"
        known = self.context.known(self.base, text)
        if known and not self.large:
            self.name = known
        else:
            self.context.functions.append(text)
        return self.bound(self.name)

    def _unpacked(self, compute: Sequence[ast.AST]) -> str:
        """The target, with `_` for what compute does not use and nobody is handed."""
        used = {name for node in compute for name in names_in(node)} | {*self.plan.handed}
        if "_" in used | self.names:
            return bare(self.target)
        return bare(without(self.target, self.names - used))

    def _definitions(self) -> list[str]:
        """The rows of the local functions that compute calls."""
        rows: list[str] = []
        for node in self.lifted.values():
            span = self.text.span(node)
            lines = self.text.rows(span.row, span.end_row, self.swaps([node]))
            spaced = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            rows += [""] * bool(spaced and rows and rows[-1])
            rows += moved(lines, self.text.indent(span.row), self.text.unit)
            rows += [""] * spaced
        return rows

    def _share(self) -> None:
        """Large captures go to each worker process once, as globals of the module."""
        unit, names = self.text.unit, [given.name for given in self.large]
        shared = [self.renamed[name] for name in names]
        function = f"{self.base}_share"
        signature, types = self.context.signature, [self._type_of(each) for each in self.large]
        rows = [f"{signature.variable(name, None)} = None" for name in shared]
        given_ = [signature.parameter(*pair) for pair in zip(names, types, strict=True)]
        head = f"def {function}({', '.join(given_)}){signature.returns('None')}"
        rows += ["", "", *fitted(head, unit, self.context.width)]
        rows.append(f"{unit}global {', '.join(shared)}")
        rows += [f"{unit}{to} = {name}" for to, name in zip(shared, names, strict=True)]
        self.context.functions.append("\n".join(rows) + "\n")
        self.initializer = (function, tuple(names))

    def bound(self, name: str) -> str:
        if not self.captures:
            return name
        own = [f"self.{attr}" for attr in self.attributes]
        passed = {name: f"len({name})" for name in self.lengths}
        named = [
            own if own and c.name == "self" else [passed.get(c.name, c.name)] for c in self.captures
        ]
        given = ", ".join(each for names in named for each in names)
        return f"{self.context.spell('functools', 'partial')}({name}, {given})"

    def _annotated(self, name: str, annotation: str | None) -> str:
        """The parameter of an item: only a file that states all its types is told this one."""
        signature = self.context.signature
        stated = next((i.annotation for i in self.plan.inputs if i.name == name), None)
        return signature.parameter(name, annotation if signature.complete else stated)

    def _parameters(self, given: Input) -> list[str]:
        if given.name != "self" or not self.attributes:
            return [self._parameter(given)]
        signature, types = self.context.signature, self.context.types
        return [
            signature.parameter(name, types.attribute(attr) if signature.complete else None)
            for attr, name in self.attributes.items()
        ]

    def _parameter(self, given: Input) -> str:
        if given.name in self.lengths:
            number = "int" if given.annotation or self.context.signature.complete else None
            return self.context.signature.parameter(self.lengths[given.name], number)
        name, annotation = self.renamed.get(given.name, given.name), given.annotation
        if self.context.signature.complete:
            annotation = self._type_of(given)
        return self.context.signature.parameter(name, annotation)

    def _type_of(self, given: Input) -> str | None:
        if given.name in ("self", "cls") and given.name in self.renamed:
            owner = enclosing_class(self.context.path)
            known = owner if given.name == "self" else f"type[{owner}]"
            return None if self.private else known
        return given.annotation or self.context.types.name(given.name)

    def _check(self, compute: Sequence[ast.AST]) -> None:
        """Every name that compute reads must mean the same at module level."""
        read = {name for node in compute for name in loads(node)}
        made = {name for node in compute for name in stores(node)} | _inner_names(compute)
        if read & _FRAME:
            raise Refused(f"the body calls {sorted(read & _FRAME)[0]}()")
        passed = [*self.captures, *self.large]
        given = {capture.name for capture in passed} | self.names | set(self.imports)
        owners = {p.name.partition(".")[0] for p in self.plan.privates if "." in p.name}
        if self.plan.mode == "processes" and owners & {capture.name for capture in passed}:
            raise Refused("workers would be sent, as it grows, the object whose attributes collect")
        given |= {private.name.partition(".")[0] for private in self.plan.privates}
        given |= set(self.lifted)
        missing = sorted((read & self._local()) - made - given)
        for node in self.lifted.values():
            missing += sorted((free_names(node) & self._local()) - given - made)
        if missing:
            raise Refused(f"{missing[0]!r} is local to the enclosing function")

    def _local(self) -> set[str]:
        """Names that the functions around bind."""
        around = self.context.path[1:-1]
        functions = [n for n in around if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
        return set[str]().union(*(bound_in(each) for each in functions))


def _imports(context: FileContext, names: set[str]) -> dict[str, str]:
    """Those of `names` that the enclosing function imports, with their import statements."""
    function = enclosing_function(context.path)
    found: dict[str, list[str]] = {}
    for node in ast.walk(function) if function and names else ():
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                single = ast.Import([alias])
                if isinstance(node, ast.ImportFrom):
                    found.setdefault(bound, []).append(
                        ast.unparse(ast.ImportFrom(node.module, [alias], node.level))
                    )
                else:
                    found.setdefault(bound, []).append(ast.unparse(single))
    other = stores(function) if function and names else set()
    return {n: s[0] for n, s in found.items() if n in names and n not in other and len(s) == 1}


def _private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip("_")).lower()


def _inner_names(compute: Sequence[ast.AST]) -> set[str]:
    """Names bound inside compute other than by assignment: parameters, imports, definitions."""
    found: set[str] = set()
    for root in compute:
        for node in ast.walk(root):
            match node:
                case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                    found.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    found.add(name)
                case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    found.add(name)
                case ast.Import() | ast.ImportFrom():
                    found |= names_in(node)
    return found
