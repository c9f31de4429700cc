"""`pfadvisor check`: report the loops that can run in parallel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pfadvisor.cli import _options, _run
from pfadvisor.selection import Show


@click.command()
@_options.analysis
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
    report = run.report()
    text = _run.render(report, run, output_format, statistics=statistics)
    if output_file is None:
        _run.write(text)
    else:
        output_file.write_text(text, encoding="utf-8")
    _run.complain(report)
    code = _run.exit_code(report, run)
    return 0 if exit_zero and code == 1 else code
