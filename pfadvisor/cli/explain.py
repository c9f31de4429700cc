"""`pfadvisor explain`: the page of a rule or backend, the chain behind a verdict, what is trusted."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from pfadvisor import registry
from pfadvisor.cli import _options, _run
from pfadvisor.model import Finding, Report

TRUST = "trust"
BACKENDS = "pfadvisor.backends"


@click.command()
@click.argument("what", metavar="CODE|BACKEND|PATH:LINE|trust")
@_options.predicted
@_options.configured
def command(what: str, **given: Any) -> int:
    """Explain a rule, a backend, the verdict on the loop at a line, or what every verdict trusts.

    \b
    pfadvisor explain PFA101
    pfadvisor explain multiprocessing
    pfadvisor explain src/a.py:42
    pfadvisor explain trust
    """
    if what == TRUST:
        return _trust()
    place = _run.PLACE.fullmatch(what)
    if place is not None:
        return _loop(place["path"], int(place["row"]), given)
    from pfadvisor.rules._catalog import page

    try:
        _run.write((_backend(what) or page(what)).rstrip() + "\n")
    except LookupError as error:
        raise click.UsageError(f"{error}; `pfadvisor rules` lists them") from None
    return 0


def _backend(name: str) -> str:
    """The page of a backend, "" if there is none of that name."""
    if name not in registry.names(BACKENDS):
        return ""
    return f"# {name}\n\n{registry.load(BACKENDS, name).__doc__}"


def _trust() -> int:
    from pfadvisor.effects.trust import TRUST as taken

    for number, text in enumerate(taken, 1):
        indented = textwrap.fill(text, 96, initial_indent=f"{number}. ", subsequent_indent="   ")
        _run.write(indented + "\n")
    return 0


def _loop(path: str, row: int, given: dict[str, Any]) -> int:
    from pfadvisor.report._explain import explain

    run = _run.run_of({**given, "paths": (path,)}, "all", what_if=True)
    report = run.report()
    _run.complain(report, run)
    if report.failed:
        return 2
    found = _at(report, row)
    if not found:
        _run.write(f"error: no loop at {path}:{row}\n", err=True)
        return 2
    view = _run.view(run)
    _run.write("\n".join(explain(finding, view) for finding in found))
    return 0


def _at(report: Report, row: int) -> list[Finding]:
    """The loops that start on the row, else the innermost around it."""
    starting = [one for one in report.findings if row in (one.noqa_row, one.span.row)]
    around = [one for one in report.findings if one.span.row <= row <= one.span.end_row]
    return starting or sorted(around, key=lambda one: one.span.end_row - one.span.row)[:1]
