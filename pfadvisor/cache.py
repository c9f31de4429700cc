"""What is kept between runs, in a folder of the user's own: facts of files, by content.

Never inside the analysed project: what is unpickled must come from nobody else. An
entry that cannot be read or written is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfadvisor import __version__

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts

MOST_ENTRIES: Final = 512


def folder() -> Path:
    """`PFADVISOR_CACHE_DIR`, or the place for caches of this user."""
    stated = os.environ.get("PFADVISOR_CACHE_DIR")
    if stated:
        return Path(stated)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "pfadvisor"


def key(digest: str, *names: object) -> str:
    """What identifies the facts of a file with these bytes under these names."""
    text = "\0".join([_edition(), digest, *map(str, names)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def load(where: Path, entry: str) -> ModuleFacts | None:
    import pickle

    from pfadvisor.effects.facts import ModuleFacts

    try:
        found = pickle.loads(_path(where, entry).read_bytes())
    except Exception:
        return None
    return found if isinstance(found, ModuleFacts) else None


def store(where: Path, entry: str, facts: ModuleFacts) -> None:
    import pickle

    try:
        data = pickle.dumps(facts, protocol=5)
    except (pickle.PicklingError, RecursionError):
        return
    write(_path(where, entry), data, MOST_ENTRIES)


def write(path: Path, data: bytes, most: int) -> None:
    """All of an entry or nothing, on a shelf of at most so many."""
    import tempfile

    written = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(written, path)
        _trim(path.parent, most)
    except OSError:
        if written:
            with suppress(OSError):
                os.unlink(written)


def _path(where: Path, entry: str) -> Path:
    return where / entry[:2] / entry[2:]


def _trim(shelf: Path, most: int) -> None:
    """Drop the older half of a shelf that has grown too full."""
    entries = list(shelf.iterdir())
    if len(entries) <= most:
        return
    for old in sorted(entries, key=lambda entry: entry.stat().st_mtime)[: most // 2]:
        with suppress(OSError):
            old.unlink()


@cache
def _edition() -> str:
    """Changes with the tool, with what makes facts, and with the Python that parses."""
    package = Path(__file__).parent
    return _stamps((*package.glob("effects/*.py"), package / "source" / "suppress.py"))


@cache
def whole_edition() -> str:
    """Changes with anything that makes findings."""
    package = Path(__file__).parent
    return _stamps((*package.rglob("*.py"), *package.rglob("*.toml")))


def _stamps(files: Iterable[Path]) -> str:
    stamps = [f"{file}:{file.stat().st_mtime_ns}" for file in sorted(files)]
    return "\0".join([__version__, sys.version, *stamps])
