"""Callables that work on a folder as a whole: on all the files that are in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pfadvisor.effects.refinement import ABSENT

LISTS: Final = "lists"  # how an effect says that it looks at a folder, or at any file
MAKES: Final = "makes"
ADDS: Final = "adds"  # an entry of a new name to the folder
MEASURES: Final = "measures"  # what an entry more changes of a folder
TREE: Final = "tree"  # everything below is written or removed
LINKS: Final = "links"  # another name for what may lie elsewhere
LINKED_TREE: Final = "linked tree"  # one of which files may be such names
TREES: Final = frozenset({TREE, LINKED_TREE})
LINKING: Final = frozenset({LINKS, LINKED_TREE})
LISTING: Final = frozenset(
    {"listdir", "iterdir", "glob", "rglob", "scandir", "walk", "iglob", "fwalk", "copytree"}
)
ADDING: Final = frozenset({"mkdtemp", "mkstemp", "NamedTemporaryFile", "TemporaryDirectory"})
MEASURING: Final = frozenset({"stat", "lstat", "fstat", "getsize", "getmtime", "getctime"})
MAKING: Final = frozenset({"mkdir", "makedirs"})
WHOLE: Final = frozenset(
    {"rmtree", "rmdir", "removedirs", "copytree", "unpack_archive", "extractall"}
)
SYMLINKS: Final = frozenset({"os.symlink", "pathlib.Path.symlink_to", "tarfile.TarFile.extract"})
UNPACKING: Final = frozenset({"shutil.unpack_archive", "tarfile.TarFile.extractall"})
NOT: Final = (False, ABSENT)
COPYING: Final = "shutil.copytree"


def written(name: str, literal: Callable[[str], object]) -> str:
    """How a callable writes: as what `told` takes."""
    if name in SYMLINKS:
        return LINKS
    linked = name in UNPACKING or (name == COPYING and literal("symlinks") not in NOT)
    return LINKED_TREE if linked else name.rpartition(".")[2]


def told(method: str, *, write: bool) -> str:
    """How the effect on a file of such a callable is told from that on one file."""
    if not write:
        listed = LISTS if method in LISTING else "resource"
        return MEASURES if method in MEASURING else listed
    if method in LINKING:
        return method
    if method in ADDING:
        return ADDS
    return MAKES if method in MAKING else TREE if method in WHOLE else "resource"
