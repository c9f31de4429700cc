"""Modules of installed packages by name, as Python's own finders would look for them.

Regular packages, namespace packages over several folders, single modules. A compiled module
comes before a source file of the same name, and has none; what the standard library has is never
taken from a package. Folders are listed once, and only those that a name leads to.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from pfadvisor.source.project import Project

COMPILED: Final = (".so", ".pyd")


class _Place(NamedTuple):
    """The source of a module, None if there is none, and where its parts are looked for."""

    file: Path | None = None
    inside: tuple[Path, ...] = ()


_NOWHERE: Final = _Place()


@dataclass(slots=True)
class Installed:
    """`folders` are searched in their order."""

    folders: tuple[Path, ...]
    _places: dict[str, _Place] = field(default_factory=dict)
    _entries: dict[Path, frozenset[str]] = field(default_factory=dict)

    def find(self, dotted: str) -> Path | None:
        """The source file of the module that an import of the name would give."""
        if dotted.partition(".")[0] in sys.stdlib_module_names:
            return None
        return self._place(dotted).file

    def _place(self, dotted: str) -> _Place:
        if dotted not in self._places:
            package, _, name = dotted.rpartition(".")
            folders = self._place(package).inside if package else self.folders
            self._places[dotted] = self._look(name, folders) if name.isidentifier() else _NOWHERE
        return self._places[dotted]

    def _look(self, name: str, folders: tuple[Path, ...]) -> _Place:
        spaces: list[Path] = []
        for folder in folders:
            entries = self._listed(folder)
            inside = self._listed(folder / name) if name in entries else frozenset()
            if "__init__.py" in inside or _compiled(inside, "__init__"):
                source = not _compiled(inside, "__init__")
                return _Place(folder / name / "__init__.py" if source else None, (folder / name,))
            if _compiled(entries, name):
                return _NOWHERE
            if f"{name}.py" in entries:
                return _Place(folder / f"{name}.py")
            if inside:
                spaces.append(folder / name)
        return _Place(None, tuple(spaces))

    def _listed(self, folder: Path) -> frozenset[str]:
        if folder not in self._entries:
            try:
                self._entries[folder] = frozenset(os.listdir(folder))
            except OSError:
                self._entries[folder] = frozenset()
        return self._entries[folder]


def _compiled(entries: frozenset[str], name: str) -> bool:
    return any(each.startswith(f"{name}.") and each.endswith(COMPILED) for each in entries)


@dataclass(slots=True)
class Imports:
    """What imports of a project's files find: its own modules, and those of `installed`."""

    project: Project
    installed: Installed

    def find(self, dotted: str, beside: Path, *, outside: bool) -> Path | None:
        """The file of a module of the project, or with `outside` of an installed one."""
        return self.outside(dotted, beside) if outside else self.project.find(dotted, beside)

    def outside(self, dotted: str, beside: Path) -> Path | None:
        """The source of an installed module, unless the project itself has that package."""
        parts = dotted.split(".")
        for number in range(1, len(parts) + 1):
            if self.project.find(".".join(parts[:number]), beside) is not None:
                return None
        return self.installed.find(dotted)
