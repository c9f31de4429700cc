"""How new functions are annotated: fully where the file is, else as far as it was.

What nothing tells is `Any`; what is defined only further down is quoted.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pfadvisor.rewrite.scope import Definition, bound_in, names_in
from pfadvisor.rewrite.text import Text
from pfadvisor.rewrite.types import ANY

Spell = Callable[[str, str], str]

_HEADER: Final = re.compile(r"^( *(?:async )?def \w+\()([^)]*)\):$", re.M)
_HELPERS: Final = {
    "executor": "{concurrent.futures.Executor}",
    "function": "{collections.abc.Callable}[..., {typing.Any}]",
    "items": "{collections.abc.Iterable}[{typing.Any}]",
    "limit": "int",
}
_SPELLED: Final = re.compile(r"\{([\w.]+)\.(\w+)\}")


def is_annotated(tree: ast.Module) -> bool:
    """Whether every function of the file states its types."""
    functions = [
        n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return bool(functions) and all(_is_complete(node) for node in functions)


def _is_complete(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    named += [arg for arg in (given.vararg, given.kwarg) if arg is not None]
    known = [a.annotation is not None or a.arg in ("self", "cls") for a in named]
    constructor = node.name == "__init__" and len(named) > 1
    return all(known) and (node.returns is not None or constructor)


class Signature:
    """Annotations at one place: above the statement `top` of the file."""

    def __init__(self, text: Text, top: ast.stmt, spell: Spell) -> None:
        self.text, self._spell = text, spell
        self.complete = text.once("annotated", lambda: is_annotated(text.tree))
        self.lazy = text.once("lazy", lambda: is_lazy(text.tree))
        self.row, self.spelled = text.span(top).row, set[str]()
        self.rows = text.once("bound", lambda: dict(_first_rows(text)))

    def spell(self, module: str, name: str) -> str:
        """Text that means `module.name` in an annotation."""
        spelled = self._spell(module, name)
        self.spelled.add(spelled.partition(".")[0])
        return spelled

    def given(self, annotation: str | None) -> str:
        """An annotation as it may be written here, "" for none."""
        written = self._written(annotation) if annotation else ""
        if written:
            return written
        return self.spell("typing", ANY) if self.complete else ""

    def _written(self, annotation: str) -> str:
        """The annotation with `Any` and what is known spelled out, "" if that cannot be."""
        try:
            used = names_in(ast.parse(annotation, mode="eval"))
        except SyntaxError:
            return ""
        if ANY in used and not self._is_bound(ANY):
            if not self.complete:
                return ""
            self.spell("typing", ANY)
        if all(self._is_bound(name) for name in used):
            return annotation
        known = all(self._is_bound(name) or name in self.rows for name in used)
        return f'"{annotation}"' if known and '"' not in annotation else ""

    def _is_bound(self, name: str) -> bool:
        """Whether the name can be evaluated where the function stands, or need not be."""
        if name in self.spelled or hasattr(builtins, name):
            return True
        return name in self.rows and (self.lazy or self.rows[name] < self.row)

    def parameter(self, name: str, annotation: str | None) -> str:
        written = self.given(annotation)
        return f"{name}: {written}" if written else name

    def returns(self, annotation: str | None) -> str:
        """What follows the parameters, with the colon."""
        written = self.given(annotation) if self.complete else ""
        return f" -> {written}:" if written else ":"

    def variable(self, name: str, annotation: str | None) -> str:
        """The left side of a variable's first assignment."""
        return self.parameter(name, annotation) if self.complete else name

    def helper(self, source: str) -> str:
        """A shared helper with annotations, if the file has them."""
        if not self.complete:
            return source
        source = _HEADER.sub(lambda found: self._header(found, source), source)
        source = source.replace("failure = None\n", "failure: BaseException | None = None\n")
        return re.sub(r"window = (\S*deque)\(\)\n", self._window, source)

    def _window(self, found: re.Match[str]) -> str:
        pair = self._spelled("tuple[{typing.Any}, {typing.Any}]")
        return f"window: {found[1]}[{pair}] = {found[1]}()\n"

    def _header(self, found: re.Match[str], source: str) -> str:
        parameters = [self._helper_parameter(p) for p in found[2].split(", ") if p]
        returns = self._spelled(_result_of(found[0].strip(), source))
        lines = f"{found[1]}{', '.join(parameters)}) -> {returns}:"
        return lines

    def _helper_parameter(self, parameter: str) -> str:
        name, _, default = parameter.partition("=")
        typed = self._spelled(_HELPERS.get(name, "{typing.Any}"))
        return f"{name}: {typed} = {default}" if default else f"{name}: {typed}"

    def _spelled(self, form: str) -> str:
        return _SPELLED.sub(lambda found: self.spell(found[1], found[2]), form)


def _result_of(header: str, source: str) -> str:
    """What a helper's function gives, by how it is written."""
    if header.startswith("async def run") or not re.search(r"\n +yield", source):
        listed = "return [" in source and not header.startswith("async def run")
        return "list[{typing.Any}]" if listed else "{typing.Any}"
    pair = "tuple[{typing.Any}, {typing.Any}]"
    if header.startswith("async"):
        return f"{{collections.abc.AsyncGenerator}}[{pair}, None]"
    return f"{{collections.abc.Iterator}}[{pair}]"


def tuple_of(types: Sequence[str | None]) -> str | None:
    """The type of what is returned: one value, or several as a tuple."""
    if len(types) == 1:
        return types[0]
    return f"tuple[{', '.join(each or ANY for each in types)}]" if types else "None"


def is_lazy(tree: ast.Module) -> bool:
    """Whether annotations are not evaluated where they stand."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )


def _first_rows(text: Text) -> Iterator[tuple[str, int]]:
    """The names of the module, with the row from which each is surely bound."""
    seen: set[str] = set()
    simple = (*Definition, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    for node in text.tree.body:
        row = text.span(node).row if isinstance(node, simple) else len(text.lines) + 1
        for name in bound_in(ast.Module([node], [])) - seen:
            seen.add(name)
            yield name, row
