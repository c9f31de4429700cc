"""Facts of files that were seen before, by content, in a folder of the user's own.

Never inside the analysed project: what is unpickled must come from nobody else. An
entry that cannot be read or written is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import sys
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
    import tempfile

    path, written = _path(where, entry), ""
    try:
        data = pickle.dumps(facts, protocol=5)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(written, path)
        _trim(path.parent)
    except (OSError, pickle.PicklingError, RecursionError):
        if written:
            with suppress(OSError):
                os.unlink(written)


def _path(where: Path, entry: str) -> Path:
    return where / entry[:2] / entry[2:]


def _trim(shelf: Path) -> None:
    """Drop the older half of a shelf that has grown too full."""
    entries = list(shelf.iterdir())
    if len(entries) <= MOST_ENTRIES:
        return
    for old in sorted(entries, key=lambda entry: entry.stat().st_mtime)[: MOST_ENTRIES // 2]:
        with suppress(OSError):
            old.unlink()


@cache
def _edition() -> str:
    """Changes with the tool, with what makes facts, and with the Python that parses."""
    makers = sorted((Path(__file__).parent / "effects").glob("*.py"))
    stamps = [f"{file.name}:{file.stat().st_mtime_ns}" for file in makers]
    return "\0".join([__version__, sys.version, *stamps])
