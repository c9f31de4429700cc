"""Imports merged into a file's own: found, extended, or added in their sorted place."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import lru_cache

from pfadvisor.model import Edit, Span
from pfadvisor.rewrite.scope import Definition, first_row
from pfadvisor.rewrite.text import Text

_WHOLE = frozenset({"os", "asyncio", "ray", "dask"})
Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Wanted:
    """`import module [as alias]`, or `from module import name [as alias]` with a name."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def part(self) -> str:
        return f"{self.name} as {self.alias}" if self.alias else self.name

    @property
    def line(self) -> str:
        if self.name:
            return f"from {self.module} import {self.part}"
        return f"import {self.module}" + (f" as {self.alias}" if self.alias else "")


def whole(module: str) -> bool:
    """Whether the module is customarily imported as such."""
    return module in _WHOLE


def existing(text: Text, module: str, name: str, row: int) -> tuple[str, str]:
    """(text that means `module.name`, the identifier it rests on) from imports above `row`."""
    for node in text.tree.body:
        if not isinstance(node, Import) or text.span(node).end_row >= row:
            continue
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            if isinstance(node, ast.ImportFrom):
                if node.level == 0 and node.module == module and alias.name == name:
                    return bound, bound
            elif alias.name == module:
                return f"{alias.asname or module}.{name}", bound
    return "", ""


def edits(text: Text, wanted: list[Wanted], width: int) -> list[Edit]:
    """Edits that import what is wanted; several lines at one place are one edit."""
    made: dict[Span, str] = {}
    added: dict[Span, list[Wanted]] = {}
    for want in wanted:
        node = _same_module(text, want)
        if node is not None:
            span = text.span(node)
            made[span] = extended(made.get(span, text.slice(span)), want.part, width)
        else:
            added.setdefault(_place(text, want), []).append(want)
    for span, wants in added.items():
        before, after = _margins(text, span, wants)
        made[span] = before + block([want.line for want in wants], width) + after
    return [Edit(span, content) for span, content in made.items()]


def _same_module(text: Text, want: Wanted) -> ast.ImportFrom | None:
    for node in _head(text):
        if isinstance(node, ast.ImportFrom) and node.module == want.module and want.name:
            plain = node.level == 0 and node.names[0].name != "*"
            if plain and text.alone(text.span(node)) and "#" not in text.of(node):
                return node
    return None


def _head(text: Text) -> list[Import]:
    """The imports that the file starts with, after its docstring and among its dunder names."""
    found: list[Import] = []
    for index, node in enumerate(text.tree.body):
        if isinstance(node, Import):
            found.append(node)
        elif not _is_dunder(node) and (index or not _is_docstring(node)):
            break
    return found


