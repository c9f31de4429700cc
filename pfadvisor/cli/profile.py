"""`pfadvisor profile`: run a program and measure the loops that could run in parallel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from pfadvisor.cli import _options, _run
from pfadvisor.measure.profile import File

OUT = "pfadvisor-profile.json"


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD...")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=OUT)
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
@_options.configured
def command(words: tuple[str, ...], out: Path, quiet: bool, **given: Any) -> int:
    """Run CMD and measure the loops of this project that could run in parallel.

    \b
    pfadvisor profile -- script.py ARGUMENTS
    pfadvisor profile -- -m package
    pfadvisor profile -- pytest tests/

    This runs the program. Its output, its arguments and its exit code stay its own; what was
    measured goes to a file that `check --profile FILE` and `explain --profile FILE` read. A few
    of the values that loops work on are pickled, to see whether and how fast they are.
    """
    from pfadvisor.measure.commands import CommandError, parse
    from pfadvisor.measure.profile import run
    from pfadvisor.profit import calibration, profiles
    from pfadvisor.report._profile import hottest

    try:
        wanted = parse(words)
        files = _files(given)
        outcome = run(wanted, files, calibration.this_machine())
        calibration.write_whole(out, profiles.text_of(outcome.profile))
    except (CommandError, OSError) as error:
        _run.write(f"error: {error}\n", err=True)
        return 2
    if outcome.problem:
        _run.write("".join(f"warning: {line}\n" for line in outcome.problem.split("\n")), err=True)
    if not quiet:
        _run.write(hottest(outcome.profile, Path.cwd(), str(out)), err=True)
    code = outcome.profile.exit
    return code if code >= 0 else 128 - code


def _files(given: dict[str, Any]) -> list[File]:
    """The files of the project around the working directory, with the loops to measure."""
    from pfadvisor.measure.candidates import candidates
    from pfadvisor.model import Failed
    from pfadvisor.source.files import project_root

    cwd = Path.cwd()
    run = _run.run_of({**given, "paths": (str(project_root(cwd, cwd)),)}, "all", fixes=False)
    report = run.report()
    found = []
    for name, loops in candidates(report.findings).items():
        source = run.source(name)
        if not isinstance(source, Failed):
            found.append(File(os.path.realpath(source.path), source.digest, loops))
    return found
