"""`pfadvisor measure`: what the rewrite of one loop really gains, beside what was predicted."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from pfadvisor.cli import _options, _run
from pfadvisor.model import Failed, Finding, LoopId, Profit, Report
from pfadvisor.source.module import SourceFile

BEYOND: Final = 2  # times the number of workers: no loop gains that much


@click.command()
@click.argument("place", metavar="PATH:LINE")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD...")
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--unsafe-fixes", is_flag=True, help="Also measure a rewrite with assumptions.")
@_options.configured
def command(place: str, words: tuple[str, ...], runs: int, unsafe_fixes: bool, **given: Any) -> int:
    """Run CMD before and after the rewrite of the loop at PATH:LINE, and compare.

    \b
    pfadvisor measure src/a.py:42 -- script.py ARGUMENTS
    pfadvisor measure src/a.py:42 --runs 5 -- pytest tests/

    Runs the program several times in copies of the project, in turns, once more to predict from
    what it does, and checks that its output and exit code stay the same. Nothing of the project
    is changed. `pfadvisor calibrate --history` shows all receipts.
    """
    from pfadvisor.measure.commands import CommandError, parse

    try:
        wanted = parse(words)
        path, row = place.rpartition(":")[0], int(place.rpartition(":")[2])
    except CommandError as error:
        return _refuse(str(error))
    except ValueError:
        return _refuse(f"{place}: not PATH:LINE")
    given["min_speedup"] = 0.0
    run = _run.run_of({**given, "paths": (path,)}, "all", unsafe=unsafe_fixes)
    report = run.report()
    _run.complain(report)
    found = [one for one in report.findings if row in (one.noqa_row, one.span.row)]
    problem = _problem(found, place, report, unsafe=unsafe_fixes)
    if problem:
        return _refuse(problem)
    try:
        return _measured(wanted, run, found[0], runs)
    except OSError as error:
        return _refuse(str(error))


def _refuse(problem: str) -> int:
    _run.write(f"error: {problem}\n", err=True)
    return 2


def _problem(found: list[Finding], place: str, report: Report, *, unsafe: bool) -> str:
    from pfadvisor.rewrite.apply import is_applicable

    if report.failed:
        return "the file could not be analysed"
    if not found:
        return f"no loop at {place}"
    finding = found[0]
    if finding.fix is None:
        return f"{place} is not rewritten: {finding.fix_refused or finding.message}"
    if not is_applicable(finding.fix, unsafe=unsafe):
        return f"the rewrite of {place} needs assumptions: --unsafe-fixes"
    return ""


def _measured(wanted: Any, run: _run.Run, finding: Finding, runs: int) -> int:
    from pfadvisor.measure import compare, receipts
    from pfadvisor.profit import calibration
    from pfadvisor.report._receipts import lost, receipt
    from pfadvisor.rewrite.apply import changes
    from pfadvisor.source.files import project_root
    from pfadvisor.source.module import encode

    (change,) = changes(Report((finding,)), run.source, lambda _: True, 88)
    if isinstance(change, Failed):
        return _refuse(f"{change.filename}: {change.message}")
    cwd = Path.cwd()
    root = project_root(change.source.path, cwd)
    if not cwd.is_relative_to(root):
        return _refuse(f"run this inside of the project {root}")
    profit, seconds = _predicted(wanted, run, finding, change.source)
    if profit is None:
        return _refuse(f"the program never runs the loop at {finding.filename}:{finding.noqa_row}")
    data = encode(change.source, change.text)
    found = compare.compare(wanted, root, cwd, change.source.path, data, runs)
    if found.difference:
        return _refuse(f"the rewritten program is another one: {found.difference}")
    gain = _gain(seconds, found.before - found.after, profit.workers)
    if gain is None:
        _run.write(lost(f"{finding.filename}:{finding.noqa_row}", seconds, found))
        return 0
    made = receipts.Receipt(
        f"{finding.filename}:{finding.noqa_row}",
        time.strftime("%Y-%m-%d"),
        profit.constants,
        profit.speedup,
        gain,
        found.before,
        found.after,
    )
    receipts.keep(calibration.folder(), made)
    shown = receipt(made)
    if found.unsteady:
        shown = shown.replace("same output", "output differs from run to run")
    _run.write(shown)
    return 0


def _gain(seconds: float, saved: float, workers: int) -> float | None:
    """The speed-up of a loop that took so many seconds and was relieved of some; None if these
    are more than the workers can save: other parts of the program took less time by chance."""
    least = seconds / (BEYOND * max(workers, 1))
    return seconds / (seconds - saved) if seconds - saved >= least else None


def _predicted(
    wanted: Any, run: _run.Run, finding: Finding, source: SourceFile
) -> tuple[Profit | None, float]:
    """The prediction from a profile of the program, and the seconds that the loop takes."""
    import os

    from pfadvisor.measure.candidates import candidates
    from pfadvisor.measure.profile import File, quietly
    from pfadvisor.profit import calibration

    loops = candidates([finding], all_=True).get(finding.filename, [])
    file = File(os.path.realpath(source.path), source.digest, loops)
    profile = replace(quietly(wanted, [file], calibration.this_machine()), path="measure")
    request = replace(run.request, basis=replace(run.request.basis, profile=profile))
    report = run.asking(request).report()
    loop = _loop(finding)
    again = [one for one in report.findings if _loop(one) == loop]
    judgement = again[0].judgement if again else None
    profit = judgement.profit if judgement is not None else None
    measured = profit.measured if profit is not None else None
    if measured is None or not measured.iterations:
        return None, 0.0
    return profit, measured.seconds


def _loop(finding: Finding) -> LoopId | None:
    return finding.judgement.loop if finding.judgement is not None else None
