"""Several fixes of one file as one list of edits.

What fixes share (an import, a helper) is merged; a fix that overlaps an earlier one
is dropped and named, as is one that with them would unbind a name. Edits never touch
what lies outside of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pfadvisor.model import Edit, Fix, Span
from pfadvisor.rewrite.imports import merged
from pfadvisor.rewrite.locality import lost_local
from pfadvisor.rewrite.moving import meets, settled

_DEF: Final = re.compile(r"^(?:async )?def (\w+)\(", re.M)
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Composition:
    """`edits` are disjoint, in source order; `taken` and `dropped` index the given fixes."""

    edits: tuple[Edit, ...]
    taken: tuple[int, ...]
    dropped: tuple[int, ...]


def compose(fixes: Sequence[Fix], width: int = 88) -> Composition:
    placed: dict[Span, list[str]] = {}
    taken: list[int] = []
    dropped: list[int] = []
    for index, fix in enumerate(fixes):
        others = [fixes[each] for each in taken]
        edits, kept = settled(fix, placed, others)
        trial = {span: list(contents) for span, contents in kept.items()}
        if not meets(fix, others) and all(_add(trial, edit, width) for edit in edits):
            placed = trial
            taken.append(index)
        else:
            dropped.append(index)
    edits = [Edit(span, _together(placed[span])) for span in sorted(placed)]
    return Composition(tuple(edits), tuple(taken), tuple(dropped))


def composed(source: str, fixes: Sequence[Fix], width: int = 88) -> Composition:
    """`compose`, without fixes that together take the last binding of a name still read."""
    kept = list(range(len(fixes)))
    made = compose(fixes, width)
    if lost_local(source, applied(source, made.edits)):
        kept = []
        for index in made.taken:
            made = compose([fixes[each] for each in [*kept, index]], width)
            if not lost_local(source, applied(source, made.edits)):
                kept.append(index)
        made = compose([fixes[each] for each in kept], width)
    taken = tuple(kept[each] for each in made.taken)
    dropped = tuple(each for each in range(len(fixes)) if each not in taken)
    return Composition(made.edits, taken, dropped)


def _add(placed: dict[Span, list[str]], edit: Edit, width: int) -> bool:
    here = placed.get(edit.span)
    defined = _defined(edit.content) if _empty(edit.span) else frozenset()
    for span, contents in placed.items() if defined else ():
        for content in contents:
            if defined & _defined(content):
                same = content.strip("\n") == edit.content.strip("\n")
                return same and span <= edit.span
    if here is None:
        if any(_overlap(edit.span, other) for other in placed):
            return False
        placed[edit.span] = [edit.content]
        return True
    bodies = [content.strip("\n") for content in here]
    if edit.content.strip("\n") in bodies:
        return True
    for index, content in enumerate(here):
        together = merged(content, edit.content, width)
        if together is not None:
            here[index] = together
            return True
    if not _empty(edit.span):
        return False
    here.append(edit.content)
    return True


def _together(contents: Sequence[str]) -> str:
    """Insertions at one place, with the blank rows between them counted once."""
    text = ""
    for content in sorted(contents, key=_place):
        text += content.lstrip("\n") if text.endswith("\n\n") else content
    return text


def _place(content: str) -> int:
    """Imports come before what fixes share, and that before all else."""
    if content.lstrip().startswith(("import ", "from ")):
        return 0
    found = _DEF.search(content)
    return 2 if found is None or found[1].startswith("_") else 1


@lru_cache(maxsize=4096)
def _defined(content: str) -> frozenset[str]:
    """Names of the functions at the margin of inserted text."""
    return frozenset(_DEF.findall(content))


def _empty(span: Span) -> bool:
    return span[:2] == span[2:]


def _overlap(one: Span, other: Span) -> bool:
    """Whether two different spans cannot both be replaced."""
    return one[:2] < other[2:] and other[:2] < one[2:]


def applied(source: str, edits: Iterable[Edit], newline: str = "\n") -> str:
    """`source` with disjoint edits applied, whose newlines become `newline`."""
    placed: dict[Span, list[str]] = {}
    for edit in edits:
        placed.setdefault(edit.span, []).append(edit.content)
    starts = [0, *(end.end() for end in _NEWLINE.finditer(source)), len(source)]
    changed = source
    for span in sorted(placed, reverse=True):
        start = starts[span.row - 1] + span.column - 1
        end = min(starts[span.end_row - 1] + span.end_column - 1, len(source))
        content = _together(placed[span]).replace("\n", newline)
        changed = changed[:start] + content + changed[end:]
    return changed
