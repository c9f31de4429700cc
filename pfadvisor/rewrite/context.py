"""What a rewrite adds to its file beside the loop: imports, shared helpers, new functions."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from pfadvisor.model import Edit, Span
from pfadvisor.rewrite import imports
from pfadvisor.rewrite.layout import fitted
from pfadvisor.rewrite.scope import (
    Comprehension,
    Definition,
    enclosing_function,
    first_row,
    fresh,
    names_in,
    outermost,
    taken_names,
    top_statement,
)
from pfadvisor.rewrite.signature import Signature
from pfadvisor.rewrite.text import Text
from pfadvisor.rewrite.types import Stated, Types


class FileContext:
    """The `Context` of backends for one loop of one file; `edits` gives what was asked for."""

    def __init__(self, text: Text, path: list[ast.AST], width: int, stated: Stated = ()) -> None:
        self.text, self.path, self.width = text, path, width
        self.taken = taken_names(text)
        self.top = self.anchor = top_statement(path)
        self.row = text.span(self.top).row
        self._wanted: dict[tuple[str, str], imports.Wanted] = {}
        self._spelled: dict[tuple[str, str], str] = {}
        self._helpers: dict[str, str] = {}
        self.functions: list[str] = []
        self.signature = Signature(text, self.top, self.spell)
        self.types = Types(text, path, stated)

    def spell(self, module: str, name: str) -> str:
        key = (module, name)
        if key not in self._spelled:
            self._spelled[key] = self._found(module, name) or self._added(module, name)
        return self._spelled[key]

    def _found(self, module: str, name: str) -> str:
        spelled, base = imports.existing(self.text, module, name, self.row)
        return "" if not base or self.binders(base) > 1 else spelled

    def binders(self, name: str) -> int:
        """How many places of the file bind `name`; a star import may bind any."""
        count = self.text.once("binders", lambda: Counter(_binders(self.text.tree)))
        return count[name] + count["*"] * (name != "*")

    def _added(self, module: str, name: str) -> str:
        star = self.binders("*") > 0
        if imports.whole(module) and module not in self.taken and not star:
            self._want(imports.Wanted(module), name)
            return f"{module}.{name}"
        if name not in self.taken and not star and not imports.whole(module):
            self._want(imports.Wanted(module, name), name)
            return name
        if "." not in module and module not in self.taken and not star:
            self._want(imports.Wanted(module), name)
            return f"{module}.{name}"
        alias = fresh(f"_{name}", self.taken)
        self._want(imports.Wanted(module, name, alias), name)
        return alias

    def _want(self, want: imports.Wanted, name: str) -> None:
        self._wanted[want.module, want.name] = want

    def share(self, name: str, define: Callable[[str], str]) -> str:
        typed = self.signature.helper
        for node in self.text.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if not node.name.startswith(name):
                    continue
                same = ast.parse(typed(define(node.name))).body[0]
                if ast.dump(node) == ast.dump(same):
                    return node.name
        chosen = fresh(name, self.taken)
        self._helpers[chosen] = self._laid_out(typed(define(chosen)))
        return chosen

    def _laid_out(self, source: str) -> str:
        rows = source.split("\n")
        heads = [fitted(r, "    ", self.width) if " def " in f" {r}" else [r] for r in rows]
        return "\n".join(row for head in heads for row in head)

    def known(self, name: str, source: str) -> str:
        """The function of the file that is the same as `source` but for its name, or ""."""
        wanted = ast.parse(source).body[0]
        assert isinstance(wanted, (ast.FunctionDef, ast.AsyncFunctionDef))
        base = name.rstrip("0123456789").rstrip("_")
        late = isinstance(self.top, Definition)
        for node in self.text.tree.body:
            if isinstance(node, type(wanted)) and node.name.startswith(base):
                wanted.name = node.name
                same = ast.dump(node) == ast.dump(wanted) and self.binders(node.name) == 1
                if same and (late or node.lineno < self.row):
                    return node.name
        return ""

    def local(self, name: str) -> str:
        """A name that is free in the scope of the loop."""
        around = enclosing_function(self.path) or outermost(self.path)
        taken = self.taken if around is None else names_in(around)
        return fresh(name, taken)

    def edits(self) -> list[Edit]:
        """Imports, then helpers, then new functions."""
        made = imports.edits(self.text, list(self._wanted.values()), self.width)
        for source in self._helpers.values():
            made.append(self._above(self._first_user(), source))
        for source in self.functions:
            made.append(self._above(self.anchor, source))
        return made

    def _above(self, statement: ast.stmt, source: str) -> Edit:
        row = first_row(self.text, statement)
        return Edit(Span(row, 1, row, 1), self._blank(row) + source + "\n\n")

    def _blank(self, row: int) -> str:
        """Newlines that leave two blank rows above `row`."""
        if row == 1:
            return ""
        blank = 0
        while blank < 2 and row - 2 - blank >= 0 and not self.text.lines[row - 2 - blank].strip():
            blank += 1
        return "\n" * (2 - blank)

    def _first_user(self) -> ast.stmt:
        """The first definition, or statement with a loop, of the file."""
        for node in self.text.tree.body:
            loops = (ast.For, ast.AsyncFor, *Comprehension)
            if isinstance(node, Definition) or any(isinstance(n, loops) for n in ast.walk(node)):
                return node
        return self.top


def _binders(tree: ast.Module) -> Iterator[str]:
    """The names that are bound in a file, each as often as it is; "*" for a star import."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.alias(name=name, asname=alias):
                yield alias or name.partition(".")[0]
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
