"""What the callers in the same file pass to a function, by the names that they call.

Callers elsewhere are not looked at, hence this says what is usual, never what is certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.passed import Calls, calls_in, passed
from pfadvisor.effects.program import Program
from pfadvisor.profit.estimate import Estimate
from pfadvisor.profit.sizes import TRIPS, Given, Known, Sizes

MOST_SITES: Final = 8


class Site(NamedTuple):
    """A call: the function it stands in, and the value of each parameter, -1 for none."""

    caller: int
    values: tuple[int, ...]


class CallSites:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._sites: dict[tuple[str, int], tuple[Site, ...]] = {}
        self._given: dict[tuple[str, int], Given] = {}
        self._calls: dict[str, Calls] = {}

    def of(self, ev: Evaluation) -> tuple[Site, ...]:
        """The calls of the function in its own file."""
        key = ev.module.name, ev.index
        if key not in self._sites:
            found = zip(self._find(ev), range(MOST_SITES), strict=False)
            self._sites[key] = tuple(site for site, _ in found)
        return self._sites[key]

    def _find(self, ev: Evaluation) -> Iterator[Site]:
        function, module = ev.function, ev.module
        if function.kind != "function" or not function.params:
            return
        if module.name not in self._calls:
            self._calls[module.name] = calls_in(module)
        kind = "attr" if function.owner_class >= 0 else "name"
        for caller, call in self._calls[module.name].get((kind, function.name), ()):
            if caller != ev.index:
                yield Site(caller, passed(function, call))

    def given(self, ev: Evaluation) -> Given:
        """Numbers and lengths that callers pass, joined over all of them."""
        key = ev.module.name, ev.index
        if key not in self._given:
            self._given[key] = self._joined(ev)
        return self._given[key]

    def values(self, ev: Evaluation, parameter: int) -> Iterator[tuple[Evaluation, int]]:
        """What callers pass for one parameter."""
        for site in self.of(ev):
            if site.values[parameter] >= 0:
                caller = self._program.evaluation(ev.module, site.caller)
                yield caller, site.values[parameter]

    def _joined(self, ev: Evaluation) -> Given:
        rows: list[tuple[Known | None, ...]] = []
        for site in self.of(ev):
            sizes = Sizes(self._program, ev.module, ev.module.functions[site.caller])
            rows.append(tuple(sizes.known(v) for v in site.values))
        return tuple(_join(list(column)) for column in zip(*rows, strict=True))


def _join(column: list[Known | None]) -> Known | None:
    """Callers show that a size may be large; small ones may be but an example."""
    if any(known is None for known in column):
        return None
    shown = [known for known in column if known is not None]
    number, length = _large([k.number for k in shown]), _large([k.length for k in shown])
    return Known(number, length) if number or length else None


def _large(parts: list[Estimate | None]) -> Estimate | None:
    shown = [p for p in parts if p is not None]
    if not shown or len(shown) != len(parts):
        return None
    mid, high = max(p.mid for p in shown), max(p.high for p in shown)
    return Estimate(TRIPS.low, mid, max(high, TRIPS.high), True) if mid > TRIPS.mid else None
