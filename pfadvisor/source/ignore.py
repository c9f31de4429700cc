"""Which paths a walk leaves out: exclude patterns, and .gitignore files as git reads them.

pathspec is imported when the first .gitignore is met.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Excludes:
    """Patterns with a slash are relative to `root`; others match any name on the way."""

    root: Path
    patterns: tuple[str, ...]

    def matches(self, path: Path) -> bool:
        """Whether a pattern names this very path."""
        inside = path.is_relative_to(self.root)
        relative = path.relative_to(self.root).as_posix() if inside else path.as_posix()
        return any(_names(pattern, relative, path) for pattern in self.patterns)

    def covers(self, path: Path) -> bool:
        """Whether a pattern names the path or a folder between it and the root."""
        above = [parent for parent in path.parents if parent.is_relative_to(self.root)]
        return any(self.matches(part) for part in (path, *above) if part != self.root)


def _names(pattern: str, relative: str, path: Path) -> bool:
    if "/" not in pattern.rstrip("/"):
        return fnmatchcase(path.name, pattern.rstrip("/"))
    wanted = pattern.rstrip("/").removeprefix("./")
    return fnmatchcase(relative, wanted) or fnmatchcase(path.as_posix(), wanted)


@dataclass(frozen=True, slots=True)
class GitIgnores:
    """The ignore files that hold in a folder, outermost first; the last match decides."""

    specs: tuple[tuple[Path, GitIgnoreSpec], ...]

    @staticmethod
    def above(start: Path) -> GitIgnores:
        """Those between the repository's root and the parent of `start`."""
        top = next((p for p in (start, *start.parents) if (p / ".git").exists()), None)
        if top is None or top == start:
            return GitIgnores(())
        between = [p for p in reversed(start.parents) if p.is_relative_to(top)]
        ignores = GitIgnores(())
        for folder in between:
            ignores = ignores.within(folder)
        return ignores

    def within(self, folder: Path) -> GitIgnores:
        """These and the ignore file of `folder`."""
        files = [folder / ".git" / "info" / "exclude", folder / ".gitignore"]
        own = [(folder, spec) for file in files if (spec := _read(file)) is not None]
        return GitIgnores((*self.specs, *own)) if own else self

    def ignored(self, path: Path, is_folder: bool) -> bool:
        for folder, spec in reversed(self.specs):
            relative = os.path.relpath(path, folder).replace(os.sep, "/")
            decided = spec.check_file(f"{relative}/" if is_folder else relative).include
            if decided is not None:
                return decided
        return False


def _read(file: Path) -> GitIgnoreSpec | None:
    try:
        lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return _read_leniently(lines)


def _read_leniently(lines: list[str]) -> GitIgnoreSpec:
    """As git does, passes over lines that are no pattern."""
    from pathspec import GitIgnoreSpec

    good = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        good.append(line)
    return GitIgnoreSpec.from_lines(good)
