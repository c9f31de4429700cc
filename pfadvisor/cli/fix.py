"""`pfadvisor fix`: rewrite the loops that are proved and worth it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import click

from pfadvisor.cli import _options, _run
from pfadvisor.cli._interactive import chosen
from pfadvisor.model import Failed, Finding, Report
from pfadvisor.rewrite import apply, requirements
from pfadvisor.rewrite.apply import Change
from pfadvisor.rewrite.declare import with_packages
from pfadvisor.source.module import encode

MOST_ROUNDS: Final = 20
Wanted = Callable[[Finding], bool]
Make = Callable[[_run.Run, Report, Wanted], list[Change | Failed]]


@click.command()
@_options.analysis
@_options.output_format()
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option(
    "--unsafe-fixes",
    is_flag=True,
    help="Also apply rewrites that need assumptions, or may not gain.",
)
@click.option("--interactive", is_flag=True, help="Ask for each rewrite, as `git add --patch`.")
@click.option(
    "--add-dependency",
    is_flag=True,
    help="Also declare the package that the backend needs, in pyproject.toml or the script.",
)
def command(output_format: str, diff: bool, unsafe_fixes: bool, **given: Any) -> int:
    """Rewrite the loops of PATHS that are proved parallel and worth it.

    Exits with 1 if loops are left to parallelise, or if `--diff` shows a change; with `-` the
    rewritten text goes to standard output.
    """
    if given["interactive"] and _run.STDIN in given["paths"]:
        raise click.UsageError("--interactive needs files: standard input holds the answers")
    if given["add_dependency"] and _run.STDIN in given["paths"]:
        raise click.UsageError("--add-dependency needs files, not `-`")
    run = _run.run_of(given, "review" if unsafe_fixes else "suggested", unsafe=unsafe_fixes)
    make = _declaring if given["add_dependency"] else _changes
    wanted = _applicable(unsafe_fixes)
    if given["interactive"]:
        return _rewrite_chosen(run, make, output_format, diff=diff)
    if diff:
        return _differ(run, run.report(), wanted, make)
    if run.stdin is not None:
        return _rewrite_stdin(run, wanted)
    return _rewrite(run, wanted, make, output_format)


def _rewrite(run: _run.Run, wanted: Wanted, make: Make, output_format: str) -> int:
    fixed, failed, report = 0, list[Failed](), run.report()
    whole = True
    for _ in range(MOST_ROUNDS):
        made = make(run, report, wanted)
        done = [one for one in made if isinstance(one, Change) and _written(one, failed)]
        failed += [one for one in made if isinstance(one, Failed) and one not in failed]
        fixed += sum(len(one.fixed) for one in done)
        if whole and not done:
            break
        run = run.again(one.source.name for one in done) if done else run.afresh()
        whole, report = not done, run.report()
    report = replace(report, failed=(*report.failed, *failed))
    _run.write(_run.render(report, run, output_format))
    _say(fixed, "Fixed")
    _run.complain(report)
    return _run.exit_code(report, run)


def _rewrite_chosen(run: _run.Run, make: Make, output_format: str, *, diff: bool) -> int:
    """Ask for each rewrite, then write each file once."""
    report = run.report()
    taken = chosen(run, report, lambda asked: make(run, asked, _always))
    wanted = replace(report, findings=tuple(taken))
    if diff:
        return _differ(run, wanted, _always, make)
    made, failed = make(run, wanted, _always), list[Failed]()
    done = [one for one in made if isinstance(one, Change) and _written(one, failed)]
    failed += [one for one in made if isinstance(one, Failed)]
    run = run.again(one.source.name for one in done)
    left = run.report()
    left = replace(left, failed=(*left.failed, *failed))
    _run.write(_run.render(left, run, output_format))
    _say(sum(len(one.fixed) for one in done), "Fixed")
    _run.complain(left)
    return _run.exit_code(left, run)


def _always(finding: Finding) -> bool:
    return True


def _differ(run: _run.Run, report: Report, wanted: Wanted, make: Make) -> int:
    made = make(run, report, wanted)
    found = [one for one in made if isinstance(one, Change)]
    for change in found:
        if change.source.encoding in ("utf-8", "utf-8-sig") or sys.stdout.isatty():
            _run.write(apply.diff(change))
        else:
            _run.write_bytes(apply.diff_bytes(change))
    _say(sum(len(one.fixed) for one in found), "Would fix")
    report = replace(
        report, failed=(*report.failed, *(one for one in made if isinstance(one, Failed)))
    )
    _run.complain(report)
    return max(_run.exit_code(report, run), int(bool(found)))


def _rewrite_stdin(run: _run.Run, wanted: Wanted) -> int:
    report = run.report()
    made = _changes(run, report, wanted)
    text = made[0].text if made and isinstance(made[0], Change) else None
    data = run.stdin or b""
    if text is not None:
        source = run.source(report.findings[0].filename)
        data = data if isinstance(source, Failed) else encode(source, text)
    _run.write_bytes(data)
    _run.complain(report)
    left = run.with_text(data)
    return _run.exit_code(left.report(), left)


def _changes(run: _run.Run, report: Report, wanted: Wanted) -> list[Change | Failed]:
    return apply.changes(report, run.source, wanted, run.request.settings.line_length)


def _declaring(run: _run.Run, report: Report, wanted: Wanted) -> list[Change | Failed]:
    """The changes, and those that declare what they need."""
    made, request = _changes(run, report, wanted), run.request
    packages = requirements.needed(request.settings.backend)
    return with_packages(made, packages, request.cwd) if packages else made


def _written(change: Change, failed: list[Failed]) -> bool:
    problem = apply.write(change.source, change.text)
    if problem is not None:
        failed.append(problem)
    return problem is None


def _applicable(unsafe: bool) -> Wanted:
    return lambda finding: apply.is_applicable(finding.fix, unsafe=unsafe)


def _say(number: int, verb: str) -> None:
    if number:
        _run.write(f"{verb} {number} {'loop' if number == 1 else 'loops'}.\n", err=True)
