"""Paths as a user names them to the Python files to analyse, sorted, each once.

Directories are walked as ruff walks them: default excludes, .gitignore files, no
symbolic links to directories; and no virtual environments, whatever they are called. A file that is named is taken whatever it is called,
unless `force_exclude` is set. What does not exist is `Failed`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from pfadvisor.config import Settings
from pfadvisor.model import Failed
from pfadvisor.source.ignore import Excludes, GitIgnores

SUFFIX: Final = ".py"
ROOT_MARKS: Final = ("pyproject.toml", "setup.cfg", ".git")
ENVIRONMENT_MARK: Final = "pyvenv.cfg"


class Target(NamedTuple):
    """A file, absolute, and the root of the project that it belongs to."""

    path: Path
    root: Path


@dataclass(frozen=True, slots=True)
class Discovered:
    """`targets` are sorted."""

    targets: tuple[Target, ...]
    failed: tuple[Failed, ...]


def discover(paths: Iterable[Path], settings: Settings, cwd: Path) -> Discovered:
    """The files below `paths` that a run looks at."""
    failed: list[Failed] = []
    found: dict[str, Target] = {}
    roots: dict[Path, Path] = {}
    for path in paths:
        start = absolute(path, cwd)
        root = root_of(start, cwd)
        for file in _below(start, settings, cwd, failed):
            if file.parent not in roots:
                roots[file.parent] = project_root(file, root)
            found.setdefault(os.path.realpath(file), Target(file, roots[file.parent]))
    targets = sorted(found.values(), key=lambda target: target.path.parts)
    return Discovered(tuple(targets), tuple(failed))


def absolute(path: Path, cwd: Path) -> Path:
    """`path` from the root on, without `..`, links kept."""
    return Path(os.path.normpath(cwd / path))


def display(path: Path, cwd: Path) -> str:
    """How a report names a file: relative to `cwd` if it lies below it."""
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def project_root(path: Path, otherwise: Path) -> Path:
    """The nearest folder at or above `path` with a mark of a project."""
    folder = _folder(path)
    for here in (folder, *folder.parents):
        if is_marked(here):
            return here
    return otherwise


def root_of(start: Path, cwd: Path) -> Path:
    """The project of what a run starts at: without a mark the working directory if that is above,
    else its own folder."""
    return project_root(start, cwd if start.is_relative_to(cwd) else _folder(start))


def is_marked(folder: Path) -> bool:
    return any((folder / mark).exists() for mark in ROOT_MARKS)


def files_below(folder: Path, settings: Settings, most: int | None) -> list[Path] | None:
    """The files that a run over the folder looks at; None if there are more than `most`."""
    found = list(islice(_below(folder, settings, folder, []), None if most is None else most + 1))
    return None if most is not None and len(found) > most else sorted(found)


def common_folder(paths: Iterable[Path], cwd: Path) -> Path:
    """The deepest folder that holds all of `paths`; `cwd` if there is none."""
    folders = [_folder(absolute(path, cwd)) for path in paths]
    try:
        return Path(os.path.commonpath(folders)) if folders else cwd
    except ValueError:
        return cwd


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _below(start: Path, settings: Settings, cwd: Path, failed: list[Failed]) -> Iterator[Path]:
    try:
        mode = os.stat(start).st_mode
    except OSError as error:
        failed.append(Failed(display(start, cwd), error.strerror or str(error)))
        return
    except ValueError as error:
        failed.append(Failed(display(start, cwd), str(error)))
        return
    root = root_of(start, cwd)
    excludes = Excludes(root, (*settings.exclude, *settings.extend_exclude))
    ignores = GitIgnores.above(start) if settings.respect_gitignore else None
    if settings.force_exclude and excludes.covers(start):
        return
    if not stat.S_ISDIR(mode):
        if not (settings.force_exclude and ignores is not None and ignores.ignored(start, False)):
            yield start
        return
    if ignores is not None and ignores.ignored(start, True):
        if settings.force_exclude:
            return
        ignores = GitIgnores(())
    yield from _walk(start, excludes, ignores, cwd, failed)


def _walk(
    folder: Path,
    excludes: Excludes,
    ignores: GitIgnores | None,
    cwd: Path,
    failed: list[Failed],
) -> Iterator[Path]:
    waiting = [(folder, ignores)]
    while waiting:
        here, above = waiting.pop()
        inner = above.within(here) if above is not None else None
        for entry in _entries(here, cwd, failed):
            path, is_folder = here / entry.name, entry.is_dir(follow_symlinks=False)
            if not is_folder and not _is_python(entry):
                continue
            if excludes.matches(path) or (inner is not None and inner.ignored(path, is_folder)):
                continue
            if not is_folder:
                yield path
            elif not (path / ENVIRONMENT_MARK).exists():
                waiting.append((path, inner))


def _entries(folder: Path, cwd: Path, failed: list[Failed]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        failed.append(Failed(display(folder, cwd), error.strerror or str(error)))
        return []


def _is_python(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.name.endswith(SUFFIX) and entry.is_file()
    except OSError:
        return False
