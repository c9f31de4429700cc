"""`pfadvisor calibrate`: measure this machine, so that predictions speak of it."""

from __future__ import annotations

import click

from pfadvisor.cli import _run


@click.command()
@click.option("--show", is_flag=True, help="Print the constants in use, and measure nothing.")
def command(show: bool) -> int:
    """Measure starts, tasks, pickling and plain Python on this machine.

    Takes some ten seconds; best while nothing else runs. The constants are kept for this user
    and used by `check`, `fix` and `explain`. A calibration that fails or is interrupted leaves
    the one before.
    """
    from pfadvisor.profit import calibration

    if not show:
        from pfadvisor.measure.calibrate import CalibrationError, calibrate

        try:
            path = calibration.store(calibration.folder(), calibrate())
        except (CalibrationError, OSError) as error:
            _run.write(f"error: not calibrated: {error}\n", err=True)
            return 2
        _run.write(f"Wrote {path}\n", err=True)
    from pfadvisor.report._constants import constants

    _run.write(constants(calibration.this_machine()))
    return 0
