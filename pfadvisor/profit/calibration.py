"""What `pfadvisor calibrate` measured on this machine: one file of this user, read and written.

A file that is not there, cannot be read or is not what this version writes counts as none; it
is replaced in one step, so that an interrupted calibration leaves the one before.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from pfadvisor.profit import machine as machines
from pfadvisor.profit.estimate import Estimate
from pfadvisor.profit.machine import DEFAULT, FIGURES, Figure, Machine, Rates

VERSION: Final = 1
FILE: Final = "calibration.json"
RATES: Final = tuple(field.name for field in fields(Rates))
MOST_PACE: Final = 100.0
Readings = Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Seconds as (lowest, likeliest, highest) by the names of `Machine` and of `Rates`."""

    seconds: Readings
    rates: Readings
    pace: float
    crowding: tuple[float, float, float]
    python: str
    day: str

    @property
    def origin(self) -> str:
        return f"calibrated on {self.day} with CPython {self.python}"


def folder() -> Path:
    """`PFADVISOR_DATA_DIR`, or the place for data of this user."""
    stated = os.environ.get("PFADVISOR_DATA_DIR")
    if stated:
        return Path(stated)
    base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(base) / "pfadvisor"


def this_machine() -> Machine:
    """The machine as it was calibrated, else as it was shipped."""
    found = load(folder())
    return DEFAULT if found is None else machine_of(found)


def machine_of(calibration: Calibration) -> Machine:
    """Shipped figures with those that were measured in their places."""
    seconds: dict[str, Any] = {
        name: Figure(Estimate(*values), f"{_what(name)}, {calibration.origin}")
        for name, values in calibration.seconds.items()
    }
    rates = {name: Estimate(*values) for name, values in calibration.rates.items()}
    return replace(
        DEFAULT,
        **seconds,
        rates=replace(DEFAULT.rates, **rates),
        pace=calibration.pace,
        crowding=Estimate(*calibration.crowding),
        origin=calibration.origin,
    )


def load(where: Path) -> Calibration | None:
    try:
        return _checked(json.loads((where / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def store(where: Path, calibration: Calibration) -> Path:
    """Raises OSError if the file cannot be written; the one before is then still there."""
    table = {
        "version": VERSION,
        "python": calibration.python,
        "day": calibration.day,
        "pace": calibration.pace,
        "crowding": list(calibration.crowding),
        "seconds": dict(calibration.seconds),
        "rates": dict(calibration.rates),
    }
    return write_whole(where / FILE, json.dumps(table, indent=1) + "\n")


def write_whole(path: Path, text: str) -> Path:
    """Replace a file of the user's in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(written, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(written)
        raise
    return path


def _checked(table: Mapping[str, Any]) -> Calibration | None:
    if table["version"] != VERSION:
        return None
    pace = float(table["pace"])
    if not 1 / MOST_PACE < pace < MOST_PACE:
        return None
    seconds = {
        name: _reading(table["seconds"][name]) for name in FIGURES if name in table["seconds"]
    }
    rates = {name: _reading(table["rates"][name]) for name in RATES if name in table["rates"]}
    crowding = _reading(table["crowding"])
    return Calibration(seconds, rates, pace, crowding, str(table["python"]), str(table["day"]))


def _reading(values: Any) -> tuple[float, float, float]:
    low, mid, high = (float(value) for value in values)
    if not 0 < low <= mid <= high < float("inf"):
        raise ValueError("not an interval of seconds")
    return low, mid, high


def _what(name: str) -> str:
    figure: Figure = getattr(DEFAULT, name)
    return figure.origin.removesuffix(f", {machines.MEASURED}")
