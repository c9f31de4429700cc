"""`pfadvisor check`: report the loops that can run in parallel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pfadvisor.cli import _options, _run
from pfadvisor.model import Finding, Report
from pfadvisor.selection import Show


@click.command()
@_options.analysis
@_options.predicted
@_options.output_format()
@click.option("-o", "--output-file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@click.option("--review", is_flag=True, help="Also show loops that need assumptions.")
@click.option("--all", "all_", is_flag=True, help="Show every loop, with what keeps it serial.")
@click.option("--statistics", is_flag=True, help="Count findings per rule.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
def command(
    output_format: str,
    output_file: Path | None,
    review: bool,
    all_: bool,
    statistics: bool,
    exit_zero: bool,
    **given: Any,
) -> int:
    """Report the loops of PATHS that can run in parallel.

    PATHS are files and directories, `-` is standard input. Exits with 1 if there are loops to
    parallelise, with 2 if something could not be analysed.
    """
    show: Show = "all" if all_ else "review" if review else "suggested"
    run = _run.run_of(given, show)
    report = _ranked(run.report(), run)
    text = _run.render(report, run, output_format, statistics=statistics)
    if output_file is None:
        _run.write(text)
    else:
        output_file.write_text(text, encoding="utf-8")
    _run.complain(report, run)
    code = _run.exit_code(report, run)
    return 0 if exit_zero and code == 1 else code


def _ranked(report: Report, run: _run.Run) -> Report:
    """With a profile: what saves most comes first, what never ran last."""
    if not run.request.basis.profile.path:
        return report
    return replace(report, findings=tuple(sorted(report.findings, key=_rank)))


def _rank(finding: Finding) -> tuple[bool, float]:
    profit = finding.judgement.profit if finding.judgement is not None else None
    found = profit.measured if profit is not None else None
    return found is not None and not found.iterations, -max(found.saves) if found else 0.0
