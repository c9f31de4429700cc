"""Which modules of a project others import: names in its import statements, read as text.

A name that merely looks like a module's counts as one: what is asked is whether code at the level
of a module may be kept for its run as a script alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target, discover
from pfadvisor.source.project import is_package

_IMPORT: Final = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\n(]*(?:\([^)]*\))?", re.M)
_NAME: Final = re.compile(rb"\w+")


def imported_elsewhere(session: Session, target: Target) -> bool:
    """Whether another file of the project may import the one at `target`."""
    path = target.path.parent if is_package(target.path) else target.path
    return any(
        path.stem.encode() in names
        for other, names in _names(session, target.root).items()
        if other != target.path
    )


def _names(session: Session, root: Path) -> dict[Path, frozenset[bytes]]:
    known = session.imports.get(root)
    if known is None:
        files = discover([root], session.settings, root).targets
        known = session.imports[root] = {one.path: _in_file(session, one.path) for one in files}
    return known


def _in_file(session: Session, path: Path) -> frozenset[bytes]:
    source = session.source(path)
    if isinstance(source, Failed):
        return frozenset()
    statements = _IMPORT.findall(source.data)
    return frozenset(name for one in statements for name in _NAME.findall(one))
