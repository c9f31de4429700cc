"""The order of the stages, stated once; files are analysed one by one, or by a pool of workers.

Takes paths and settings, gives a Report; the result does not depend on the number
of jobs. Never raises: what goes wrong in one file becomes `Failed`, the run goes on.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfadvisor import nesting, selection, workers
from pfadvisor.config import Settings
from pfadvisor.model import Failed, Finding, Judgement, Report, Skipped
from pfadvisor.nesting import Running
from pfadvisor.profit.basis import Basis
from pfadvisor.selection import Show
from pfadvisor.session import Session
from pfadvisor.source.files import Discovered, Target, absolute, discover, display, project_root
from pfadvisor.source.module import TOO_DEEP, SourceFile, decode, from_text, worth_parsing
from pfadvisor.source.suppress import Suppressions, suppressions

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts

FEW_FILES: Final = 32
CHUNKS_PER_JOB: Final = 4
DEEP: Final = 5000
YOUNG: Final = 100_000
OLDER: Final = 1000
NOTEBOOK: Final = ".ipynb"
Done = Callable[[int], None]
Progress = Callable[[int, int], None]


def _unheard(done: int, total: int = 0) -> None:
    """What progress is told where nobody listens."""


@dataclass(frozen=True, slots=True)
class Request:
    """What every file of a run is asked.

    `fixes`: whether edits are built for what is shown; `unsafe`: whether those that need
    assumptions count as chosen; `cached`: whether facts are taken from and kept for other runs;
    `basis`: the machine that predictions are made for, and what was measured.
    """

    settings: Settings
    cwd: Path
    show: Show = "suggested"
    fixes: bool = True
    unsafe: bool = False
    cached: bool = False
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file gave."""

    findings: tuple[Finding, ...] = ()
    failed: Failed | None = None
    skipped: Skipped | None = None
    loops: int = 0
    hidden: tuple[str, ...] = ()
    running: tuple[Running, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What some files gave, in order, and the work that it took."""

    outcomes: tuple[Outcome, ...]
    work: Counter[str] = field(default_factory=Counter)


def analyze(
    paths: Iterable[Path],
    request: Request,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Findings in the Python files at and below `paths`.

    `progress` is told how many files are done, and of how many.
    """
    wrong = selection.mistakes(request.settings)
    if wrong:
        return Report((), (Failed("configuration", wrong),))
    found = discover(paths, request.settings, request.cwd)
    wanted = jobs or (1 if len(found.targets) < FEW_FILES else workers.processors())
    total = len(found.targets)
    tell = progress or _unheard

    def done(number: int) -> None:
        tell(number, total)

    if wanted > 1 and len(found.targets) > 1:
        batches = _in_pool(found.targets, request, wanted, done)
    else:
        batches = [analyze_targets(found.targets, request, done)]
    return _report(found, _outermost(batches, found.targets, request))


def analyze_text(text: str | bytes, path: Path, request: Request) -> Report:
    """Findings in text that stands for the file at `path`, which need not exist."""
    wrong = selection.mistakes(request.settings)
    if wrong:
        return Report((), (Failed("configuration", wrong),))
    file = absolute(path, request.cwd)
    target = Target(file, project_root(file, request.cwd))
    source: SourceFile | Failed
    if isinstance(text, bytes):
        source = decode(text, file, str(path))
    else:
        source = from_text(text, file, str(path))
    session = Session(request.settings, request.cwd, cached=request.cached)
    session.take(source, file)
    batches = [_batch(session, [target], request, _unheard)]
    return _report(Discovered((target,), ()), _outermost(batches, [target], request))


def analyze_targets(targets: Sequence[Target], request: Request, done: Done | None = None) -> Batch:
    """One outcome per target, in order."""
    return _batch(
        Session(request.settings, request.cwd, cached=request.cached),
        targets,
        request,
        done or _unheard,
    )


def _batch(session: Session, targets: Sequence[Target], request: Request, done: Done) -> Batch:
    outcomes = []
    with _rare_collections():
        for target in targets:
            outcomes.append(_outcome(session, target, request))
            done(len(outcomes))
    work = session.counted()
    work["libcst imports"] = int("libcst" in sys.modules)
    return Batch(tuple(outcomes), work)


def _outcome(session: Session, target: Target, request: Request) -> Outcome:
    name = session.name(target.path)
    try:
        with _deep_stack():
            return _stages(session, target, request)
    except RecursionError:
        return Outcome(failed=Failed(name, TOO_DEEP))
    except Exception as error:
        return Outcome(failed=Failed(name, _internal(error)))


def _stages(session: Session, target: Target, request: Request) -> Outcome:
    if target.path.suffix == NOTEBOOK:
        return Outcome(skipped=Skipped(session.name(target.path), "notebooks are not analysed"))
    source = session.source(target.path)
    if isinstance(source, Failed):
        return Outcome(failed=source)
    if not worth_parsing(source):
        tree = session.parse(source)
        return Outcome(failed=tree if isinstance(tree, Failed) else None)
    facts = session.facts(target, source)
    if isinstance(facts, Failed):
        return Outcome(failed=facts)
    from pfadvisor.profit.judge import judge_module

    said = suppressions(source.data, source.text)
    program = session.program(target, facts)
    answers = _answers(facts, said)
    basis = request.basis.at(target.path, source.digest)
    judgements = judge_module(program, facts, request.settings, answers, basis)
    findings = [_finding(judgement, said, request.settings) for judgement in judgements]
    findings += _mistakes(session, source)
    findings.sort(key=lambda one: one.span)
    left = [one for one in findings if _is_left(one, said, request.settings)]
    shown, hidden = [], []
    for one in left:
        if selection.is_shown(one, request.settings, request.show):
            shown.append(_with_fix(one, source, request))
        else:
            hidden.append(selection.hidden_as(one))
    running = tuple(
        nesting.running(one.judgement, target.root, program, facts)
        for one in shown
        if one.judgement is not None and _is_chosen(one, request)
    )
    running += nesting.standing(source.name, target.root, program, facts)
    return Outcome(tuple(shown), None, None, len(judgements), tuple(hidden), running)


def _mistakes(session: Session, source: SourceFile) -> tuple[Finding, ...]:
    from pfadvisor.rules import _mistakes

    if _mistakes.SIGN not in source.text:
        return ()
    tree = session.parse(source)
    if isinstance(tree, Failed):
        return ()
    return _mistakes.mistakes(tree, source.text, source.name)


def _is_chosen(finding: Finding, request: Request) -> bool:
    """Whether a run of `fix` would take it."""
    if finding.fix is None:
        return False
    return request.unsafe or selection.is_proposed(finding, request.settings)


def _outermost(batches: list[Batch], targets: Sequence[Target], request: Request) -> list[Batch]:
    """The batches without proposals that would start workers in workers."""
    found = [one for batch in batches for outcome in batch.outcomes for one in outcome.running]
    if not found:
        return batches
    session = Session(request.settings, request.cwd, cached=request.cached)
    callers = nesting.callers(found, targets, request.settings, session.source)
    others = _batch(session, callers, replace(request, show="suggested"), _unheard)
    inside = nesting.around([*found, *(one for each in others.outcomes for one in each.running)])
    return [
        Batch(tuple(_without(outcome, inside, request) for outcome in batch.outcomes), batch.work)
        for batch in batches
    ]


def _without(
    outcome: Outcome, inside: Mapping[tuple[str, int], Running], request: Request
) -> Outcome:
    shown, hidden = [], list(outcome.hidden)
    for one in outcome.findings:
        loop = one.judgement.loop if one.judgement is not None else None
        outer = inside.get((loop.filename, loop.ordinal)) if loop is not None else None
        if outer is None:
            shown.append(one)
        elif request.show == "all":
            shown.append(nesting.withdrawn(one, outer))
        else:
            hidden.append("cheap")
    return replace(outcome, findings=tuple(shown), hidden=tuple(hidden))


def _answers(facts: ModuleFacts, said: Suppressions) -> dict[int, frozenset[str]]:
    """Assumptions that comments accept, by the row of a loop's `for`."""
    if not said.assumed:
        return {}
    return {
        loop.for_row: frozenset(said.assumptions(_rows(loop.for_row, loop.span.row)))
        for function in facts.functions
        for loop in function.loops
    }


def _finding(judgement: Judgement, said: Suppressions, settings: Settings) -> Finding:
    from pfadvisor.rules._finding import describe

    loop = judgement.loop
    assumed = (*settings.assume, *said.assumptions(_rows(loop.for_row, loop.span.row)))
    accepted = selection.accept(judgement, assumed)
    code, name, message = describe(accepted)
    return Finding(code, name, message, loop.filename, loop.span, loop.for_row, judgement=accepted)


def _is_left(finding: Finding, said: Suppressions, settings: Settings) -> bool:
    rows = _rows(finding.noqa_row, finding.span.row)
    silent = said.silences(finding.code, finding.name, rows)
    return not silent and selection.is_selected(finding, settings)


def _rows(*rows: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(rows))


def _with_fix(finding: Finding, source: SourceFile, request: Request) -> Finding:
    judgement = finding.judgement
    if not request.fixes or judgement is None or judgement.plan is None:
        return finding
    if judgement.profit is None or judgement.profit.worth == "no":
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
    )
    if isinstance(fix, Refusal):
        return replace(finding, fix_refused=fix.reason)
    from pfadvisor.rewrite.declare import undeclared

    lacking = undeclared(settings.backend, source, request.cwd)
    message = f"{fix.message}; {lacking}" if lacking else fix.message
    return replace(finding, fix=replace(fix, message=message))


