"""Receipts: what was predicted of a loop and what was measured, kept for this user, one a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pfadvisor.profit.calibration import write_whole

FILE: Final = "receipts.jsonl"
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """`predicted` and `measured` are speed-ups of the loop; seconds are those of the program."""

    place: str
    day: str
    constants: str
    predicted: tuple[float, float]
    measured: float
    before: float
    after: float

    @property
    def inside(self) -> bool:
        low, high = self.predicted
        return low <= self.measured <= high

    @property
    def error(self) -> float:
        """Predicted over measured."""
        low, high = self.predicted
        return float((max(low, 1e-3) * max(high, 1e-3)) ** 0.5 / max(self.measured, 1e-3))


def load(where: Path) -> list[Receipt]:
    """Those that can be read, the oldest first."""
    try:
        lines = (where / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [one for one in map(_read, lines) if one is not None]


def keep(where: Path, receipt: Receipt) -> Path:
    """Add one. Raises OSError."""
    kept = [*load(where), receipt][-MOST:]
    text = "".join(json.dumps(asdict(one)) + "\n" for one in kept)
    return write_whole(where / FILE, text)


def mean_error(receipts: Sequence[Receipt]) -> float:
    """By what factor predictions are off, up or down alike."""
    product = 1.0
    for one in receipts:
        product *= max(one.error, 1 / one.error) ** (1 / len(receipts))
    return product


def _read(line: str) -> Receipt | None:
    try:
        table = json.loads(line)
        low, high = map(float, table["predicted"])
        measured, before, after = (float(table[key]) for key in ("measured", "before", "after"))
        place, day, constants = (str(table[key]) for key in ("place", "day", "constants"))
        return Receipt(place, day, constants, (low, high), measured, before, after)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
