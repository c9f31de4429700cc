"""What becomes of one file: from its bytes to the findings that are shown, with their fixes.

Never raises: what goes wrong in one file becomes `Failed`, the run goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfadvisor import callers, nesting, selection, setters
from pfadvisor.config import Settings
from pfadvisor.consulted import Asked, Reading
from pfadvisor.idle import Uses, uses
from pfadvisor.importers import imported_elsewhere
from pfadvisor.model import Applicability, Failed, Finding, Judgement, Skipped
from pfadvisor.nesting import Running
from pfadvisor.profit.basis import Basis
from pfadvisor.selection import Show
from pfadvisor.session import Session
from pfadvisor.source.files import Target
from pfadvisor.source.mentions import Mentions, may_mention, mentions
from pfadvisor.source.module import TOO_DEEP, SourceFile, worth_parsing
from pfadvisor.source.suppress import Suppressions, suppressions

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts
    from pfadvisor.effects.program import Program

DEEP: Final = 5000
NOTEBOOK: Final = ".ipynb"
Pick = Callable[["ModuleFacts"], "frozenset[int] | None"]


def every(facts: ModuleFacts) -> None:
    """All loops of a file are to be judged."""


@dataclass(frozen=True, slots=True)
class Request:
    """What every file of a run is asked.

    `fixes`: whether edits are built for what is shown; `unsafe`: whether those that need
    assumptions count as chosen; `cached`: whether facts are taken from and kept for other runs;
    `basis`: the machine that predictions are made for, and what was measured; `dependences`:
    whether findings keep all that was found, thousands of them in a large project.
    """

    settings: Settings
    cwd: Path
    show: Show = "suggested"
    fixes: bool = True
    unsafe: bool = False
    cached: bool = False
    basis: Basis = field(default_factory=Basis)
    dependences: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file gave; `reading` where it may be kept for other runs."""

    findings: tuple[Finding, ...] = ()
    failed: Failed | None = None
    skipped: Skipped | None = None
    loops: int = 0
    hidden: tuple[str, ...] = ()
    running: tuple[Running, ...] = ()
    reading: Reading | None = None
    uses: Uses = field(default_factory=Uses)


def outcome_of(session: Session, target: Target, request: Request, pick: Pick) -> Outcome:
    name = session.name(target.path)
    try:
        with _deep_stack():
            return _stages(session, target, request, pick)
    except RecursionError:
        return Outcome(failed=Failed(name, TOO_DEEP))
    except Exception as error:
        return Outcome(failed=Failed(name, _internal(error)))


def _stages(session: Session, target: Target, request: Request, pick: Pick) -> Outcome:
    if target.path.suffix == NOTEBOOK:
        return Outcome(skipped=Skipped(session.name(target.path), "notebooks are not analysed"))
    source = session.source(target.path)
    if isinstance(source, Failed):
        return Outcome(failed=source)
    if not worth_parsing(source):
        return _without_loops(session, target, source, request)
    facts = session.facts(target, source)
    if isinstance(facts, Failed):
        return Outcome(failed=facts)
    said = suppressions(source.data, source.text)
    program, judgements, asked = _judged(session, target, facts, source, request, said, pick)
    if not request.dependences:
        judgements = tuple(replace(one, dependences=()) for one in judgements)
    rows = {one.loop.ordinal: one.loop.for_row for one in judgements}
    findings = [_finding(judgement, said, request.settings, rows) for judgement in judgements]
    findings += _mistakes(session, source, said)
    findings.sort(key=lambda one: one.span)
    left = [one for one in findings if _is_left(one, said, request.settings)]
    chosen, hidden = _told(left, request)
    guarding = [_would_need_guard(one, request) for one in chosen]
    shown = [
        with_fix(_as_imported(one, session, target) if guards else one, source, request)
        for one, guards in zip(chosen, guarding, strict=True)
    ]
    fixed = {
        one.judgement.loop.ordinal for one in shown if one.judgement and _is_chosen(one, request)
    }
    running = tuple(
        nesting.running(one, target.root, program, facts, proposed=one.loop.ordinal in fixed)
        for one in (finding.judgement for finding in left)
        if one is not None and (one.loop.ordinal in fixed or nesting.may_run(one))
    )
    running += nesting.standing(source.name, target.root, program, facts)
    # a guarded rewrite is not kept: another file that begins to import this one is not noticed
    kept = request.cached and not any(guarding)
    reading = session.reading(target, facts, program)._replace(asked=asked) if kept else None
    loops = sum(len(function.loops) for function in facts.functions)
    stated = uses(source.name, said, findings, loops, _mentioned(session, target, source))
    return Outcome(tuple(shown), None, None, loops, tuple(hidden), running, reading, stated)


