"""Modules of installed packages: read when a name leads to them, never imported.

Their source answers where neither the project nor a table does. Packages of arrays are left to
the tables, which alone tell what shares memory; a module whose import makes its names, or puts
another object in its own place, is not what its source says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.names import ARRAYS
from pfadvisor.effects.patching import makes_its_names

Load = Callable[[str], ModuleFacts | None]
SEALED: Final = ARRAYS | {"typing_extensions"}


class Dependencies:
    def __init__(self, load: Load | None) -> None:
        self._load_installed = load
        self._packages: dict[str, ModuleFacts | None] = {}

    @property
    def packages(self) -> Mapping[str, ModuleFacts | None]:
        """The modules of packages that were looked up so far, found or not."""
        return self._packages

    def installed(self, name: str) -> ModuleFacts | None:
        """The module of an installed package, for a name that is none of the project."""
        if self._load_installed is None or top(name) in SEALED:
            return None
        if name not in self._packages:
            found = self._load_installed(name)
            opaque = found is not None and makes_its_names(found)
            self._packages[name] = None if opaque else found
        return self._packages[name]

    def is_installed(self, name: str) -> bool:
        """Whether a module that was reached is one of a package."""
        return self._packages.get(name) is not None

    def same_package(self, one: str, other: str) -> bool:
        return top(one) == top(other)


def top(name: str) -> str:
    return name.partition(".")[0]
