"""The whole chain behind one verdict: stages, dependences, assumptions, numbers."""

from __future__ import annotations

from collections.abc import Iterator

from pfadvisor.model import (
    Access,
    Assumption,
    Blocker,
    Dependence,
    Finding,
    Granule,
    Judgement,
    Location,
    Outlook,
    Profit,
    Span,
)
from pfadvisor.report import View
from pfadvisor.report._snippet import cited, paint, snippet
from pfadvisor.report.text import advice, blocker_places, located
from pfadvisor.rules._finding import spelled


def explain(finding: Finding, view: View) -> str:
    """Everything that is known of the loop of a finding."""
    judgement = finding.judgement
    lines = [f"{paint(view, 'red', finding.code)} {finding.name}: {finding.message}"]
    lines += located(view, Location(finding.filename, finding.span), "")
    if judgement is None:
        return "\n".join(lines) + "\n"
    for title, part in (
        ("Verdict", _verdict(judgement)),
        ("Stages", _stages(judgement, view)),
        ("Dependences", _dependences(judgement.dependences, view)),
        ("Blockers", _blockers(judgement.blockers, view)),
        ("Assumptions", _assumptions(judgement.assumptions, view)),
        ("On your word", _assumptions(judgement.accepted, view)),
        ("Profit", _profit(judgement.profit)),
        ("What if", _outlooks(judgement.profit.outlooks if judgement.profit else ())),
        ("Rewrite", _rewrite(finding)),
        ("Work", iter(judgement.notes)),
    ):
        shown = list(part)
        if shown:
            lines += ["", paint(view, "bold", title), *(f"  {line}".rstrip() for line in shown)]
    lines += ["", "What every verdict takes for granted: pfadvisor explain trust"]
    return "\n".join(lines) + "\n"


def _verdict(judgement: Judgement) -> Iterator[str]:
    yield f"verdict  {judgement.verdict}"
    for name in ("pattern", "kind", "gil", "backend"):
        value = getattr(judgement, name)
        if value is not None:
            yield f"{name:<8} {value}"
    if judgement.loop.enclosed_by is not None:
        yield f"inside   the compute stage of loop {judgement.loop.enclosed_by} of this file"


def _stages(judgement: Judgement, view: View) -> Iterator[str]:
    granules = judgement.stages or (judgement.plan.granules if judgement.plan else ())
    for granule in granules:
        yield _granule(granule, judgement.loop.filename, view)


def _granule(granule: Granule, filename: str, view: View) -> str:
    shown = _source(view, filename, granule.span)
    kind = "" if granule.kind == "statement" else f" ({granule.kind})"
    return f"{granule.stage:<8} {granule.span.row:>5}  {shown}{kind}"


def _source(view: View, filename: str, span: Span) -> str:
    line = view.line(filename, span.row)
    end = span.end_column - 1 if span.end_row == span.row else len(line)
    text = line[span.column - 1 : end].strip()
    return f"{text} …" if span.end_row > span.row else text


def _dependences(dependences: tuple[Dependence, ...], view: View) -> Iterator[str]:
    for dependence in dependences:
        reach = "within an iteration"
        if dependence.carried:
            distance = dependence.distance
            reach = "carried" if distance is None else f"carried, distance {distance}"
        yield f"{dependence.kind} on {dependence.source.place}, {reach}"
        yield from _access("from", dependence.source, view)
        yield from _access("to", dependence.sink, view)


def _access(word: str, access: Access, view: View) -> Iterator[str]:
    verb = "writes" if access.write else "reads"
    yield f"  {word}: {verb} {access.place} at {cited(access.location)}"
    for place in access.chain:
        yield f"    through {cited(place)}"
    yield from (f"  {line}" for line in snippet(view, access.location))


def _blockers(blockers: tuple[Blocker, ...], view: View) -> Iterator[str]:
    for blocker in blockers:
        yield f"{blocker.code} {blocker.name}: {blocker.message}"
        yield from blocker_places(view, blocker)
        if blocker.advice:
            yield advice(view, blocker.advice)


def _assumptions(assumptions: tuple[Assumption, ...], view: View) -> Iterator[str]:
    for assumption in assumptions:
        yield f"{spelled(assumption)}: {assumption.message}"
        yield from located(view, assumption.location, "")


def _later(profit: Profit) -> str:
    if profit.break_even_later in (None, profit.break_even):
        return ""
    return f", {profit.break_even_later} where the program has used pools before"


def _profit(profit: Profit | None) -> Iterator[str]:
    if profit is None:
        return
    yield f"worth                  {profit.worth}"
    if profit.reason:
        yield f"because                {profit.reason}"
    yield f"iterations             {'unknown' if profit.iterations is None else profit.iterations}"
    yield f"seconds per iteration  {_interval(profit.seconds_per_iteration)}"
    if profit.break_even is not None:
        yield f"break-even             {profit.break_even} iterations{_later(profit)}"
    yield f"speed-up               {_interval(profit.speedup)} on {profit.workers} workers"
    if profit.measured is not None:
        found = profit.measured
        took = f"{found.iterations} iterations in {found.entries} entries, {found.seconds:.3g} s"
        yield f"in the profile         {took}"
        yield f"saves                  {_interval(found.saves)} s of them"
    if profit.constants:
        yield f"constants              {profit.constants}"
    for term in profit.terms:
        yield f"  {term.name:<28} {_interval(term.seconds)} s  ({term.origin})"


def _outlooks(outlooks: tuple[Outlook, ...]) -> Iterator[str]:
    """A table of predicted gains: workers downwards, iterations across."""
    counts = list(dict.fromkeys(one.iterations for one in outlooks))
    if counts:
        yield f"{'workers':>9}" + "".join(f"{number:>18,} iterations" for number in counts)
    for workers in dict.fromkeys(one.workers for one in outlooks):
        row = [one.speedup for one in outlooks if one.workers == workers]
        yield f"{workers:>9}" + "".join(f"{_factors(each):>29}" for each in row)


def _factors(speedup: tuple[float, float]) -> str:
    return f"{speedup[0]:.2f}x to {speedup[1]:.2f}x"


def _interval(values: tuple[float, float]) -> str:
    low, high = (f"{value:.3g}" for value in values)
    return low if low == high else f"{low} to {high}"


def _rewrite(finding: Finding) -> Iterator[str]:
    if finding.fix is not None:
        yield f"{finding.fix.message} ({finding.fix.applicability})"
    elif finding.fix_refused:
        yield f"none: {finding.fix_refused}"
