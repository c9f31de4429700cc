"""What the user states and nothing uses: comments, assumptions and lines of the configuration.

Each file tells what it uses. That nothing does is only known where a run looks at the whole of a
project, and only worth a warning: what is stated is not wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pfadvisor.config import Settings, suggestion
from pfadvisor.loops.accepted import answers
from pfadvisor.model import Assumption, Finding, Idle
from pfadvisor.source.files import Target, absolute
from pfadvisor.source.mentions import Mentions, used
from pfadvisor.source.suppress import ALL, Comment, Suppressions, means


class Uses(NamedTuple):
    """`answered`: assumptions that were accepted for a loop of the file; `comments`: those of its
    comments that answer and silence nothing."""

    answered: frozenset[Assumption] = frozenset()
    mentions: Mentions = Mentions()
    comments: tuple[Idle, ...] = ()


def uses(
    name: str, said: Suppressions, findings: Sequence[Finding], loops: int, mentioned: Mentions
) -> Uses:
    """What a file of that name uses; `findings` are all that there are, shown or not."""
    judged = [one.judgement for one in findings if one.judgement is not None]
    answered = frozenset(one for each in judged for one in each.accepted)
    told = {one.span for one in findings if one.judgement is None}
    idle = tuple(
        Idle(f"{name}:{comment.span.row}:{comment.span.column}", message)
        for comment in said.comments
        if comment.span is not None and comment.span not in told
        for message in _idle(comment, findings, every=len(judged) == loops)
    )
    return Uses(answered, mentioned, idle)


def _idle(comment: Comment, findings: Sequence[Finding], *, every: bool) -> Iterator[str]:
    here = [one for one in findings if {one.noqa_row, one.span.row} & {*comment.rows}]
    listed = f"[{', '.join(comment.names)}]" if ALL not in comment.names else ""
    match comment.verb:
        case "assume":
            asked = [a for one in here if one.judgement for a in one.judgement.accepted]
            for name in comment.names:
                if not any(answers(name, one) for one in asked):
                    yield f"`assume[{name}]` answers no question"
        case "ignore" if not any(_silences(comment, one) for one in here):
            yield f"`ignore{listed}` silences nothing"
        case "file-ignore" | "noqa" if every and not any(_silences(comment, f) for f in findings):
            yield f"`{comment.verb}{listed}` silences nothing"


def _silences(comment: Comment, finding: Finding) -> bool:
    """Whether the comment speaks of the finding, or of what it is where the loop would gain."""
    from pfadvisor.rules._catalog import for_pattern

    if means(comment.names, finding.code, finding.name):
        return True
    pattern = finding.judgement.pattern if finding.judgement is not None else None
    rule = for_pattern(pattern) if pattern is not None else None
    return rule is not None and means(comment.names, rule.code, rule.name)


def is_whole(targets: Iterable[Target], paths: Iterable[Path], cwd: Path) -> bool:
    """Whether the files are all that their projects have."""
    given = [absolute(path, cwd) for path in paths]
    roots = {target.root for target in targets}
    return bool(roots) and all(any(root.is_relative_to(one) for one in given) for root in roots)


def idle(settings: Settings, found: Sequence[Uses]) -> tuple[Idle, ...]:
    """What no file of a project uses."""
    comments = [one for each in found for one in each.comments]
    return (*comments, *_lines(settings, found), *_assumptions(settings, found))


def _assumptions(settings: Settings, found: Sequence[Uses]) -> Iterator[Idle]:
    answered = frozenset[Assumption]().union(*(one.answered for one in found))
    for name in dict.fromkeys(settings.assume):
        if not any(answers(name, one) for one in answered):
            yield Idle("assume", f"{name!r} answers no question of any loop that would be shown")


def _lines(settings: Settings, found: Sequence[Uses]) -> Iterator[Idle]:
    mentioned = [one.mentions for one in found]
    alike = sorted(frozenset[str]().union(*(one.alike for one in mentioned)))
    for name in settings.effects or ():
        if not used(name, mentioned):
            near = suggestion(name, tuple(alike))
            yield Idle("effects", f"nothing calls {name!r}{near}")
