"""Callables that work on a folder as a whole: on all the files that are in it."""

from __future__ import annotations

from typing import Final

LISTS: Final = "lists"  # how an effect says that it looks at a folder, or at any file
MAKES: Final = "makes"
TREE: Final = "tree"  # everything below is written or removed
LISTING: Final = frozenset(
    {"listdir", "iterdir", "glob", "rglob", "scandir", "walk", "iglob", "fwalk", "copytree"}
)
MAKING: Final = frozenset({"mkdir", "makedirs"})
WHOLE: Final = frozenset(
    {"rmtree", "rmdir", "removedirs", "copytree", "unpack_archive", "extractall"}
)


def told(method: str, *, write: bool) -> str:
    """How the effect on a file of such a callable is told from that on one file."""
    if not write:
        return LISTS if method in LISTING else "resource"
    return MAKES if method in MAKING else TREE if method in WHOLE else "resource"
