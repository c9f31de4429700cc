"""Proposed loops that run in the workers of another loop, in whatever file it stands.

A worker of a pool cannot start a pool, so only the outermost of them is proposed, or the one
inside if the outermost is known to have too few iterations. What is part of the work of a loop
that waits for an answer is not proposed either: it would start a pool in each iteration. What
calls a loop's function may stand in files that were not named: of those that mention its
name, as far as there are not too many, the loops that names lead from to it are looked at
too. Callers of callers are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.config import Settings
from pfadvisor.model import Failed, Finding, Judgement, Span
from pfadvisor.source.files import Target, discover
from pfadvisor.source.module import SourceFile

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.facts import Function, Loop, ModuleFacts
    from pfadvisor.effects.program import Program

MOST_CALLERS: Final = 8
NO_LOOP: Final = -1
Place = tuple[Path, str, int]


class Running(NamedTuple):
    """A loop that may run in parallel: the function it stands in, and those that its workers run;
    `short`: it is known to have fewer iterations than pay, and proposed because any legal loop is;
    `proposed`: a run of `fix` would rewrite it, where others wait for an answer."""

    filename: str
    ordinal: int
    row: int
    name: str
    owner: Place
    reached: frozenset[Place]
    short: bool = False
    proposed: bool = True


def may_run(judgement: Judgement) -> bool:
    """Whether it may run in parallel once questions are answered, and would gain."""
    gains = judgement.profit is not None and judgement.profit.worth != "no"
    return gains and judgement.plan is not None and judgement.loop.enclosed_by is None


def running(
    judgement: Judgement, root: Path, program: Program, facts: ModuleFacts, *, proposed: bool
) -> Running:
    """What the workers of a loop run, or would run."""
    loop = judgement.loop
    index, found = next(
        (index, one)
        for index, function in enumerate(facts.functions)
        for one in function.loops
        if one.ordinal == loop.ordinal
    )
    first = _called_at(
        program.evaluation(facts, index), _of_workers(judgement, found, facts, index)
    )
    reached = frozenset((root, *one) for one in program.reach(first))
    name = facts.functions[index].name
    owner = (root, facts.name, index)
    short = judgement.profit is not None and judgement.profit.short
    return Running(loop.filename, loop.ordinal, loop.for_row, name, owner, reached, short, proposed)


def _of_workers(judgement: Judgement, loop: Loop, facts: ModuleFacts, index: int) -> frozenset[int]:
    """The instructions of a loop that its workers run."""
    if loop.generators > 1:  # its items may be those of all its `for`s, and the work the element
        return frozenset(range(loop.body, loop.end))
    spans = [granule.span for granule in judgement.stages if granule.stage == "compute"]
    code = facts.functions[index].code
    return frozenset(
        at for at, instr in enumerate(code) if any(_within(instr.span, span) for span in spans)
    )


def _called_at(ev: Evaluation, places: frozenset[int]) -> frozenset[tuple[str, int]]:
    """Functions that these instructions call, or name and hand on to what may call them."""
    from pfadvisor.loops.workers import referred_to

    called = {
        (target.module, target.index)
        for at in places
        for target in ev.targets.get(at, ())
        if target.kind == "def"
    }
    return frozenset(called | referred_to(ev, places))


def standing(
    filename: str, root: Path, program: Program, facts: ModuleFacts
) -> tuple[Running, ...]:
    """What workers run that the module starts already, as it was written."""
    from pfadvisor.loops.workers import handed_over

    reached = frozenset((root, *one) for one in handed_over(program, facts))
    if not reached:
        return ()
    return (Running(filename, NO_LOOP, 0, "", (root, facts.name, NO_LOOP), reached),)


def withdrawn(found: Iterable[Running]) -> dict[tuple[str, int], str]:
    """The loops, by file name and ordinal, that are not proposed because of another one, and why.

    A loop that runs in workers of another one, or is part of the work of one that may run in
    parallel; or a short one whose work runs one of its own file that is not, and that no workers
    run.
    """
    every = list(found)
    inside = _around(every, [one for one in every if not one.short])
    left = [one for one in every if (one.filename, one.ordinal) not in inside]
    yielding = {
        (outer.filename, outer.ordinal): _why(inner, "its few iterations run")
        for outer in left
        for inner in left
        if outer.short and inner.proposed and not inner.short
        if inner.filename == outer.filename and inner.owner in outer.reached
    }
    staying = [one for one in every if (one.filename, one.ordinal) not in yielding]
    return yielding | {
        place: _why(outer, "it runs in the workers of")
        for place, outer in _around(every, staying).items()
        if place not in yielding
    }


def _around(
    every: Iterable[Running], outermost: Iterable[Running]
) -> dict[tuple[str, int], Running]:
    """The loops that run in workers of one of those, with that one."""
    return {
        (inner.filename, inner.ordinal): outer
        for inner in every
        for outer in outermost
        if inner.proposed and outer is not inner and inner.owner in outer.reached
    }


def _why(other: Running, how: str) -> str:
    if other.ordinal == NO_LOOP:
        return f"it runs in the workers that {other.filename} starts"
    if not other.proposed:
        return f"it is part of the work of the loop at {other.filename}:{other.row}"
    return f"{how} the loop at {other.filename}:{other.row}"


def left_alone(finding: Finding, reason: str) -> Finding:
    """The finding as one that is legal and does not pay."""
    from pfadvisor.rules._finding import describe

    judgement = finding.judgement
    if judgement is None or judgement.profit is None:
        return finding
    profit = replace(judgement.profit, worth="no", reason=reason)
    judgement = replace(judgement, profit=profit, plan=None)
    code, name, message = describe(judgement)
    return replace(finding, code=code, name=name, message=message, fix=None, judgement=judgement)


def callers(
    found: Sequence[Running],
    known: Iterable[Target],
    settings: Settings,
    read: Callable[[Path], SourceFile | Failed],
) -> list[Target]:
    """Files of the same projects, beside those `known`, that name a function with such a loop."""
    skipped = {target.path for target in known}
    roots = {one.owner[0] for one in found}
    callers = []
    for root in sorted(roots):
        words = owner_names(one for one in found if one.owner[0] == root)
        if not words:
            continue
        mention = re.compile(rb"\b(?:" + "|".join(sorted(words)).encode() + rb")\b")
        for target in discover([root], settings, root).targets:
            if target.path in skipped or target.root != root:
                continue
            source = read(target.path)
            if isinstance(source, SourceFile) and mention.search(source.data):
                callers.append(target)
    return callers[:MOST_CALLERS]


def owner_names(found: Iterable[Running]) -> frozenset[str]:
    """Names by which code calls the functions that such loops stand in."""
    return frozenset(one.name for one in found if one.name.isidentifier())


def leading_to(names: frozenset[str], facts: ModuleFacts) -> frozenset[int]:
    """Loops of a file from which names lead to a function of one of these names: their bodies
    mention it, or a function of the file that does. Operators may call any method for them."""
    from pfadvisor.effects.leading import is_everywhere, leading_names

    leading = leading_names(names, [facts])
    everywhere = is_everywhere(leading)
    return frozenset(
        loop.ordinal
        for function in facts.functions
        for loop in function.loops
        if everywhere or _within_reach(function, loop, facts) & leading
    )


def _within_reach(function: Function, loop: Loop, facts: ModuleFacts) -> set[str]:
    """Names that the loop mentions, and what is defined beside it, which it may use unnamed."""
    from pfadvisor.effects.leading import words

    beside = [instr for instr in function.code if instr.op in ("func", "class", "import")]
    return words([*beside, *function.code[loop.start : loop.end]], facts)


def _within(inner: Span, outer: Span) -> bool:
    return (outer.row, outer.column) <= (inner.row, inner.column) and (
        (inner.end_row, inner.end_column) <= (outer.end_row, outer.end_column)
    )