def _judged(
    session: Session,
    target: Target,
    facts: ModuleFacts,
    source: SourceFile,
    request: Request,
    said: Suppressions,
    pick: Pick,
) -> tuple[Program, tuple[Judgement, ...], frozenset[Asked]]:
    """The judgements, with what other files hand to the functions that the loops stand in."""
    from pfadvisor.profit.judge import judge_module

    settings, answers, glance = request.settings, _answers(facts, said), request.show
    basis = request.basis.at(target.path, source.digest)

    def judge(program: Program) -> tuple[Judgement, ...]:
        asked = pick(facts), selection.glance(glance)
        return judge_module(program, facts, settings, answers, basis, *asked)

    program = session.program(target, facts)
    judgements = judge(program)
    exists = target.path.is_file()  # nobody imports a text that stands for a file
    holders = _holding_positive(facts, judgements) if exists else []
    names = callers.names_asked(program, facts, holders)
    handed = callers.received(session, target, facts, names)
    others = setters.setting(session, target, program, facts, holders)
    calls = handed.calls
    news = bool(calls) and program.handed_with(facts, calls) != program.handed_in(facts)
    if news:
        program = session.program_given(target, facts, calls)
    if others.modules or news:
        program.setting[facts.name] = others.modules
        judgements = judge(program)
    return program, judgements, handed.asked | others.asked


def _holding_positive(facts: ModuleFacts, judgements: tuple[Judgement, ...]) -> list[int]:
    """The functions that have a loop which is not serial."""
    positive = {one.loop.ordinal for one in judgements if one.verdict != "serial"}
    return [
        index
        for index, function in enumerate(facts.functions)
        if any(loop.ordinal in positive for loop in function.loops)
    ]


def _told(findings: list[Finding], request: Request) -> tuple[list[Finding], list[str]]:
    """Those that are shown, and why the others are not."""
    shown, hidden = [], []
    for one in findings:
        if selection.is_shown(one, request.settings, request.show):
            shown.append(one)
        else:
            hidden.append(selection.hidden_as(one))
    return shown, hidden


def _without_loops(
    session: Session, target: Target, source: SourceFile, request: Request
) -> Outcome:
    tree = session.parse(source)
    if isinstance(tree, Failed):
        return Outcome(failed=tree)
    said = suppressions(source.data, source.text)
    found = _mistakes(session, source, said) if said.comments else ()
    left = tuple(one for one in found if _is_left(one, said, request.settings))
    stated = uses(source.name, said, found, 0, _mentioned(session, target, source))
    return Outcome(left, reading=Reading(source.digest, ()), uses=stated)


def _mentioned(session: Session, target: Target, source: SourceFile) -> Mentions:
    """The names for which the configuration has a line and that the file mentions."""
    names = session.settings.effects or {}
    if not may_mention(source.text, names):
        return Mentions()
    tree = session.parse(source)
    name = session.module_name(target)
    return Mentions() if isinstance(tree, Failed) else mentions(tree, names, name)


def _mistakes(session: Session, source: SourceFile, said: Suppressions) -> tuple[Finding, ...]:
    from pfadvisor.rules import _comments, _mistakes

    if _mistakes.SIGN not in source.text and not said.comments:
        return ()
    tree = session.parse(source)
    if isinstance(tree, Failed):
        return ()
    return (
        *_mistakes.mistakes(tree, source.text, source.name),
        *_comments.meaningless(said.comments, tree, source.name),
    )


def _is_chosen(finding: Finding, request: Request) -> bool:
    """Whether a run of `fix` would take it."""
    if finding.fix is None:
        return False
    return request.unsafe or selection.is_proposed(finding, request.settings)


