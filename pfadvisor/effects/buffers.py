"""What a call changes of what it is given, also of buffers that come together in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import access
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.values import DEEP, Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def filled(ev: Evaluation, i: int, line: Line, given: dict[str, Val], how: str) -> None:
    """What the call both goes through and writes is written item by item."""
    for argument in line.iterates:
        if argument in line.writes and argument in given:
            inside = access.contents(ev, given[argument])
            ev.access(i, inside, DEEP, write=True, how=how)


def changed(value: Val) -> str:
    """What a method or function that writes an object changes of it: the contents of a container,
    and of another object of a library its attributes, too."""
    heads = {parse_type(t)[0] for t in value.types or ()}
    inside = {h.partition(".")[0] for h in heads if "." in h and ":" not in h}
    return DEEP if inside - {"collections", "array"} else "[]"
