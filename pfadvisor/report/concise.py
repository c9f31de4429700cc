"""One line per finding: `path:row:column: CODE [*] message`."""

from __future__ import annotations

from pfadvisor.model import Finding, Location, Report
from pfadvisor.report import View
from pfadvisor.report._snippet import paint, where
from pfadvisor.report._tally import is_fixable, summary


def render(report: Report, view: View) -> str:
    lines = [_line(finding, view) for finding in report.findings]
    return "\n".join([*lines, *summary(report)]) + "\n"


def _line(finding: Finding, view: View) -> str:
    place = where(Location(finding.filename, finding.span))
    mark = f" {paint(view, 'cyan', '[*]')}" if is_fixable(finding) else ""
    code = paint(view, "red", finding.code)
    return f"{paint(view, 'bold', place)}: {code}{mark} {finding.message}"
