"""Whether a rewrite leaves the names that functions read local to them.

A name is local to a function that binds it anywhere. Where its only binding moves to a
worker, what still reads it would look it up in the scopes outside.
"""

from __future__ import annotations

import symtable
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

Path = tuple[str, ...]

_UNNAMED: Final = frozenset({"lambda", "genexpr", "listcomp", "setcomp", "dictcomp"})


def lost_local(before: str, after: str) -> str:
    """A name that a function still reads, and that was local to it but is not any more; "" too
    where the text does not compile: that is told when the file is checked as a whole."""
    try:
        old, new = _functions(before), _functions(after)
    except SyntaxError:
        return ""
    lost = (
        name
        for path, were in old.items()
        if len(were) == len(new.get(path, ()))
        for was, now in zip(were, new[path], strict=True)
        for name in _locals(was) & _from_outside(now)
    )
    return min(lost, default="")


@lru_cache(maxsize=2)  # a function is compared with what each of its loops makes of it
def _functions(source: str) -> dict[Path, list[symtable.SymbolTable]]:
    """The scopes of functions by the names on the way to them, in the order of the text."""
    found: dict[Path, list[symtable.SymbolTable]] = {}
    for path, table in _named(symtable.symtable(source, "<rewrite>", "exec"), ()):
        if isinstance(table, symtable.Function):
            found.setdefault(path, []).append(table)
    return found


def _named(table: symtable.SymbolTable, path: Path) -> Iterator[tuple[Path, symtable.SymbolTable]]:
    for child in table.get_children():
        is_scope = isinstance(child, (symtable.Function, symtable.Class))
        if child.get_name() not in _UNNAMED:
            inner = (*path, child.get_name()) if is_scope else path
            if is_scope:
                yield inner, child
            yield from _named(child, inner)


def _locals(table: symtable.SymbolTable) -> set[str]:
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_local()}


def _from_outside(table: symtable.SymbolTable) -> set[str]:
    """Names that a function, or one inside of it, takes undeclared from the scopes around."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_free()}
    stack = [table]
    while stack:
        scope = stack.pop()
        stack += scope.get_children()
        implicit = (s for s in scope.get_symbols() if s.is_global() and not s.is_declared_global())
        found |= {symbol.get_name() for symbol in implicit}
    return found - _locals(table)
