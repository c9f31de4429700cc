"""What predictions rest on besides the code: the machine, and what is stated or was measured."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pfadvisor.profit import calibration
from pfadvisor.profit.machine import DEFAULT, Machine
from pfadvisor.profit.profiles import NONE, FileProfile, LoopProfile, Profile

FORKSERVER_SINCE: Final = (3, 14)


@dataclass(frozen=True, slots=True)
class Basis:
    """iterations  where the code does not state them, what they are taken to be
    profile     what a run of the program showed; `here` is that of the file under judgement
    what_if     whether a prediction comes with those for other sizes and machines
    """

    machine: Machine = DEFAULT
    profile: Profile = field(default=NONE)
    here: FileProfile | None = None
    iterations: int | None = None
    what_if: bool = False

    @property
    def start_method(self) -> str:
        """That of this interpreter, if the prediction is for this machine; else "", any."""
        if not self.machine.calibrated and not self.profile.path:
            return ""
        if sys.platform != "linux":
            return "spawn"
        return "fork" if sys.version_info < FORKSERVER_SINCE else "forkserver"

    def at(self, path: Path, digest: str) -> Basis:
        """The basis for the loops of a file with this content."""
        if not self.profile.path:
            return self
        found = self.profile.files.get(os.path.realpath(path))
        fits = found is not None and found.digest == digest
        return replace(self, here=found if fits else None)

    def measured(self, ordinal: int) -> LoopProfile | None:
        """What was measured of a loop of the file."""
        if self.here is None:
            return None
        return next((one for one in self.here.loops if one.ordinal == ordinal), None)


def of_this_machine() -> Basis:
    """What is known without being told: the constants of `pfadvisor calibrate`, if there are."""
    return Basis(calibration.this_machine())
