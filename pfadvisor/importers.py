"""Which modules of a project others import: names in its import statements, read as text.

A name that merely looks like a module's counts as one: what is asked is whether code at the level
of a module may be kept for its run as a script alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target, files_below, is_marked
from pfadvisor.source.project import is_package

MOST_UNMARKED: Final = 2_000  # files
_IMPORT: Final = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\n(]*(?:\([^)]*\))?", re.M)
_NAME: Final = re.compile(rb"\w+")


def imported_elsewhere(session: Session, target: Target) -> bool:
    """Whether another file of the project may import the one at `target`."""
    importers = _importers(session, target).get(_stem(target.path), set())
    return bool(importers - {target.path})


def importing(session: Session, target: Target, names: Iterable[str]) -> list[Path]:
    """Files of the project that may import the one at `target`, or one of the names, and those
    that may import one of these files if it hands the names on: a package, or one that has them."""
    known = _importers(session, target)
    having = set[Path]().union(*(known.get(name.encode(), set()) for name in names))
    found = known.get(_stem(target.path), set()) | having
    handing_on = {path for path in found if is_package(path)} | having
    further = (known.get(_stem(path), set()) for path in handing_on)
    return sorted(found.union(*further) - {target.path})


def _stem(path: Path) -> bytes:
    return (path.parent if is_package(path) else path).stem.encode()


def _importers(session: Session, target: Target) -> dict[bytes, set[Path]]:
    """Each name in an import statement of the project, with the files that have it."""
    place, files = _around(session, target)
    if place not in session.importers:
        found = session.importers[place] = {}
        for path in files or sorted(place.glob("*.py")):
            for name in _in_file(session, path):
                found.setdefault(name, set()).add(path)
    return session.importers[place]


def _around(session: Session, target: Target) -> tuple[Path, list[Path]]:
    """The project and its files. A folder of very many that bears no mark of a project, as a home
    may be, is taken for none: what counts then is the folder of the file, without those below."""
    root = target.root
    if root not in session.project_files:
        most = None if is_marked(root) else MOST_UNMARKED
        session.project_files[root] = files_below(root, session.settings, most)
    files = session.project_files[root]
    return (root, files) if files is not None else (target.path.parent, [])


def _in_file(session: Session, path: Path) -> set[bytes]:
    source = session.source(path)
    if isinstance(source, Failed):
        return set()
    return {name for one in _IMPORT.findall(source.data) for name in _NAME.findall(one)}
