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
    """Captures of the work that the rest changes, or `name.attribute` where that is all of it."""
    body = analysis.body
    writes = [e for e in body.whole.effects_of(analysis.rest_instrs) if e.write and e.elem != "="]
    found: dict[str, None] = {}
    for given in inputs if writes else ():
        value = value_of(body, given.name) if given.origin == "capture" else -1
        if value >= 0:
            found.update(dict.fromkeys(_changed(body, given.name, value, writes)))
    return tuple(found)


def _changed(body: Body, name: str, value: int, writes: list[Effect]) -> Iterator[str]:
    own = {root for root, _ in body.ev.values[value].objs}
    below = set[Root]().union(*(reaches(body, root) for root in own)) - own
    for effect in writes:
        if effect.root in below:
            yield name
        elif effect.root in own and not (_is_there(body, value, effect) or _replaces(body, effect)):
            first = (*effect.path, effect.elem)[0]
            yield f"{name}{first}" if first.startswith(".") else name


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
