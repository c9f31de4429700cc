"""Which of some dotted names a file mentions, as its imports spell them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Mentions(NamedTuple):
    """Names that are written out; those of which the last part is asked of an object of any kind,
    which may be a method; those whose first part is imported; and names that end alike."""

    exact: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    alike: frozenset[str] = frozenset()


def may_mention(text: str, names: Iterable[str]) -> bool:
    """Whether it is worth while to look for the names in the text."""
    return any(_last(name) in text or _root(name) in text for name in names)


def mentions(tree: ast.Module, names: Iterable[str], module: str) -> Mentions:
    """`module` is what imports call the file."""
    known = frozenset(name.removeprefix("builtins.") for name in names)
    written, asked, origins = _Reader(module).read(tree)
    lasts = {_last(name) for name in known}
    roots = {origin.partition(".")[0] for origin in (*origins, module)}
    return Mentions(
        frozenset(one for one in known if any(_means(text, one) for text in written)),
        frozenset(one for one in known if _last(one) in asked),
        frozenset(one for one in known if _root(one) in roots or hasattr(builtins, _root(one))),
        frozenset(one for one in written if _last(one) in lasts and "." in one.strip(".")),
    )


def used(name: str, found: Iterable[Mentions]) -> bool:
    """Whether one of the files mentions the name, or may call it as a method."""
    bare, every = name.removeprefix("builtins."), [*found]
    imported = any(bare in one.imported for one in every)
    method = imported and "." in bare and any(bare in one.asked for one in every)
    return method or any(bare in one.exact for one in every)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _root(name: str) -> str:
    return name.removeprefix("builtins.").partition(".")[0]


def _means(written: str, name: str) -> bool:
    """A relative import leaves out where the module stands."""
    if written.startswith("."):
        return f".{name}".endswith("." + written.lstrip("."))
    return written == name or written.startswith(f"{name}.")


class _Reader:
    """Names as a file writes them, with what its imports call by other names spelt out."""

    def __init__(self, module: str) -> None:
        self.origins: dict[str, str] = {}
        self.stars = [module]  # where a plain name may come from

    def read(self, tree: ast.Module) -> tuple[set[str], set[str], list[str]]:
        nodes = [*ast.walk(tree)]
        written = {name for node in nodes for name in self._imported(node)}
        asked: set[str] = set()
        for node in nodes:
            if isinstance(node, ast.Attribute | ast.Name):
                parts = _chain(node)
                if parts and parts[0] in self.origins:
                    written.add(".".join([self.origins[parts[0]], *parts[1:]]))
                elif parts and len(parts) == 1:
                    written |= {parts[0], *(f"{star}.{parts[0]}" for star in self.stars)}
                elif isinstance(node, ast.Attribute):
                    asked.add(node.attr)
                    own = bool(parts) and hasattr(builtins, parts[0])
                    written |= {".".join(parts)} if own else set()
        return written, asked, [*self.origins.values(), *self.stars]

    def _imported(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name.partition(".")[0]
                    self.origins[alias.asname or top] = alias.name if alias.asname else top
                    yield alias.name
            case ast.ImportFrom(module=module, names=names, level=level):
                base = "." * level + (module or "")
                for alias in names:
                    full = f"{base}.{alias.name}" if base.strip(".") else f"{base}{alias.name}"
                    if alias.name == "*":
                        self.stars.append(base)
                    else:
                        self.origins[alias.asname or alias.name] = full
                        yield full


def _chain(node: ast.AST) -> list[str]:
    """The parts of `a.b.c`; none if it does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [*parts, node.id][::-1] if isinstance(node, ast.Name) else []
