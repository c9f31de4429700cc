"""Programs as the tool sees them: the verdict on each loop, and each loop's rewrite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pfadvisor.config import Settings
from pfadvisor.model import Judgement
from pfadvisor.pipeline import Request, analyze_text
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.suggest import build_fix

FILENAME = "case.py"
MARK = "# LOOP"
ALL = Request(Settings(), Path("/nowhere"), "all", fixes=False)


class Rewrite(NamedTuple):
    judgement: Judgement
    text: str


def judgements(text: str) -> list[Judgement]:
    """Of the marked loop and what stands behind its head, in order."""
    lines = text.splitlines()
    marked = next(row for row, line in enumerate(lines, 1) if line.endswith(MARK))
    report = analyze_text(text, Path(FILENAME), ALL)
    assert not report.failed, report.failed
    found = (finding.judgement for finding in report.findings)
    return [one for one in found if one is not None and one.loop.for_row >= marked]


def rewrites(text: str, judged: Iterable[Judgement]) -> Iterator[Rewrite]:
    """What becomes of the program by each loop that is proved and can be rewritten."""
    for judgement in judged:
        if judgement.verdict in ("parallel", "pipeline"):
            after = rewritten(text, judgement)
            if after is not None:
                yield Rewrite(judgement, after)


def rewritten(text: str, judgement: Judgement) -> str | None:
    """The program after the rewrite of one loop, if there is one."""
    if judgement.plan is None:
        return None
    fix = build_fix(judgement.plan, text, FILENAME)
    return None if isinstance(fix, Refusal) else applied(text, fix.edits)
