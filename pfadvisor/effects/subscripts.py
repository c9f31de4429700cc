"""Subscripts that a function computes from its parameters, as its callers see them.

A form is ("value", v), ("const", n), ("op", symbol, form, form), or for a tuple ("parts", form…)
as far as its parts are told, where a part may be ("slice",), or ("slice", form, form) for a stretch
`a[i:j]`, ("item", form, form) for what is looked up, `a[names[i]]`. Those of paths are in `paths`. In a summary `v` is the number of a parameter, at a call the
value that is passed for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

Form = tuple[Any, ...]
MOST_LEVELS: Final = 4
MOST_STEPS: Final = 8  # of a path, one within another
OPERATORS: Final = frozenset({"+", "-", "*"})
SLICE: Final[Form] = ("slice",)


def computed(ev: Evaluation, value: int, level: int = 0) -> Form | None:
    """The form of a value in terms of the parameters of its function."""
    if value < 0 or level > MOST_LEVELS:
        return None
    number = ev.values[value].const
    if isinstance(number, int) and not isinstance(number, bool):
        return "const", number
    match ev.function.code[value]:
        case ("param", (parameter,), _, _):
            return "value", parameter
        case ("op", (symbol, left, right), _, _) if symbol in OPERATORS:
            return _whole(symbol, computed(ev, left, level + 1), computed(ev, right, level + 1))
        case ("item", (base, key), _, _) if not level:
            return _item(computed(ev, base, 1), computed(ev, key, 1))
        case ("slice", (low, high, -1), _, _) if not level:
            return _stretch(computed(ev, low, 1), computed(ev, high, 1))
        case ("display", ("tuple", *parts), _, _) if not level:
            return _as_far_as_told([_part(ev, part) for part in parts])
    return None


def substituted(form: Form, passed: Callable[[int], Form | None], level: int = 0) -> Form | None:
    """The form with what is passed in the place of parameters."""
    match form:
        case ("value", parameter):
            found = passed(parameter)
            return found if level == 0 or (found and found[0] not in ("parts", "slice")) else None
        case ("op", symbol, left, right) if level <= MOST_LEVELS:
            inner = level + 1
            return _whole(
                symbol, substituted(left, passed, inner), substituted(right, passed, inner)
            )
        case ("item", base, key):
            return _item(substituted(base, passed, 1), substituted(key, passed, 1))
        case ("slice", low, high):
            return _stretch(substituted(low, passed, 1), substituted(high, passed, 1))
        case ("parts", *parts):
            return _as_far_as_told([substituted(part, passed, 1) for part in parts])
        case ("path", kind, told, *parts) if level <= MOST_STEPS:
            each = [substituted(part, passed, level + 1) for part in parts]
            return None if None in each else ("path", kind, told, *each)
        case ("const" | "text" | "steady", _) | ("slice",):
            return form
    return None


def depth(form: Form | None) -> int:
    """How many operators stand one within another."""
    inner = [depth(part) for part in form or () if isinstance(part, tuple)]
    return max(inner, default=0) + bool(form and form[0] == "op")


def _whole(symbol: str, left: Form | None, right: Form | None) -> Form | None:
    return ("op", symbol, left, right) if left and right else None


def _item(base: Form | None, key: Form | None) -> Form | None:
    return ("item", base, key) if base and key else None


def _stretch(low: Form | None, high: Form | None) -> Form | None:
    return ("slice", low, high) if low and high else None


def _part(ev: Evaluation, value: int) -> Form | None:
    return SLICE if ev.function.code[value].op == "slice" else computed(ev, value, 1)


def _as_far_as_told(parts: list[Form | None]) -> Form | None:
    """What stands behind a part that is not told may be of any axis."""
    told = parts[: parts.index(None)] if None in parts else parts
    return ("parts", *told) if told else None
