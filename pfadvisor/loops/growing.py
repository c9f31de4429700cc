"""What each item takes along to another process while the rest of the loop changes it.

A pool pickles in a thread of its own what it sends, when a worker is free: a table that grows
meanwhile makes that fail, and the later an item is sent, the more goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfadvisor.effects.values import Effect, Root, parse_type
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.attributed import is_set
from pfadvisor.loops.held_names import value_of
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import reaches
from pfadvisor.model import Input


def growing(analysis: Analysis, inputs: Iterable[Input]) -> tuple[str, ...]:
    """What the work is given and the rest changes, or `name.attribute` where that is all of it."""
    body = analysis.body
    writes = [e for e in body.whole.effects_of(analysis.rest_instrs) if e.write and e.elem != "="]
    found: dict[str, None] = {}
    for given in inputs if writes else ():
        match given.origin:
            case "capture":
                more = _of_capture(body, given.name, value_of(body, given.name), writes)
            case "global":
                more = _of_global(body, given.name, writes)
            case _:
                more = _of_item(body, given.name, writes)
        found.update(dict.fromkeys(more))
    return tuple(found)


def _of_capture(body: Body, name: str, value: int, writes: list[Effect]) -> Iterator[str]:
    own = {root for root, _ in body.ev.values[value].objs} if value >= 0 else set[Root]()
    below = _below(body, own)
    for effect in writes:
        if effect.root in below:
            yield name
        elif effect.root in own and not (_is_there(body, value, effect) or _replaces(body, effect)):
            first = (*effect.path, effect.elem)[0]
            yield f"{name}{first}" if first.startswith(".") else name


def _of_global(body: Body, name: str, writes: list[Effect]) -> Iterator[str]:
    own: set[Root] = {("global", f"{body.ev.module.name}.{name}")}
    below = _below(body, own) | own
    yield from (name for effect in writes if effect.root in below)


def _of_item(body: Body, name: str, writes: list[Effect]) -> Iterator[str]:
    """What items hold is perhaps held by all of them; the item itself is sent only once."""
    objs = [o for v in (body.loop.elem, *body.header) for o in body.ev.values[v].objs]
    own = {root for root, _ in objs}
    below = _below(body, own)
    for effect in writes:
        held = any(
            effect.root == root and effect.path[: len(path)] == path != effect.path
            for root, path in objs
        )
        if effect.root in below or (held and not _replaces(body, effect)):
            yield name


def _below(body: Body, roots: set[Root]) -> set[Root]:
    return set[Root]().union(*(reaches(body, root) for root in roots)) - roots


def _is_there(body: Body, value: int, effect: Effect) -> bool:
    """Whether the object has the attribute before it is set: nothing grows then."""
    types = body.ev.values[value].types
    named = not effect.path and effect.elem.startswith(".")
    return named and all(is_set(body.ev.program, t, effect.elem[1:]) for t in types or ("",))


def _replaces(body: Body, effect: Effect) -> bool:
    """Whether an item of a list takes the place of another."""
    types = body.whole.types_by_root.get(effect.root, {}).get((effect.root, effect.path))
    lists = bool(types) and all(parse_type(t)[0] == "list" for t in types or ())
    one = effect.key >= 0 and body.function.code[effect.key].op != "slice"
    return lists and one and effect.how == "store" and not effect.chain
