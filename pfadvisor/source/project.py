"""A project's files by module name and back, on demand, without walking the tree.

A file's own name is its path below `src` or the project's root, and unique in the
project. A dotted name as an import states it is looked for first beside the
importing file's top package, as Python does for a script, then in `src` and the root.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

_INIT = "__init__"


@dataclass(slots=True)
class Project:
    root: Path
    _found: dict[tuple[Path, str], Path | None] = field(default_factory=dict)

    def module_name(self, path: Path) -> str:
        """The name that identifies the file within the project."""
        base = self._base(path)
        parts = [part.replace(".", "-") for part in path.relative_to(base).with_suffix("").parts]
        if parts[-1] == _INIT and len(parts) > 1:
            parts.pop()
        return ".".join(parts)

    def import_root(self, path: Path) -> Path:
        """The folder from which absolute imports of this file start: above its top package."""
        folder = path.parent
        while folder != self.root and (folder / f"{_INIT}.py").is_file():
            folder = folder.parent
        return folder

    def find(self, dotted: str, beside: Path) -> Path | None:
        """The file of a module that a file with import root `beside` calls `dotted`."""
        key = (beside, dotted)
        if key not in self._found:
            self._found[key] = self._look(dotted, beside)
        return self._found[key]

    def _look(self, dotted: str, beside: Path) -> Path | None:
        parts = dotted.split(".")
        if not all(parts):
            return None
        for base in dict.fromkeys((beside, self.root / "src", self.root)):
            found = _module_file(base, parts)
            if found is not None:
                return found
        return None

    def _base(self, path: Path) -> Path:
        source = self.root / "src"
        is_folder_of_packages = not (source / f"{_INIT}.py").is_file()
        return source if is_folder_of_packages and path.is_relative_to(source) else self.root


def is_package(path: Path) -> bool:
    return path.stem == _INIT


def _module_file(base: Path, parts: list[str]) -> Path | None:
    target = base.joinpath(*parts)
    for file in (target / f"{_INIT}.py", target.with_name(f"{target.name}.py")):
        try:
            if file.is_file():
                return file
        except (OSError, ValueError):
            return None
    return None
