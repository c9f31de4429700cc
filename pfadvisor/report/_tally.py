"""What a report adds up to: its summary line and its statistics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from pfadvisor.model import Finding, Judgement, Report

COMMENTS: Final = "PFA4"


@dataclass(frozen=True, slots=True)
class Count:
    code: str
    name: str
    count: int
    fixable: int


def is_fixable(finding: Finding) -> bool:
    """Whether `fix` would apply it unasked."""
    return finding.fix is not None and finding.fix.applicability == "safe"


def is_question(finding: Finding) -> bool:
    return finding.judgement is not None and finding.judgement.verdict == "review"


def is_dead(judgement: Judgement) -> bool:
    profit = judgement.profit
    measured = profit.measured if profit is not None else None
    return measured is not None and not measured.iterations


def counts(report: Report) -> list[Count]:
    """Findings per rule, the most frequent first."""
    found = Counter((one.code, one.name) for one in report.findings)
    fixable = Counter((one.code, one.name) for one in report.findings if is_fixable(one))
    rows = [Count(*rule, number, fixable[rule]) for rule, number in found.items()]
    return sorted(rows, key=lambda row: (-row.count, row.code))


def summary(report: Report) -> list[str]:
    """The closing lines of a report for people."""
    lines = [_found(report)]
    fixable = sum(map(is_fixable, report.findings))
    if fixable:
        lines.append(f"[*] {fixable} fixable with `pfadvisor fix`.")
    unsafe = sum(
        one.fix is not None and one.fix.applicability == "unsafe" for one in report.findings
    )
    if unsafe:
        lines.append(f"{unsafe} fixable with `pfadvisor fix --unsafe-fixes`.")
    hidden = dict(report.hidden)
    if hidden.get("review"):
        lines.append(f"{hidden['review']} more under review that may gain: --review")
    return [*lines, *_dead(report), *_constants(report)]


def _dead(report: Report) -> list[str]:
    """Loops that would be worth it, if they ran."""
    found = [
        f"{one.filename}:{one.noqa_row}"
        for one in report.findings
        if one.judgement is not None and is_dead(one.judgement)
    ]
    return [f"Never ran in the profile: {', '.join(found)}."] if found else []


def _constants(report: Report) -> list[str]:
    """Which machine the predictions are made for, if there are any."""
    judged = [one.judgement for one in report.findings if one.judgement is not None]
    named = [one.profit.constants for one in judged if one.profit is not None]
    return [f"Gains are predicted (constants: {name})." for name in sorted({*named} - {""})]


def _found(report: Report) -> str:
    comments = sum(one.code.startswith(COMMENTS) for one in report.findings)
    mistakes = sum(one.judgement is None for one in report.findings) - comments
    questions = sum(map(is_question, report.findings))
    serial = sum(_verdict(one) == "serial" for one in report.findings)
    cheap = sum(map(_is_cheap, report.findings))
    parallel = len(report.findings) - mistakes - comments - questions - serial - cheap
    seen = f" among {_plural(report.loops, 'loop')} in {_plural(report.files, 'file')}"
    parts = [
        _plural(parallel, "loop") + " that can run in parallel" if parallel else "",
        _plural(questions, "loop") + " that could if a question is answered" if questions else "",
        _plural(cheap, "loop") + " that could and would not gain" if cheap else "",
        _plural(serial, "serial loop") if serial else "",
        _plural(mistakes, "mistake") + " in parallel code" if mistakes else "",
        _plural(comments, "comment") + f" that mean{'s' * (comments == 1)} nothing"
        if comments
        else "",
    ]
    found = ", ".join(part for part in parts if part)
    return f"Found {found}{seen}." if found else f"Nothing to suggest{seen}."


def _is_cheap(finding: Finding) -> bool:
    judgement = finding.judgement
    worth = judgement.profit.worth if judgement is not None and judgement.profit else ""
    return _verdict(finding) in ("parallel", "pipeline") and worth == "no"


def _verdict(finding: Finding) -> str:
    return finding.judgement.verdict if finding.judgement is not None else ""


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
