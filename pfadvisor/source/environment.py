"""The environment that a project runs in: the folders of its installed packages, in search order.

Nothing of it is run. A virtual environment says in `pyvenv.cfg` which Python it is of; lines of
`.pth` files that are paths count, lines that are code do not.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pfadvisor.source.files import ENVIRONMENT_MARK, ROOT_MARKS
from pfadvisor.source.installed import Imports, Installed
from pfadvisor.source.project import Project

VARIABLE: Final = "PFADVISOR_PYTHON"
BESIDE: Final = ".venv"
CODE: Final = ("#", "import ", "import\t")
INSIDE: Final = (
    "lib/python{}/site-packages", "lib64/python{}/site-packages", "lib/pypy{}/site-packages",
    "local/lib/python{}/dist-packages", "lib/python3/dist-packages", "Lib/site-packages",
)  # fmt: skip


class NoEnvironment(Exception):
    """Why what was stated is no Python environment, in one line."""


def imports_of(project: Project, stated: str | None, cwd: Path) -> Imports:
    """What imports of the project's files find; a Python that is none has no packages."""
    try:
        folders = folders_of(project.root, stated, cwd)
    except NoEnvironment:
        folders = ()
    return Imports(project, Installed(folders))


def folders_of(root: Path, stated: str | None, cwd: Path) -> tuple[Path, ...]:
    """Where the packages of a project are: those of the Python that was stated, else of the
    `.venv` beside the project, else of the Python that runs this. Raises NoEnvironment."""
    stated = stated or os.environ.get(VARIABLE)
    if stated:
        return _searched(_stated(stated, cwd))
    venv = _beside(root)
    return _searched(_below(venv) if venv is not None else _running())


def problem(stated: str | None, cwd: Path) -> str:
    """What is wrong with the Python that was stated, "" if nothing is."""
    stated = stated or os.environ.get(VARIABLE)
    try:
        _stated(stated, cwd) if stated else ()
    except NoEnvironment as error:
        return f"python: {error}"
    return ""


def _stated(stated: str, cwd: Path) -> list[Path]:
    path = cwd / Path(stated).expanduser()
    if not path.exists() and Path(stated).name == stated:
        path = Path(shutil.which(stated) or path)
    if path.is_dir():
        return _below(path) or _fail(path, "no virtual environment", _nearby(path))
    if not path.is_file():
        _fail(path, "no such file or folder")
    if not os.access(path, os.X_OK):
        _fail(path, "no interpreter: it cannot be executed")
    prefixes = (binary.parents[n] for binary in (path, path.resolve()) for n in (1, 0))
    found = next(filter(None, map(_below, prefixes)), [])
    return found or _fail(path, "no packages are found for this interpreter")


def _fail(path: Path, reason: str, more: str = "") -> list[Path]:
    raise NoEnvironment(f"{path}: {reason}{more}")


def _nearby(path: Path) -> str:
    nearer = path / BESIDE
    return f", did you mean {nearer}?" if (nearer / ENVIRONMENT_MARK).is_file() else ""


def _beside(root: Path) -> Path | None:
    """The environment of a project, or of one that it is a part of."""
    projects = (f for f in root.parents if any((f / mark).exists() for mark in ROOT_MARKS))
    for folder in (root, *projects):
        if (folder / BESIDE / ENVIRONMENT_MARK).is_file():
            return folder / BESIDE
    return None


def _below(prefix: Path) -> list[Path]:
    """The folders of packages of an environment, and of the one that it was made from if it sees
    that; none if it is no environment."""
    marks = _marks(prefix / ENVIRONMENT_MARK)
    version = _version(prefix, marks.get("version") or marks.get("version_info", ""))
    found = [prefix / each.format(version) for each in INSIDE]
    home = marks.get("home", "")
    if home and marks.get("include-system-site-packages", "").lower() == "true":
        found += [Path(home).parent / each.format(version) for each in INSIDE]
    return [folder for folder in found if folder.is_dir()]


def _marks(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {key.strip().lower(): value.strip() for key, equal, value in pairs if equal}


def _version(prefix: Path, stated: str) -> str:
    """The stated version as folders are named by it, else that of the folders that are there."""
    if stated:
        return ".".join(stated.split(".")[:2])
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    here = [f.parent.name for f in prefix.glob("lib/py*3.*/site-packages")]
    found = sorted({name[name.index("3.") :] for name in here}, key=lambda v: (len(v), v))
    return own if own in found or not found else found[-1]


def _running() -> list[Path]:
    import site

    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(folder) for folder in (*own, *site.getsitepackages())]


def _searched(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The folders and those that their `.pth` files name, each once."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in _with_paths(folder) if folder.is_dir() else ():
            found.setdefault(os.path.realpath(path), path)
    return tuple(found.values())


def _with_paths(folder: Path) -> Iterator[Path]:
    yield folder
    for file in sorted(folder.glob("[!.]*.pth")):
        try:
            lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except OSError:
            continue
        named = (line.strip() for line in lines if not line.startswith(CODE))
        paths = (Path(os.path.normpath(folder / name)) for name in named if name)
        yield from (path for path in paths if path.is_dir())
