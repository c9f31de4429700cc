"""The order of what one iteration does to files, itself and by the children that it starts."""

from __future__ import annotations

from itertools import combinations

from pfadvisor.effects.folders import LISTS
from pfadvisor.loops.file_names import (
    alike,
    changes_folders,
    is_child,
    is_open_file,
    spelled,
    writes_through_links,
)
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.spelling import end_apart, steady, text_end
from pfadvisor.loops.touches import Touch


def order_files(body: Body, resources: list[Touch]) -> None:
    """What a child reads has been written before, what it writes is read after it."""
    seen = {
        (t.node, t.effect.write, t.effect.root, t.effect.how, t.effect.key): t
        for t in resources
        if t.effect.root[1] in ("file", "process")
    }
    touches = sorted(seen.values(), key=lambda t: t.node)
    for first, then in combinations(touches, 2):
        if then.node in body.after[first.node] or not (first.effect.write or then.effect.write):
            continue
        if _may_meet(body, first, then):
            body.edge(first.node, then.node)


def _may_meet(body: Body, first: Touch, then: Touch) -> bool:
    """A file that all iterations write is none that they read, where none may read what another
    one writes: that is asked already."""
    pair = (first, then)
    if alike(body, first, then):
        return True
    if any(is_open_file(body, t) for t in pair):
        return False
    if any(is_child(t) for t in pair) or writes_through_links(body):
        return True
    spellings = [spelled(body, t) for t in pair]
    if any(s and steady(s) for s, t in zip(spellings, pair, strict=True) if t.effect.write):
        return False
    deep = any(changes_folders(t) or t.effect.how == LISTS for t in pair)
    return deep or not all(spellings) or not end_apart(*map(text_end, spellings))
