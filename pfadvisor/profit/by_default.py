"""How often a loop runs if callers leave the parameters of its function at their defaults."""

from __future__ import annotations

from collections.abc import Iterator

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Loop
from pfadvisor.profit.estimate import exactly
from pfadvisor.profit.sizes import Known, Sizes


def iterations_by_default(ev: Evaluation, loop: Loop) -> int | None:
    """The number, if it follows from the defaults."""
    known = dict(_numbers(ev))
    if not known:
        return None
    given = tuple(known.get(number) for number in range(len(ev.function.params)))
    found = Sizes.of(ev, given).length(loop.source)
    return None if found is None or found.unbounded else int(found.mid)


def _numbers(ev: Evaluation) -> Iterator[tuple[int, Known]]:
    outside = ev.module.functions[ev.function.parent] if ev.function.parent >= 0 else None
    for parameter, value in ev.function.defaults:
        instr = outside.code[value] if outside is not None else None
        if instr is not None and instr.op == "const" and type(instr.args[0]) is int:
            yield parameter, Known(number=exactly(float(instr.args[0])))