def _report(found: Discovered, batches: Sequence[Batch]) -> Report:
    outcomes = [outcome for batch in batches for outcome in batch.outcomes]
    work = sum((batch.work for batch in batches), Counter[str]())
    work["libcst imports"] = min(work["libcst imports"], 1)
    hidden = Counter(word for outcome in outcomes for word in outcome.hidden)
    return Report(
        findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
        failed=(*found.failed, *(one.failed for one in outcomes if one.failed is not None)),
        skipped=tuple(one.skipped for one in outcomes if one.skipped is not None),
        files=len(found.targets),
        loops=sum(outcome.loops for outcome in outcomes),
        hidden=tuple(sorted(hidden.items())),
        work=tuple(sorted(work.items())),
    )


def _in_pool(targets: Sequence[Target], request: Request, jobs: int, done: Done) -> list[Batch]:
    size = max(1, -(-len(targets) // (jobs * CHUNKS_PER_JOB)))
    chunks = [targets[start : start + size] for start in range(0, len(targets), size)]

    def finished(number: int) -> None:
        done(sum(map(len, chunks[:number])))

    tried = workers.each(partial(analyze_targets, request=request), chunks, jobs, finished)
    return [
        batch
        for chunk, whole in zip(chunks, tried, strict=True)
        for batch in ([whole] if whole is not None else _one_by_one(chunk, request))
    ]


def _one_by_one(chunk: Sequence[Target], request: Request) -> Iterator[Batch]:
    """After a worker died: each file in a process of its own, to tell which one it was."""
    for target in chunk:
        (batch,) = workers.each(partial(analyze_targets, request=request), [[target]], 1, _unheard)
        died = Failed(display(target.path, request.cwd), "internal error: the analysis crashed")
        yield batch or Batch((Outcome(failed=died),))


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Code as deep as a person or a generator writes it is walked by recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """The values of an analysis live as long as it: looking for garbage among them finds none."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], YOUNG), max(before[1], OLDER), before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
