"""What predictions rest on besides the code: the machine, and what is stated or was measured."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Final

from pfadvisor.profit import calibration
from pfadvisor.profit.machine import DEFAULT, Machine
from pfadvisor.profit.profiles import NONE, Profile

FORKSERVER_SINCE: Final = (3, 14)


@dataclass(frozen=True, slots=True)
class Basis:
    """iterations  where the code does not state them, what they are taken to be
    profile     what a run of the program showed
    table       whether a prediction comes with those for other sizes and machines
    """

    machine: Machine = DEFAULT
    profile: Profile = field(default=NONE)
    iterations: int | None = None
    table: bool = False

    @property
    def start_method(self) -> str:
        """That of this interpreter, if the prediction is for this machine; else "", any."""
        if not self.machine.calibrated and not self.profile.path:
            return ""
        if sys.platform != "linux":
            return "spawn"
        return "fork" if sys.version_info < FORKSERVER_SINCE else "forkserver"


def of_this_machine() -> Basis:
    """What is known without being told: the constants of `pfadvisor calibrate`, if there are."""
    return Basis(calibration.this_machine())
