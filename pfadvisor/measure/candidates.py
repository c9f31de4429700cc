"""Which loops of a project a profile measures, and what a probe has to know of each.

They are those that are legal to run in parallel, whatever was estimated of their worth, but for
loops that cannot take more than a few microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pfadvisor.model import Finding, Granule, Judgement, Plan, Profit

NEVER_WORTH_IT: Final = 3e-6
MEASURED_FORMS: Final = frozenset({"for", "async-for", "list", "set", "dict", "generator"})
OF_AN_ITERATION: Final = frozenset({"target", "head"})


def candidates(
    findings: Iterable[Finding], *, all_: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """By the file's name in the report; the fields are those that `Probe` reads. `all_`: even
    those that cannot be worth it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        judgement = finding.judgement
        if judgement is None or judgement.plan is None:
            continue
        if not (all_ or _may_pay(judgement.profit)):
            continue
        if judgement.loop.form in MEASURED_FORMS:
            found.setdefault(finding.filename, []).append(_loop(judgement, judgement.plan))
    return found


def _may_pay(profit: Profit | None) -> bool:
    return profit is not None and profit.seconds_per_iteration[1] > NEVER_WORTH_IT


def _loop(judgement: Judgement, plan: Plan) -> dict[str, Any]:
    loop = judgement.loop
    return {
        "ordinal": loop.ordinal,
        "row": loop.for_row,
        "span": list(loop.span),
        "stages": [_stage(granule) for granule in plan.granules],
        "tests": [list(span) for span in plan.tests],
        "inputs": [one.name for one in plan.inputs if one.origin in OF_AN_ITERATION],
        "captures": [one.name for one in plan.inputs if one.origin not in OF_AN_ITERATION],
        "handed": list(plan.handed),
        "children": judgement.kind != "cpu",
        "awaits": plan.mode == "async" or plan.is_async,
    }


def _stage(granule: Granule) -> list[Any]:
    return [granule.kind, granule.stage, list(granule.span)]
