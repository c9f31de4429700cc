"""Which loops a run shows, which of them it proposes, and what the reader has already answered.

Legality and profit are decided elsewhere; this only reads them. Codes are known
from the rules' files; a selector that matches no rule is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Final, Literal

from pfadvisor.config import Settings, suggestion
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.assumptions import misspelt
from pfadvisor.model import Finding, Judgement, Profit
from pfadvisor.rules._finding import in_order

Show = Literal["suggested", "review", "all"]

EVERYTHING: Final = frozenset({"PFA", "ALL"})
AT_A_GLANCE: Final = frozenset({"effects-past-failure", "distinct-keys", "output-order"})


def is_shown(finding: Finding, settings: Settings, show: Show) -> bool:
    """Whether a run that shows this much shows the finding."""
    judgement = finding.judgement
    if judgement is None or show == "all":
        return True
    if judgement.loop.enclosed_by is not None:
        return False
    if judgement.verdict == "review":
        return show == "review" or is_question(judgement)
    return is_proposed(finding, settings)


def is_proposed(finding: Finding, settings: Settings) -> bool:
    """Whether the finding is proved and asks for a change: then a run is not clean."""
    judgement = finding.judgement
    if judgement is None:
        return True
    legal = judgement.verdict in ("parallel", "pipeline") and judgement.loop.enclosed_by is None
    return legal and _pays(judgement.profit, settings)


def is_question(judgement: Judgement) -> bool:
    """A loop that certainly pays and waits for answers which its reader has at a glance."""
    profit = judgement.profit
    worth = profit is not None and profit.worth == "yes"
    known = all(one.name in AT_A_GLANCE for one in judgement.assumptions)
    return judgement.verdict == "review" and worth and known


def hangs_on(profit: Profit) -> str:
    """What the gain hangs on besides the number of iterations: a rewrite may be slower."""
    return profit.reason if profit.worth == "depends" else ""


def hidden_as(finding: Finding) -> str:
    """Under which word the summary counts a finding that is not shown. What would not gain is
    cheap, whatever its verdict: so it need not be known."""
    judgement = finding.judgement
    if judgement is None:
        return ""
    if judgement.loop.enclosed_by is not None:
        return "enclosed"
    if judgement.verdict == "review" and not _gains(judgement.profit):
        return "cheap"
    return judgement.verdict if judgement.verdict in ("review", "serial") else "cheap"


def accept(judgement: Judgement, names: Iterable[str]) -> Judgement:
    """The judgement if the assumptions that `names` spell are true."""
    accepted = Accepted(names)
    if judgement.verdict != "review" or not accepted:
        return judgement
    left = accepted.left(judgement.assumptions)
    taken = (*judgement.accepted, *accepted.met)
    if left:
        return replace(judgement, assumptions=left, accepted=taken)
    verdict: Literal["parallel", "pipeline"]
    verdict = "pipeline" if in_order(judgement) else "parallel"
    return replace(judgement, assumptions=(), verdict=verdict, accepted=taken)


def is_selected(finding: Finding, settings: Settings) -> bool:
    """Whether `select`, `ignore` and `per-file-ignores` leave the finding in."""
    if not _matches(finding.code, finding.name, settings.select):
        return False
    return not _matches(
        finding.code, finding.name, (*settings.ignore, *_ignored(finding, settings))
    )


def mistakes(settings: Settings) -> str:
    """What is wrong with selectors, assumptions and effect lines, in one line; "" if nothing is."""
    wrong = _wrong_selector(settings) or _wrong_effect(settings)
    return wrong or next(filter(None, map(misspelt, settings.assume)), "")


def _wrong_selector(settings: Settings) -> str:
    per_file = (code for _, codes in settings.per_file_ignores for code in codes)
    stated = {*settings.select, *settings.ignore, *per_file} - EVERYTHING
    if not stated:
        return ""
    from pfadvisor.rules._catalog import rules

    known = tuple(word for rule in rules() for word in (rule.code, rule.name))
    for selector in sorted(stated):
        if not any(_matches(rule.code, rule.name, (selector,)) for rule in rules()):
            return f"unknown rule selector {selector!r}{suggestion(selector, known)}"
    return ""


def _wrong_effect(settings: Settings) -> str:
    if not settings.effects:
        return ""
    from pfadvisor.effects.knowledge import KnowledgeError, user_tables

    try:
        user_tables(settings.effects)
    except KnowledgeError as error:
        return str(error)
    return ""


def glance(show: Show) -> frozenset[str] | None:
    """The assumptions with which loops are shown; None if no assumption hides a loop."""
    return AT_A_GLANCE if show == "suggested" else None


def _gains(profit: Profit | None) -> bool:
    return profit is not None and profit.worth != "no"


def _pays(profit: Profit | None, settings: Settings) -> bool:
    if profit is None or not _gains(profit):
        return False
    if profit.worth == "yes" or profit.break_even is None:
        return True
    if profit.iterations is not None:
        return profit.break_even <= profit.iterations
    return (profit.break_even_later or profit.break_even) <= settings.max_break_even


def _matches(code: str, name: str, selectors: Iterable[str]) -> bool:
    return any(
        word == "ALL" or word == name or (word and code.startswith(word.upper()))
        for word in selectors
    )


def _ignored(finding: Finding, settings: Settings) -> list[str]:
    path = PurePath(finding.filename).as_posix()
    return [
        code
        for pattern, codes in settings.per_file_ignores
        if fnmatchcase(path, pattern) or fnmatchcase(PurePath(path).name, pattern)
        for code in codes
    ]
