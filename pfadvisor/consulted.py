"""Which modules the analysis of a file may have looked up, found or not.

Every name that is looked up comes from the imports of a module that was reached, or is a
part of a module that was: so what nobody leads to was looked up for other files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts
    from pfadvisor.effects.tokens import Received

Asked = tuple[Path, frozenset[str]]
Modules = Mapping[str, "ModuleFacts | None"]


class Read(NamedTuple):
    """A look-up of a module from a folder, `outside` the project among installed packages: the
    file that was found, the one whose facts were taken, and a digest of its content."""

    beside: Path
    name: str
    found: Path | None
    used: Path | None
    digest: str
    outside: bool = False


class Reading(NamedTuple):
    """The content of a file, what was looked up for it, and what was asked for: which files import
    a file, or what has one of these names."""

    digest: str
    reads: tuple[Read, ...]
    asked: frozenset[Asked] = frozenset()


class Handed(NamedTuple):
    """Calls in other files, and what was asked to find them."""

    calls: tuple[Received, ...]
    asked: frozenset[Asked]


class Consulted:
    """`modules` are those that were looked up so far, by name; None for one not found. So are
    `packages`, which are looked up where the project has no such module."""

    def __init__(self, modules: Modules, packages: Modules) -> None:
        self._modules, self._packages = modules, packages
        self._mentioned: dict[str, frozenset[str]] = {}
        self._parts: dict[str, list[str]] = {}
        self._known = 0

    def by(self, name: str) -> set[str]:
        """Names of the modules that the one of this name may have led to, itself included."""
        self._index()
        found, waiting = {name}, [name]
        while waiting:
            current = waiting.pop()
            fresh = self._led_to(current) - found
            found |= fresh
            waiting += fresh
        return found

    def _index(self) -> None:
        """The names looked up by the module that they are a part of."""
        for name in list(self._modules)[self._known :]:
            self._parts.setdefault(name.rpartition(".")[0], []).append(name)
        self._known = len(self._modules)

    def _led_to(self, name: str) -> set[str]:
        facts = self._modules.get(name) or self._packages.get(name)
        if facts is not None and name not in self._mentioned:
            self._mentioned[name] = frozenset(_imported(facts))
        mentioned = self._mentioned.get(name, frozenset())
        return {each for each in mentioned if each in self._modules} | {*self._parts.get(name, ())}


def _imported(facts: ModuleFacts) -> Iterator[str]:
    from pfadvisor.effects.names import absolute, imports_in

    for module, name, level in imports_in(facts):
        dotted = absolute(facts, module, level)
        if name:
            yield f"{dotted}.{name}"
        while dotted:
            yield dotted
            dotted = dotted.rpartition(".")[0]
