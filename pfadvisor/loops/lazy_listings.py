"""Folders that are listed while the loop runs: what the body makes or removes there may show."""

from __future__ import annotations

from pfadvisor.effects.folders import LISTS
from pfadvisor.effects.values import Effect
from pfadvisor.loops.conflicts import Conflict, access_of
from pfadvisor.loops.drawing import effects_of
from pfadvisor.loops.drawn import drawn_from
from pfadvisor.loops.file_names import changes_folders, is_open_file, spelled
from pfadvisor.loops.listings import ending, listed_at_once
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.spelling import speller
from pfadvisor.loops.touches import Touch
from pfadvisor.model import Assumption


def listing_conflicts(body: Body, resources: list[Touch]) -> list[Conflict]:
    """In a window the source is ahead of what earlier iterations do."""
    effects = effects_of(body, drawn_from(body, body.loop.source))
    lists = [e for e in effects if _goes_on_listing(body, e)]
    writes = [t for t in resources if t.effect.write and lists and _shows(body, t, lists[0])]
    return [_conflict(body, lists[0], writes[0])] if writes else []


def _goes_on_listing(body: Body, effect: Effect) -> bool:
    if effect.root != ("res", "file") or effect.how != LISTS:
        return False
    return bool(effect.chain) or not listed_at_once(body, effect.instr)


def _shows(body: Body, touch: Touch, listing: Effect) -> bool:
    """Whether there may be another entry to list, or one less that has not been listed."""
    name = touch.effect.root[1]
    if name != "file" or is_open_file(body, touch):
        return bool(name == "process")
    path = spelled(body, touch)
    if changes_folders(touch) or not path:
        return True
    if path == speller(body).of(body.loop.elem):
        return False
    end = "" if listing.chain else ending(body, listing.instr)
    return path[-1].kind != "text" or str(path[-1].key).endswith(end)


def _conflict(body: Body, listing: Effect, write: Touch) -> Conflict:
    here, there = access_of(body, listing), access_of(body, write.effect)
    said = "the source lists no file that an iteration makes or removes"
    question = Assumption("distinct-keys", "file", said, listing.where)
    nodes = frozenset(range(len(body.nodes)))
    return Conflict(nodes, "flow", there, here, "shared-handle", "file", None, question)
