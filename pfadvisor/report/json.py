"""One JSON array, an object per finding: ruff's keys first, ours after them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pfadvisor.model import (
    Assumption,
    Blocker,
    Edit,
    Finding,
    Fix,
    Judgement,
    Measured,
    Profit,
    Related,
    Report,
    Span,
)
from pfadvisor.report import View
from pfadvisor.report._tally import counts


def render(report: Report, view: View) -> str:
    rows: Iterator[dict[str, Any]] = (
        (asdict(row) for row in counts(report))
        if view.statistics
        else (_finding(finding) for finding in report.findings)
    )
    objects = ",\n  ".join(_indented(row) for row in rows)
    return f"[\n  {objects}\n]\n" if objects else "[]\n"


def _indented(row: dict[str, Any]) -> str:
    """One at a time: those of a large project together would take more memory than its analysis."""
    return json.dumps(row, indent=2, allow_nan=False).replace("\n", "\n  ")


def _finding(finding: Finding) -> dict[str, Any]:
    message = finding.message
    if finding.fix is None and finding.fix_refused:
        message += f"; not rewritten: {finding.fix_refused}"
    return {
        "code": finding.code,
        "name": finding.name,
        "message": message,
        "filename": finding.filename,
        **_place(finding.span),
        "noqa_row": finding.noqa_row,
        "url": None,
        "fix": None if finding.fix is None else _fix(finding.fix),
        **_judgement(finding.judgement),
    }


def _judgement(judgement: Judgement | None) -> dict[str, Any]:
    if judgement is None:
        silent = ("loop", "verdict", "pattern", "kind", "gil", "backend", "profit")
        return {**dict.fromkeys(silent), "assumptions": [], "accepted": [], "blockers": []}
    loop = judgement.loop
    return {
        "loop": {
            "form": loop.form,
            "ordinal": loop.ordinal,
            "for_row": loop.for_row,
            "for_column": loop.for_column,
            "enclosed_by": loop.enclosed_by,
        },
        "verdict": judgement.verdict,
        "pattern": judgement.pattern,
        "kind": judgement.kind,
        "gil": judgement.gil,
        "backend": judgement.backend,
        "assumptions": [_assumption(one) for one in judgement.assumptions],
        "accepted": [_assumption(one) for one in judgement.accepted],
        "blockers": [_blocker(one) for one in judgement.blockers],
        "profit": None if judgement.profit is None else _profit(judgement.profit),
    }


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {
        "name": assumption.name,
        "subject": assumption.subject,
        "message": assumption.message,
        "filename": assumption.location.filename,
        **_place(assumption.location.span),
    }


def _blocker(blocker: Blocker) -> dict[str, Any]:
    return {
        "code": blocker.code,
        "name": blocker.name,
        "message": blocker.message,
        "filename": blocker.location.filename,
        **_place(blocker.location.span),
        "related": [_related(one) for one in blocker.related],
    }


def _related(related: Related) -> dict[str, Any]:
    place = _place(related.location.span)
    return {"filename": related.location.filename, **place, "message": related.message}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [_edit(edit) for edit in fix.edits]
    return {"applicability": fix.applicability, "message": fix.message, "edits": edits}


def _edit(edit: Edit) -> dict[str, Any]:
    return {"content": edit.content, **_place(edit.span)}


def _profit(profit: Profit) -> dict[str, Any]:
    return {
        "worth": profit.worth,
        "iterations": profit.iterations,
        "seconds_per_iteration": [_number(value) for value in profit.seconds_per_iteration],
        "break_even": profit.break_even,
        "speedup": [_number(value) for value in profit.speedup],
        "workers": profit.workers,
        "constants": profit.constants,
        "measured": None if profit.measured is None else _measured(profit.measured),
    }


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "entries": measured.entries,
        "iterations": measured.iterations,
        "seconds": _number(measured.seconds),
        "saves": [_number(value) for value in measured.saves],
    }


def _number(value: float) -> float | None:
    """JSON has no infinity."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _place(span: Span) -> dict[str, dict[str, int]]:
    return {
        "location": {"row": span.row, "column": span.column},
        "end_location": {"row": span.end_row, "column": span.end_column},
    }