def _is_dunder(node: ast.stmt) -> bool:
    """`__version__ = "1.0"` and the like, which stand above the imports of many a file."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            plain = isinstance(value, (ast.Constant, ast.List, ast.Tuple))
            return plain and name.startswith("__") and name.endswith("__")
    return False


def _is_docstring(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_future(node: Import) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_standard(node: Import) -> bool:
    if isinstance(node, ast.ImportFrom):
        root = "" if node.level else (node.module or "")
    else:
        root = node.names[0].name
    return _stands_in_library(root) and not _is_future(node)


def _stands_in_library(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _is_foreign(node: Import) -> bool:
    relative = isinstance(node, ast.ImportFrom) and node.level > 0
    return not (relative or _is_standard(node) or _is_future(node))


def _key(node: Import, mixed: bool) -> tuple[int, str]:
    if isinstance(node, ast.ImportFrom):
        return (0 if mixed else 1), (node.module or "").lower()
    return 0, node.names[0].name.lower()


def _place(text: Text, want: Wanted) -> Span:
    head = _head(text)
    new = ast.parse(want.line).body[0]
    assert isinstance(new, Import)
    standard = [node for node in head if _is_standard(node)]
    section = standard if _is_standard(new) else [node for node in head if _is_foreign(node)]
    kinds = [isinstance(node, ast.ImportFrom) for node in section]
    mixed = kinds != sorted(kinds)
    keys = [_key(node, mixed) for node in section]
    for node in section if keys == sorted(keys) else ():
        if _key(node, mixed) > _key(new, mixed):
            return _point(first_row(text, node))
    if section or standard:
        return _point(text.span((section or standard)[-1]).end_row + 1)
    future = [node for node in head if _is_future(node)]
    others = [node for node in head if not _is_future(node)]
    if others:
        return _point(first_row(text, others[0]))
    if future:
        return _point(text.span(future[-1]).end_row + 1)
    return _start(text)


def _start(text: Text) -> Span:
    """Where the first import of a file without imports goes, blank rows included."""
    body = text.tree.body
    if not _is_docstring(body[0]):
        return _point(first_row(text, body[0]))
    first = text.span(body[0]).end_row + 1
    last = first
    while last <= len(text.lines) and not text.row(last).strip():
        last += 1
    return Span(first, 1, last, 1)


def _point(row: int) -> Span:
    return Span(row, 1, row, 1)


def _margins(text: Text, span: Span, wants: list[Wanted]) -> tuple[str, str]:
    """What stands before and after import lines put at `span`."""
    head = _head(text)
    following = next((n for n in text.tree.body if text.span(n).row >= span.end_row), None)
    if not head:
        after = "\n\n" if isinstance(following, Definition) else "\n"
        return ("\n" if _is_docstring(text.tree.body[0]) else ""), after
    foreign = any(_is_foreign(node) for node in head)
    packages = not any(_stands_in_library(want.module) for want in wants)
    if packages and foreign:
        return "", ""
    if any(_is_standard(node) for node in head):
        return "\n" * packages, ""
    if all(_is_future(node) for node in head):
        return "\n", ""
    return "", "\n"


def block(lines: list[str], width: int) -> str:
    """Import lines, one module a line, sorted, the standard library's first."""
    sections: tuple[list[str], list[str]] = ([], [])
    for line in lines:
        sections[not _stands_in_library(line.split()[1])].append(line)
    return "\n".join(_section(each, width) for each in sections if each)


def _section(lines: list[str], width: int) -> str:
    plain = sorted({line for line in lines if line.startswith("import ")}, key=str.lower)
    froms: dict[str, str] = {}
    for line in sorted(line for line in lines if line.startswith("from ")):
        module, _, part = line.removeprefix("from ").partition(" import ")
        froms[module] = extended(froms[module], part, width) if module in froms else line
    return "".join(f"{line}\n" for line in [*plain, *(froms[m] for m in sorted(froms))])


def _sort_key(part: str) -> tuple[int, str]:
    """As isort orders by type: constants, classes, the rest."""
    name = part.partition(" ")[0]
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()


def extended(statement: str, part: str, width: int) -> str:
    """A `from ... import` statement with one more name."""
    node = ast.parse(statement).body[0]
    assert isinstance(node, ast.ImportFrom)
    parts = [ast.unparse(alias) for alias in node.names]
    if part in parts:
        return statement
    ordered = parts == sorted(parts, key=_sort_key)
    parts.append(part)
    if ordered:
        parts.sort(key=_sort_key)
    line = f"from {node.module} import {', '.join(parts)}"
    if len(line) <= width and "\n" not in statement:
        return line
    return f"from {node.module} import (\n" + "".join(f"    {p},\n" for p in parts) + ")"


def merged(first: str, second: str, width: int) -> str | None:
    """Two import edits of one place as one; None if they are something else."""
    parts = [_imports(each) for each in (first, second)]
    if not all(parts):
        return None
    before = "\n" * min(len(each) - len(each.lstrip("\n")) for each in (first, second))
    after = first[len(first.rstrip("\n")) :]
    return before + block([line for lines in parts for line in lines], width).rstrip("\n") + after


@lru_cache(maxsize=4096)
def _imports(content: str) -> tuple[str, ...]:
    """A statement for each name that the text imports, if it does nothing else."""
    try:
        body = ast.parse(content).body
    except SyntaxError:
        return ()
    plain = all(isinstance(node, Import) for node in body)
    return tuple(line for node in body for line in _single(node)) if plain else ()


def _single(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [f"from {node.module} import {ast.unparse(alias)}" for alias in node.names]
    assert isinstance(node, ast.Import)
    return [f"import {ast.unparse(alias)}" for alias in node.names]
