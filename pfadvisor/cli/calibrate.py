"""`pfadvisor calibrate`: measure this machine, so that predictions speak of it."""

from __future__ import annotations

import click

from pfadvisor.cli import _run


@click.command()
@click.option("--show", is_flag=True, help="Print the constants in use, and measure nothing.")
@click.option("--history", is_flag=True, help="Print what `measure` predicted and what it found.")
def command(show: bool, history: bool) -> int:
    """Measure starts, tasks, pickling and plain Python on this machine.

    Takes some ten seconds; best while nothing else runs. The constants are kept for this user
    and used by `check`, `fix` and `explain`. A calibration that fails or is interrupted leaves
    the one before.
    """
    from pfadvisor.profit import calibration

    if history:
        from pfadvisor.measure import receipts
        from pfadvisor.report import _receipts

        _run.write(_receipts.history(receipts.load(calibration.folder())))
        return 0
    if not show:
        from pfadvisor.measure.calibrate import CalibrationError, calibrate

        try:
            path = calibration.store(calibration.folder(), calibrate())
        except (CalibrationError, OSError) as error:
            _run.write(f"error: not calibrated: {error}\n", err=True)
            return 2
        _run.write(f"Wrote {path}\n{_busy()}", err=True)
    from pfadvisor.report._constants import constants

    _run.write(constants(calibration.this_machine()))
    return 0


def _busy() -> str:
    """A warning if other programs kept the machine from being measured."""
    import os

    from pfadvisor.profit.machine import worker_count

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load <= worker_count() + 1:
        return ""
    return f"warning: other programs keep this machine busy (load {load:.1f}): calibrate again\n"
