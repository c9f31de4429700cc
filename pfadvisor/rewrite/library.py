"""What calls into the standard library give, where the tables say a plain type."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Final

from pfadvisor.effects import knowledge

Known = Callable[[ast.expr], str | None]

_PLAIN: Final = frozenset({"str", "int", "bool", "float", "bytes"})
_WITHOUT_PARAMETERS: Final = ("pathlib.", "datetime.", "decimal.", "fractions.", "uuid.")
_OVERLOADED: Final = ("builtins.", "os.path.", "shutil.")


class Library:
    """The names that a file imports, and what is known of them."""

    def __init__(self, tree: ast.Module) -> None:
        self.names = dict(_imported(tree))

    def plain(self, call: ast.Call, known: Known) -> str | None:
        """The type of what is returned, if it is the same whatever the arguments are."""
        found = self._returned(call, known)
        if found and found == self._dotted(call.func) and found.startswith(_WITHOUT_PARAMETERS):
            return ast.unparse(call.func)
        return found if found in _PLAIN else None

    def _returned(self, call: ast.Call, known: Known) -> str | None:
        dotted = self._dotted(call.func)
        if dotted and not dotted.startswith(_OVERLOADED):
            line = knowledge.call(dotted)
            return line.returns if line else None
        match call.func:
            case ast.Attribute(value=owner, attr=attr):
                kind = self._kind(owner, known)
                method = knowledge.method(kind, attr) if "." in kind else None
                return method.returns if method else None
        return None

    def _kind(self, node: ast.expr, known: Known) -> str:
        """The type of an expression, by the name that the tables have for it."""
        if isinstance(node, ast.Call):
            found = self._returned(node, known) or ""
            if found:
                return found
        annotation = known(node) or ""
        return self.names.get(annotation, "") if annotation.isidentifier() else ""

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return self.names.get(name, "")
            case ast.Attribute(value=value, attr=attr):
                owner = self._dotted(value)
                return f"{owner}.{attr}" if owner else ""
        return ""


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that only the imports of the module bind, with what they stand for."""
    stored = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _is_store(node)
    } | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        module = node.module if isinstance(node, ast.ImportFrom) and not node.level else None
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            whole = alias.name if alias.asname else bound
            name = f"{module}.{alias.name}" if isinstance(node, ast.ImportFrom) else whole
            standard = name.partition(".")[0] in sys.stdlib_module_names
            if standard and bound not in stored:
                yield bound, name


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)
