"""Measures this machine in a process of its own and makes a `Calibration` of the readings.

The likeliest value is one of the lowest: what else a machine does only ever adds. Forkserver's
first start in a program is its usual one, and the dearest.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pfadvisor
from pfadvisor.profit.calibration import RATES, Calibration
from pfadvisor.profit.machine import FIGURES

PROBES: Final = "pfadvisor.measure.machine_probes"
TIME_LIMIT: Final = 60.0
WIDEST: Final = 4.0
Reading = tuple[float, float, float]


class CalibrationError(Exception):
    """The machine could not be measured; told in one line."""


def calibrate() -> Calibration:
    """Takes some ten seconds. Raises CalibrationError."""
    return calibration_of(_readings())


def calibration_of(readings: Mapping[str, Sequence[float]]) -> Calibration:
    """What lists of seconds by name amount to."""
    known = {name: interval(values) for name, values in readings.items() if values}
    if "forkserver" in known:
        low, mid, high = known["forkserver"]
        first = min(max(readings["forkserver"][0], low), high)
        known["forkserver"] = low, (mid * max(first, mid)) ** 0.5, high
    missing = [
        name
        for name in ("task_process", "task_thread", "pace", "alone", "together")
        if name not in known
    ]
    if missing:
        raise CalibrationError(f"nothing was measured of {', '.join(missing)}")
    return Calibration(
        {name: known[name] for name in FIGURES if name in known},
        {name: known[name] for name in RATES if name in known},
        known["pace"][1],
        crowding(known["alone"], known["together"]),
        platform.python_version(),
        time.strftime("%Y-%m-%d"),
    )


def interval(values: Sequence[float]) -> Reading:
    """(lowest, likeliest, highest), without what only a disturbance explains."""
    ordered = sorted(values)
    likely = ordered[len(ordered) // 10]
    high = min(ordered[(len(ordered) - 1) * 3 // 4], likely * WIDEST)
    return ordered[0], likely, max(high, likely)


def crowding(alone: Reading, together: Reading) -> Reading:
    """How much longer work takes beside as much work on every processor. Like is compared with
    like, as one of two runs that follow each other may be disturbed and the other not."""
    low, likely = together[0] / alone[0], together[1] / alone[1]
    low, likely, high = sorted(max(value, 1.0) for value in (low, likely, together[2] / alone[1]))
    return low, likely, high


def _readings() -> dict[str, list[float]]:
    home = str(Path(pfadvisor.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    try:
        ran = subprocess.run(
            [sys.executable, "-m", PROBES],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            env={**os.environ, "PYTHONPATH": paths},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CalibrationError(str(error)) from None
    if ran.returncode:
        last = ran.stderr.strip().rpartition("\n")[2]
        raise CalibrationError(last or f"the measuring process ended with {ran.returncode}")
    try:
        found: dict[str, list[float]] = json.loads(ran.stdout)
    except ValueError:
        raise CalibrationError("the measuring process printed something else") from None
    return found
