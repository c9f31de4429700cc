"""Lists that have an item for each of a stretch of another one: `[f(x) for x in flat[i : i + n]]`.

What a function of the program gives back of the kind is told in its summary, in terms of its
parameters: ("each", form of the list, form of the stretch).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.alone import is_changed
from pfadvisor.effects.returning import handed_on, returned
from pfadvisor.effects.subscripts import Form, computed, substituted

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

EACH: Final = "each"
MAKING: Final = frozenset(("known", name) for name in ("list", "tuple", "bytes", "bytearray"))


def told(ev: Evaluation, value: int) -> Form | None:
    """The form of such a list in terms of the parameters of its function."""
    read = stretch_of(ev, value)
    if read is None or is_changed(ev, ev.values[value]):
        return None
    parts = [_parameters(ev, part) for part in read]
    return None if None in parts else (EACH, *parts)


def stretch_of(ev: Evaluation, value: int) -> tuple[Form, Form] | None:
    """The list and the stretch of it that the items of another one are made of, in terms of
    values."""
    value = handed_on(ev, value)
    form, values = returned(ev, value)
    if form is not None and form[0] == EACH:
        passed = [("value", v) if v >= 0 else None for v in values]
        base, stretch = (substituted(part, passed.__getitem__) for part in form[1:])
        return (base, stretch) if base and stretch else None
    return _written_here(ev, value)


def _written_here(ev: Evaluation, value: int) -> tuple[Form, Form] | None:
    code, targets = ev.function.code, ev.targets.get(value, ())
    if code[value].op == "call" and {(t.kind, t.name) for t in targets} & MAKING:
        given = [v for _, _, v in code[value].args[1]]
        value = given[0] if len(given) == len(targets) == 1 else value
    if code[value].op != "comp" or code[value].args[0] not in ("list", "generator"):
        return None
    loop = ev.function.loops[code[value].args[1]]
    read = code[loop.source]
    if loop.generators != 1 or loop.tests or read.op != "item":
        return None
    return ("value", read.args[0]), ("value", read.args[1])


def _parameters(ev: Evaluation, form: Form) -> Form | None:
    return substituted(form, lambda value: computed(ev, value))
