"""The order of the stages, stated once; files are analysed one by one, or by a pool of workers.

Takes paths and settings, gives a Report; the result does not depend on the number
of jobs. Never raises: what goes wrong in one file becomes `Failed`, the run goes on.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from pfadvisor import nesting, selection, workers
from pfadvisor.idle import idle, is_whole
from pfadvisor.model import Failed, Report
from pfadvisor.outcomes import Memory
from pfadvisor.session import Session
from pfadvisor.source import environment
from pfadvisor.source.files import Discovered, Target, absolute, discover, display, root_of
from pfadvisor.source.module import SourceFile, decode, from_text
from pfadvisor.stages import Outcome, Pick, Request, every, outcome_of

__all__ = ["Batch", "Request", "Session", "analyze", "analyze_targets", "analyze_text"]

FEW_FILES: Final = 32
CHUNKS_PER_JOB: Final = 8
YOUNG: Final = 100_000
OLDER: Final = 1000
Done = Callable[[int], None]
Progress = Callable[[int, int], None]
Make = Callable[[Sequence[Target]], "list[Batch]"]
Kept = dict[Target, Outcome]


def _unheard(done: int, total: int = 0) -> None:
    """What progress is told where nobody listens."""


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
    kept: Kept | None = None,
) -> Report:
    """Findings in the Python files at and below `paths`.

    `progress` is told how many files are done, and of how many; `kept` is what some of them are
    known to give, and takes what the others do.
    """
    wrong = _mistakes(request)
    if wrong:
        return Report((), (Failed("configuration", wrong),))
    paths = list(paths)
    found = discover(paths, request.settings, request.cwd)
    total, session = len(found.targets), _session(request)
    tell = progress or _unheard

    def made(targets: Sequence[Target]) -> list[Batch]:
        wanted = jobs or (1 if len(targets) < FEW_FILES else workers.processors())

        def done(number: int) -> None:
            tell(total - len(targets) + number, total)

        if wanted > 1 and len(targets) > 1:
            return _in_pool(targets, request, wanted, done)
        return [_batch(session, targets, request, done)]

    kept = {} if kept is None else kept
    batch = _known_or(made, found.targets, request, kept)
    kept |= zip(found.targets, batch.outcomes, strict=True)
    report = _report(found, _outermost(session, batch, found.targets, request))
    if report.failed or not is_whole(found.targets, paths, request.cwd):
        return report
    return replace(report, idle=idle(request.settings, [one.uses for one in batch.outcomes]))


def _known_or(
    make: Make,
    targets: Sequence[Target],
    request: Request,
    kept: Kept,
    names: frozenset[str] | None = None,
) -> Batch:
    """What earlier runs gave for the files, and what is made of the others, in order."""
    memory = Memory(request)
    known = {target: kept.get(target) or memory.known(target, names) for target in targets}
    left = [target for target in targets if known[target] is None]
    batches = make(left) if left else []
    outcomes = (outcome for batch in batches for outcome in batch.outcomes)
    for target, outcome in zip(left, outcomes, strict=True):
        memory.keep(target, outcome, names)
        known[target] = outcome
    memory.save()
    work = sum((batch.work for batch in batches), Counter[str]())
    work["outcomes known"] = len(targets) - len(left)
    return Batch(tuple(one for one in known.values() if one is not None), work)


def analyze_text(text: str | bytes, path: Path, request: Request) -> Report:
    """Findings in text that stands for the file at `path`, which need not exist."""
    wrong = _mistakes(request)
    if wrong:
        return Report((), (Failed("configuration", wrong),))
    file = absolute(path, request.cwd)
    target = Target(file, root_of(file, request.cwd))
    source: SourceFile | Failed
    if isinstance(text, bytes):
        source = decode(text, file, str(path))
    else:
        source = from_text(text, file, str(path))
    session = _session(request)
    session.take(source, file)
    batch = _batch(session, [target], request)
    return _report(Discovered((target,), ()), _outermost(session, batch, [target], request))


def _mistakes(request: Request) -> str:
    settings = request.settings
    return selection.mistakes(settings) or environment.problem(settings.python, request.cwd)


def analyze_targets(targets: Sequence[Target], request: Request, done: Done | None = None) -> Batch:
    """One outcome per target, in order."""
    return _batch(_session(request), targets, request, done or _unheard)


def _session(request: Request) -> Session:
    return Session(request.settings, request.cwd, cached=request.cached)


def _batch(
    session: Session,
    targets: Sequence[Target],
    request: Request,
    done: Done = _unheard,
    pick: Pick = every,
) -> Batch:
    outcomes = []
    with _rare_collections():
        for target in targets:
            outcomes.append(outcome_of(session, target, request, pick))
            done(len(outcomes))
    work = session.counted()
    work["libcst imports"] = int("libcst" in sys.modules)
    return Batch(tuple(outcomes), work)


def _outermost(
    session: Session, batch: Batch, targets: Sequence[Target], request: Request
) -> Batch:
    """The batch without proposals that would start workers in workers."""
    found = [one for outcome in batch.outcomes for one in outcome.running]
    proposed = [one for one in found if one.proposed]
    if not proposed:
        return batch
    callers = nesting.callers(proposed, targets, request.settings, session.source)
    names, asked = nesting.owner_names(proposed), replace(request, show="suggested")
    pick = partial(nesting.leading_to, names)
    make = partial(_batches, session, asked, pick)
    others = _known_or(make, callers, asked, {}, names)
    inside = nesting.withdrawn([*found, *(one for each in others.outcomes for one in each.running)])
    outcomes = tuple(_without(outcome, inside, request) for outcome in batch.outcomes)
    return replace(batch, outcomes=outcomes)


def _batches(
    session: Session, request: Request, pick: Pick, targets: Sequence[Target]
) -> list[Batch]:
    return [_batch(session, targets, request, pick=pick)]


def _without(outcome: Outcome, inside: Mapping[tuple[str, int], str], request: Request) -> Outcome:
    shown, hidden = [], list(outcome.hidden)
    for one in outcome.findings:
        loop = one.judgement.loop if one.judgement is not None else None
        reason = inside.get((loop.filename, loop.ordinal)) if loop is not None else None
        if reason is None:
            shown.append(one)
        elif request.show == "all":
            shown.append(nesting.left_alone(one, reason))
        else:
            hidden.append("cheap")
    return replace(outcome, findings=tuple(shown), hidden=tuple(hidden))


def _report(found: Discovered, batch: Batch) -> Report:
    outcomes, work = batch.outcomes, batch.work
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
    chunks = list(_alike(targets, jobs * CHUNKS_PER_JOB))

    def finished(number: int) -> None:
        done(sum(map(len, chunks[:number])))

    tried = workers.each(partial(_in_worker, request), chunks, jobs, finished)
    return [
        batch
        for chunk, whole in zip(chunks, tried, strict=True)
        for batch in ([whole] if whole is not None else _one_by_one(chunk, request))
    ]


def _alike(targets: Sequence[Target], number: int) -> Iterator[Sequence[Target]]:
    """Neighbouring files together, in about that many chunks of about as many bytes each."""
    sizes = [_size(target.path) for target in targets]
    most, chunk, filled = sum(sizes) // number, list[Target](), 0
    for target, size in zip(targets, sizes, strict=True):
        if chunk and filled + size > most:
            yield chunk
            chunk, filled = [], 0
        chunk.append(target)
        filled += size
    if chunk:
        yield chunk


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


_kept: list[tuple[Request, Session]] = []


def _in_worker(request: Request, chunk: Sequence[Target]) -> Batch:
    """A chunk of a run; what a worker has read and linked serves its next chunks too."""
    if not _kept or _kept[0][0] != request:
        _kept[:] = [(request, _session(request))]
    session = _kept[0][1]
    before = session.counted()
    batch = _batch(session, chunk, request)
    batch.work.subtract(before)
    return batch


def _one_by_one(chunk: Sequence[Target], request: Request) -> Iterator[Batch]:
    """After a worker died: each file in a process of its own, to tell which one it was."""
    for target in chunk:
        (batch,) = workers.each(partial(analyze_targets, request=request), [[target]], 1, _unheard)
        died = Failed(display(target.path, request.cwd), "internal error: the analysis crashed")
        yield batch or Batch((Outcome(failed=died),))


@contextmanager
def _rare_collections() -> Iterator[None]:
    """The values of an analysis live as long as it: looking for garbage among them finds none."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], YOUNG), max(before[1], OLDER), before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
