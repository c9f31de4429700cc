"""The types that a line of a table states for its result, in terms of a call's arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, mappings
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.values import BOTTOM, Val, clip, join_all, parse_type, type_text, union

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

_PLACEHOLDER: Final = re.compile(r"\b(elem|type|key|value|made):(\w+)")
_EACH: Final = re.compile(r"\beach:(\w+)")


def result_types(
    ev: Evaluation,
    line: Line,
    recv: Val | None,
    given: dict[str, Val],
    apart: dict[str, list[Val]],
    type_name: str,
) -> frozenset[str] | None:
    """`apart`: arguments of one name, where it is known which they are."""
    if not line.returns:
        return None

    def shown(found: re.Match[str]) -> str:
        prefix, argument = found.groups()
        value = recv if argument == "self" else given.get(argument)
        if value is None or prefix == "made":
            return "object" if prefix != "type" or argument in given else "None"
        return _stated(ev, prefix, value, type_name if argument == "self" else "")

    def one_by_one(found: re.Match[str]) -> str:
        values = apart.get(found.group(1))
        if values is None:
            return f"elem:{found.group(1)}, ..."
        return ", ".join(_stated(ev, "elem", value, "") for value in values)

    text = _PLACEHOLDER.sub(shown, _EACH.sub(one_by_one, line.returns))
    if text == "self":
        return recv.types if recv is not None else None
    return union(clip(text))


def _stated(ev: Evaluation, prefix: str, value: Val, type_name: str) -> str:
    if prefix == "type":
        return type_text(value.types)
    if prefix == "elem":
        return type_text(access.element(ev, value).types)
    stored = join_all(
        [ev.heap.get((o, mappings.KEYS if prefix == "key" else "[]"), BOTTOM) for o in value.objs]
    )
    exact = value.objs and all(
        o[0][0] == "fresh" and o[0][1] in ev.exact and not o[1] for o in value.objs
    )
    if exact:
        return type_text(stored.types) if stored != BOTTOM else "object"
    args = parse_type(type_name or (sorted(value.types)[0] if value.types else ""))[1]
    return "object" if len(args) != 2 else args[0] if prefix == "key" else args[1]
