"""What a run of the program showed of its loops: the file of `pfadvisor profile`, read and checked.

A loop is known by its file and its ordinal. What was measured in a file that has changed
since says nothing about the file as it is now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

VERSION: Final = 1
Spread = tuple[float, float, float]


class ProfileError(Exception):
    """The file is not a profile; told in one line."""


@dataclass(frozen=True, slots=True)
class LoopProfile:
    """What was measured of one loop, in all its entries; seconds are those of an iteration.

    trips        iterations of an entry: fewest, median, most
    total        wall seconds of the whole loop, in all entries
    wall         of the compute stage: one of ten is shorter, median, one of ten is longer
    mean         of the compute stage
    cpu          of it on the processor; children: of it on that of child processes
    waiting      of it neither, because it gave the processor up
    rest         outside of compute: the head, the commit and the source
    sent         to pickle and unpickle what a worker gets and gives; None if nothing was tried
    shared       to pickle and unpickle what all iterations read, once
    size         of arguments and results in bytes
    unpicklable  names of what did not pickle, each with the reason
    """

    ordinal: int
    row: int
    entries: int
    iterations: int
    trips: tuple[int, int, int] = (0, 0, 0)
    total: float = 0.0
    wall: Spread = (0.0, 0.0, 0.0)
    mean: float = 0.0
    cpu: float = 0.0
    children: float = 0.0
    waiting: float = 0.0
    rest: float = 0.0
    sent: float | None = None
    shared: float = 0.0
    size: int = 0
    unpicklable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileProfile:
    """`loaded`: whether the program ran the file as it was instrumented."""

    digest: str
    loaded: bool
    loops: tuple[LoopProfile, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """`files` by absolute path; `seconds` of the whole program; `overhead` is the share of them
    that measuring took."""

    path: str
    command: tuple[str, ...] = ()
    seconds: float = 0.0
    overhead: float = 0.0
    exit: int = 0
    python: str = ""
    files: Mapping[str, FileProfile] = field(default_factory=dict)

    def loop(self, path: Path, digest: str, ordinal: int) -> LoopProfile | None:
        """What was measured of a loop of a file with this content."""
        found = self.files.get(str(path))
        if found is None or not found.loaded or found.digest != digest:
            return None
        return next((one for one in found.loops if one.ordinal == ordinal), None)

    def loops(self) -> Iterator[tuple[str, LoopProfile]]:
        """All that were measured, by path."""
        for path, file in self.files.items():
            for one in file.loops:
                yield path, one


NONE: Final = Profile("")


def load(path: Path) -> Profile:
    """Raises ProfileError."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ProfileError(f"{path}: not a profile: it is not JSON") from None
    version = table.get("version") if isinstance(table, dict) else None
    if version != VERSION:
        raise ProfileError(f"{path}: not a profile of version {VERSION}")
    try:
        return _profile(path, table)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProfileError(f"{path}: not a profile: {type(error).__name__} {error}") from None


def text_of(profile: Profile) -> str:
    """What `load` reads."""
    files = [
        {
            "path": path,
            "digest": one.digest,
            "loaded": one.loaded,
            "loops": [*map(asdict, one.loops)],
        }
        for path, one in sorted(profile.files.items())
    ]
    table = {
        "version": VERSION,
        "command": list(profile.command),
        "python": profile.python,
        "seconds": profile.seconds,
        "overhead": profile.overhead,
        "exit": profile.exit,
        "files": files,
    }
    return json.dumps(table, indent=1, allow_nan=False) + "\n"


def _profile(path: Path, table: Mapping[str, Any]) -> Profile:
    files = {
        str(one["path"]): FileProfile(
            str(one["digest"]), bool(one["loaded"]), tuple(_loop(loop) for loop in one["loops"])
        )
        for one in table["files"]
    }
    return Profile(
        str(path),
        tuple(map(str, table["command"])),
        float(table["seconds"]),
        float(table["overhead"]),
        int(table["exit"]),
        str(table["python"]),
        files,
    )


def _loop(table: Mapping[str, Any]) -> LoopProfile:
    numbers = {
        key: float(table[key])
        for key in ("total", "mean", "cpu", "children", "waiting", "rest", "shared")
    }
    if any(not 0 <= value < float("inf") for value in numbers.values()):
        raise ValueError("seconds out of range")
    fewest, median, most = map(int, table["trips"])
    low, middle, high = map(float, table["wall"])
    return LoopProfile(
        ordinal=int(table["ordinal"]),
        row=int(table["row"]),
        entries=int(table["entries"]),
        iterations=int(table["iterations"]),
        trips=(fewest, median, most),
        wall=(low, middle, high),
        sent=None if table["sent"] is None else float(table["sent"]),
        size=int(table["size"]),
        unpicklable=tuple(map(str, table["unpicklable"])),
        **numbers,
    )
