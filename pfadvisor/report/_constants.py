"""The constants of a machine as `calibrate --show` prints them, with their origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from pfadvisor.profit.estimate import Estimate
from pfadvisor.profit.machine import FIGURES, Figure, Machine, Rates

UNITS = ((1e-6, 1e9, "ns"), (1e-3, 1e6, "us"), (1.0, 1e3, "ms"), (float("inf"), 1.0, "s"))


def constants(machine: Machine) -> str:
    """One line per constant: likeliest, range, origin."""
    return "\n".join([f"Constants: {machine.origin}", "", *_lines(machine)]) + "\n"


def _lines(machine: Machine) -> Iterator[str]:
    for name in FIGURES:
        figure: Figure = getattr(machine, name)
        yield _line(name, figure.seconds, figure.origin)
    for field in fields(Rates):
        yield _line(field.name, getattr(machine.rates, field.name), "pickled, sent, unpickled")
    yield f"{'pace':<14} {machine.pace:>9.2f}  {'':<24} of the costs of instructions"
    low, likely, high = machine.crowding[:3]
    reach = f"{low:.2f} to {high:.2f}"
    yield f"{'crowding':<14} {likely:>9.2f}  {reach:<24} of the time of work, all processors busy"


def _line(name: str, seconds: Estimate, origin: str) -> str:
    reach = f"{_shown(seconds.low)} to {_shown(seconds.high)}"
    return f"{name.replace('_', '-'):<14} {_shown(seconds.mid):>9}  {reach:<24} {origin}"


def _shown(seconds: float) -> str:
    factor, unit = next((f, u) for limit, f, u in UNITS if seconds < limit)
    return f"{seconds * factor:.3g} {unit}"
