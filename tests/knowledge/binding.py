"""Which argument of a line each value of a call is."""

from __future__ import annotations

from pfadvisor.effects import special
from pfadvisor.effects.effect import Effect


def bind(line: Effect, args: list[object]) -> dict[str, list[object]]:
    """Arguments by name; those that no name takes are called ''."""
    named: dict[str, list[object]] = {}
    names = iter(line.args)
    rest = ""
    for value in args:
        name = rest or next(names, "")
        if name.startswith("*") and len(name) > 1 and not name.startswith("**"):
            rest = name
        if name in ("", "*") or name.startswith("**"):
            name, names = "", iter(())
        named.setdefault(name.lstrip("*"), []).append(value)
    return named


def literal(named: dict[str, list[object]]) -> special.Literal:
    def look(name: str) -> object:
        values = named.get(name, [])
        if not values:
            return special.ABSENT
        is_constant = isinstance(values[0], int | str | bytes | type(None))
        return values[0] if is_constant else special.NOT_NONE

    return look