def _answers(facts: ModuleFacts, said: Suppressions) -> dict[int, tuple[str, ...]]:
    """Assumptions that comments accept, by the row of the `for` of a loop that has comments."""
    if not said.comments:
        return {}
    loops = [loop for function in facts.functions for loop in function.loops]
    rows = {loop.for_row: _rows(loop.for_row, loop.span.row) for loop in loops}
    return {row: said.assumptions(near) for row, near in rows.items() if said.speaks_of(near)}


def _finding(
    judgement: Judgement, said: Suppressions, settings: Settings, rows: dict[int, int]
) -> Finding:
    """`rows`: those of the file's loops, by ordinal."""
    from pfadvisor.rules._finding import describe

    loop = judgement.loop
    assumed = (*settings.assume, *said.assumptions(_rows(loop.for_row, loop.span.row)))
    accepted = selection.accept(judgement, assumed)
    code, name, message = describe(accepted)
    found = Finding(code, name, message, loop.filename, loop.span, loop.for_row, judgement=accepted)
    gains = judgement.profit is not None and judgement.profit.worth != "no"
    row = rows.get(loop.enclosed_by) if loop.enclosed_by is not None else None
    if not gains or row is None:
        return found
    return replace(found, fix_refused=f"it is part of the work of the loop in line {row}")


def _is_left(finding: Finding, said: Suppressions, settings: Settings) -> bool:
    rows = _rows(finding.noqa_row, finding.span.row)
    silent = said.silences(finding.code, finding.name, rows)
    return not silent and selection.is_selected(finding, settings)


def _rows(*rows: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(rows))


def _would_need_guard(finding: Finding, request: Request) -> bool:
    """Whether its rewrite is one of module-level code that must not run in workers."""
    plan = finding.judgement.plan if finding.judgement is not None else None
    if plan is None or not _takes_fix(finding, request):
        return False
    return not plan.function and not plan.guarded and plan.mode == "processes"


def _as_imported(finding: Finding, session: Session, target: Target) -> Finding:
    """The finding, knowing whether other files run its loop by an import."""
    judgement = finding.judgement
    if judgement is None or judgement.plan is None:
        return finding
    plan = replace(judgement.plan, imported=imported_elsewhere(session, target))
    return replace(finding, judgement=replace(judgement, plan=plan))


def _takes_fix(finding: Finding, request: Request) -> bool:
    judgement = finding.judgement
    if not request.fixes or judgement is None or judgement.plan is None:
        return False
    return judgement.profit is not None and judgement.profit.worth != "no"


def with_fix(finding: Finding, source: SourceFile, request: Request) -> Finding:
    """The finding with the edits that its plan becomes, or with the reason why there are none."""
    judgement = finding.judgement
    if judgement is None or judgement.plan is None or judgement.profit is None:
        return finding
    if not _takes_fix(finding, request):
        return finding
    from pfadvisor.rewrite.refusal import Refusal
    from pfadvisor.rewrite.suggest import build_fix

    settings = request.settings
    fix = build_fix(
        judgement.plan,
        source.text,
        source.name,
        proved=judgement.verdict != "review",
        backend=settings.backend,
        workers=settings.workers,
        width=settings.line_length,
        threshold=max(judgement.profit.break_even or 0, 2) if settings.guarded else 0,
    )
    if isinstance(fix, Refusal):
        return replace(finding, fix_refused=fix.reason)
    from pfadvisor.rewrite.declare import undeclared

    lacking = undeclared(settings.backend, source, request.cwd)
    hangs_on = selection.hangs_on(judgement.profit)
    message = "; ".join(part for part in (fix.message, hangs_on, lacking) if part)
    applicability: Applicability = "unsafe" if hangs_on else fix.applicability
    return replace(finding, fix=replace(fix, message=message, applicability=applicability))


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Code as deep as a person or a generator writes it is walked by recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _internal(error: Exception) -> str:
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = ""
    if where is not None:
        file = os.path.basename(where.tb_frame.f_code.co_filename)
        place = f" ({file}:{where.tb_lineno})"
    text = str(error).partition("\n")[0][:200]
    return f"internal error: {type(error).__name__}: {text}{place}"
