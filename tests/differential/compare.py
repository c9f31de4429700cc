"""What differs between the runs of two versions of one program, scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .case import ASPECTS, Case
from .runner import Run

WIDTH = 240
SHOWN = 8


class Difference(NamedTuple):
    """One aspect of one scenario that came out otherwise."""

    scenario: str
    aspect: str
    before: Any
    after: Any

    def __str__(self) -> str:
        before, after = _where_they_part(repr(self.before), repr(self.after))
        return f"[{self.scenario}] {self.aspect}\n      before: {before}\n      after:  {after}"


def _where_they_part(left: str, right: str) -> tuple[str, str]:
    """Both texts from a little before their first difference, at most WIDTH long."""
    pairs = enumerate(zip(left, right, strict=False))
    part = next((place for place, (a, b) in pairs if a != b), 0)
    start = max(0, part - WIDTH // 4)
    return _cut(left, start), _cut(right, start)


def _cut(text: str, start: int) -> str:
    head = "..." if start else ""
    tail = "..." if len(text) > start + WIDTH else ""
    return f"{head}{text[start : start + WIDTH]}{tail}"


def differences(case: Case, before: Run, after: Run) -> list[Difference]:
    """Untolerated differences in what was played after, in that order."""
    return [
        difference
        for difference in _all_differences(case, before, after)
        if not case.tolerated(difference.scenario, difference.aspect)
    ]


def _all_differences(case: Case, before: Run, after: Run) -> Iterator[Difference]:
    for name, new in after.observations.items():
        old = before.observations.get(name, {})
        if broken := next((aspect for aspect in ("hang", "exit") if aspect in new), None):
            if old.get(broken) != new[broken]:
                yield Difference(name, broken, old.get(broken), new[broken])
            if broken == "hang" or "stdout" not in new:
                continue
        for aspect in ASPECTS:
            if aspect in ("hang", "exit") or old.get(aspect) == new.get(aspect):
                continue
            if aspect == "error" and _another_failing_item(case, name, before, new):
                continue
            yield Difference(name, aspect, old.get(aspect), new.get(aspect))


def _another_failing_item(case: Case, name: str, before: Run, new: dict[str, Any]) -> bool:
    """Whether a case that lets any failing item be named got the error of one of them."""
    if case.failure != "any" or name != "raise-several" or not new.get("error"):
        return False
    alone = [
        before.observations.get(other, {}).get("error") for other in ("raise-middle", "raise-other")
    ]
    return new["error"] in alone


def explain(case: Case, method: str, found: list[Difference]) -> str:
    lines = [f"{case.name} under {method}: {len(found)} differences"]
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n   ".join([*lines, *map(str, found[:SHOWN]), *more])
