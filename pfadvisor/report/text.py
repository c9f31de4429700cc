"""Findings for people: what was found, the source it speaks of, why, and what to do.

Reads source only through `View.line`; without it the snippets are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from pfadvisor.model import Assumption, Blocker, Finding, Judgement, Location, Report
from pfadvisor.report import View
from pfadvisor.report._snippet import cited, paint, snippet, where
from pfadvisor.report._tally import counts, is_fixable, summary
from pfadvisor.rules._finding import spelled


def render(report: Report, view: View) -> str:
    if view.statistics:
        return _statistics(report, view)
    blocks = ["\n".join(_finding(finding, view)) for finding in report.findings]
    return "\n\n".join([*blocks, "\n".join(summary(report))]) + "\n"


def _statistics(report: Report, view: View) -> str:
    rows = counts(report)
    width = max((len(str(row.count)) for row in rows), default=0)
    lines = []
    for row in rows:
        mark = "[*]" if row.fixable else "[ ]"
        lines.append(f"{row.count:>{width}}  {paint(view, 'red', row.code)}  {mark} {row.name}")
    return "\n".join([*lines, *summary(report)]) + "\n"


def _finding(finding: Finding, view: View) -> Iterator[str]:
    location = Location(finding.filename, finding.span)
    mark = f" {paint(view, 'cyan', '[*]')}" if is_fixable(finding) else ""
    head = f"{paint(view, 'red', finding.code)} {finding.name}{mark}"
    yield f"{head}: {paint(view, 'bold', finding.message)}"
    yield _arrow(view, where(location))
    yield from snippet(view, location)
    if finding.judgement is not None:
        yield from _reasons(finding.judgement, view)
    yield from _help(finding, view)


def _arrow(view: View, place: str) -> str:
    return f" {paint(view, 'blue', '-->')} {place}"


def _reasons(judgement: Judgement, view: View) -> Iterator[str]:
    if judgement.verdict == "serial":
        for number, blocker in enumerate(judgement.blockers):
            yield from _blocker(blocker, view, said=number == 0)
    for assumption in judgement.assumptions:
        yield from _assumption(assumption, view)
    if judgement.verdict != "serial":
        yield from (note(view, vouched(one)) for one in judgement.accepted)


def _blocker(blocker: Blocker, view: View, *, said: bool) -> Iterator[str]:
    """The finding's own message has already `said` its first blocker."""
    if not said:
        yield note(view, f"{blocker.code} {blocker.name}: {blocker.message}")
    yield from blocker_places(view, blocker)
    if blocker.advice and not said:
        yield advice(view, blocker.advice)


def blocker_places(view: View, blocker: Blocker) -> Iterator[str]:
    """Where it happens: the two places that conflict, each once."""
    if blocker.location not in [related.location for related in blocker.related]:
        yield from located(view, blocker.location, "")
    for related in blocker.related:
        yield from located(view, related.location, related.message)


def _assumption(assumption: Assumption, view: View) -> Iterator[str]:
    yield note(view, f"{spelled(assumption)}: {assumption.message or 'not proved'}")
    yield from located(view, assumption.location, "")


def located(view: View, location: Location, label: str) -> Iterator[str]:
    """A place with its source, for the reasons of a finding."""
    yield _arrow(view, cited(location))
    shown = snippet(view, location, label)
    yield from shown
    if label and not shown:
        yield f"   {label}"


def vouched(one: Assumption) -> str:
    """What the user has said, and where it matters."""
    return f"on your word: {spelled(one)}: {one.message} ({where(one.location)})"


def note(view: View, text: str) -> str:
    return f"{paint(view, 'yellow', 'note')}: {text}"


def advice(view: View, text: str) -> str:
    return f"{paint(view, 'cyan', 'help')}: {text}"


def _help(finding: Finding, view: View) -> Iterator[str]:
    fix = finding.fix
    if fix is not None:
        how = {
            "safe": "`pfadvisor fix`",
            "unsafe": "`pfadvisor fix --unsafe-fixes`",
            "display": "shown only",
        }
        yield advice(view, f"{fix.message} ({how[fix.applicability]})")
    elif finding.fix_refused:
        yield note(view, f"not rewritten: {finding.fix_refused}")
    judgement = finding.judgement
    if judgement is not None and judgement.verdict == "review" and judgement.assumptions:
        names = ", ".join(dict.fromkeys(map(spelled, judgement.assumptions)))
        yield advice(view, f"if that holds, say so: `# pfadvisor: assume[{names}]` on the loop")
