"""What the body asks its source about: how far it has been read is another answer in advance."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Obj
from pfadvisor.loops.conflicts import Conflict, access_of
from pfadvisor.loops.drawing import one_shot
from pfadvisor.loops.drawn import drawn_from
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch
from pfadvisor.model import Access, Assumption

SETTLED: Final = frozenset(
    {
        "buffer",
        "closed",
        "code",
        "connection",
        "desc",
        "description",
        "dialect",
        "encoding",
        "errors",
        "fieldnames",
        "filename",
        "headers",
        "mode",
        "name",
        "raw",
        "reason",
        "status",
        "total",
        "url",
        "version",
    }
)  # attributes of readers that reading on leaves alone


def position_conflicts(body: Body, shared: list[Touch]) -> list[Conflict]:
    consumed, unclear = _sources(body)
    return [
        _asked(body, touch)
        for touch in shared
        if touch.node >= 0 and _may_move(touch)  # the header asks when it takes the item
        if _place(touch) in consumed
        or (_place(touch) in unclear and touch.effect.elem.startswith("."))
    ]


def _sources(body: Body) -> tuple[set[Obj], set[Obj]]:
    """The objects of libraries that drawing uses up, and those of which nothing is known."""
    consumed, unclear = set[Obj](), set[Obj]()
    for value in drawn_from(body, body.loop.source):
        known = body.ev.values[value]
        if known.types is None:
            unclear |= known.objs
        elif one_shot(body, value):
            consumed |= known.objs
    return consumed, unclear


def _place(touch: Touch) -> Obj:
    return touch.effect.root, touch.effect.path


def _may_move(touch: Touch) -> bool:
    effect = touch.effect
    return not effect.write and not effect.elem.startswith("[") and effect.elem[1:] not in SETTLED


def _asked(body: Body, touch: Touch) -> Conflict:
    read = access_of(body, touch.effect)
    drawn = Access(read.place, True, body.ev.location(body.loop.source))
    name = read.place.removesuffix(touch.effect.elem)
    text = f"to take an item of `{name}` leaves it as it is"
    question = Assumption("no-alias", name, text, read.location)
    found = Conflict(
        frozenset({touch.node}),
        "flow",
        drawn,
        read,
        "shared-iterator",
        read.place,
        None,
        None if _moves(body, touch) else question,
        drawing=True,
    )
    return found._replace(message=f"taking the next item changes what `{read.place}` says")


def _moves(body: Body, touch: Touch) -> bool:
    """Whether what is asked is used up, or has a name that what libraries use up has."""
    if _place(touch) in _sources(body)[0]:
        return True
    program, module, name = body.ev.program, body.ev.module, touch.effect.elem[1:]
    types = {*program.knowledge.types_with_method(name), *program.library_types(module, name)}
    types.update(program.library_types_showing(module, name))
    return any(program.one_shot(t) for t in types)
