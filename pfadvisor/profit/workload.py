"""What the compute stage of a loop is made of: CPU work, waiting, or both, and the GIL.

The kind follows the cost, and the structure before the absolute figures: what waits for a
network, a process, a clock or a database is `io` unless loops of unknown length dominate it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.program import Program
from pfadvisor.model import Gil, Kind, Term
from pfadvisor.profit.cost import Cost, cost_of, ledger_of
from pfadvisor.profit.estimate import Estimate, Interval
from pfadvisor.profit.spending import paced

LONG_WAITS: Final = frozenset({"network", "process", "sleep", "db", "user"})
NESTED: Final = 2
SURELY: Final = 5  # times as long
SHOWN: Final = 0.2
MOST_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Workload:
    """Seconds of one iteration: holding the GIL, CPU without it, waiting. `iterations` where the
    code states their number; `files` is whether it waits for files alone."""

    kind: Kind
    gil: Gil
    held: Estimate
    released: Estimate
    waiting: Estimate
    dominant: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    iterations: int | None = None
    files: bool = False

    @property
    def cpu(self) -> Interval:
        return self.held.interval

    @property
    def unbounded(self) -> bool:
        return self.held.unbounded or self.released.unbounded or self.waiting.unbounded


def workload(
    program: Program,
    ev: Evaluation,
    loop: Loop,
    compute: frozenset[int],
    pace: float = 1.0,
    *,
    nested: bool = False,
) -> Workload:
    """The work of one iteration of `loop`, as far as the instructions `compute` do it. Unless they
    are `nested`, several `for`s of a comprehension become one source, whose items are those of the
    innermost."""
    several = loop.generators > 1 and not nested
    found = (
        cost_of(program, ev, of_elements(ev, loop, compute))
        if several
        else (cost_of(program, ev, compute, loop))
    )
    cost = paced(found, pace)
    return Workload(
        _async_or(ev, loop, compute, cost),
        gil_of(cost),
        cost.held,
        cost.released,
        cost.wait,
        _dominant(cost),
        _terms(cost),
        None if several else _iterations(program, ev, loop),
        cost.blocks == {"disk"},
    )


def of_elements(ev: Evaluation, loop: Loop, compute: frozenset[int]) -> list[int]:
    """The instructions that make the elements of a comprehension."""
    code = ev.function.code
    return [
        i
        for i in compute
        if any(e[:2] <= code[i].span[:2] and code[i].span[2:] <= e[2:] for e in loop.elements)
    ]


def _async_or(ev: Evaluation, loop: Loop, compute: frozenset[int], cost: Cost) -> Kind:
    code = ev.function.code
    if loop.form == "async-for" or any(code[i].op == "await" for i in compute):
        return "async"
    return kind_of(cost)


def kind_of(cost: Cost) -> Kind:
    cpu, wait = cost.cpu.mid, cost.wait.mid
    if not cost.blocks:
        return "cpu"
    heavy = cost.heavy or cost.depth >= NESTED
    if cost.cpu.low > cost.wait.high / SURELY:
        return "cpu" if cpu > SURELY * wait else "mixed"
    if cost.blocks & LONG_WAITS:
        if not heavy or cpu <= wait:
            return "io"
        return "cpu" if cpu > 5 * wait else "mixed"
    if heavy and cpu > wait / 8:
        return "cpu" if cpu > wait else "mixed"
    return "cpu" if cpu > 4 * wait else "io"


def _iterations(program: Program, ev: Evaluation, loop: Loop) -> int | None:
    """The number of iterations, if the code states it."""
    found = ledger_of(program).scope(ev).sizes.length(loop.source)
    exact = found is not None and not found.unbounded and found.low == found.high
    return int(found.mid) if found is not None and exact else None


def gil_of(cost: Cost) -> Gil:
    free = cost.released.mid + cost.wait.mid
    share = free / (free + cost.held.mid) if free else 0.0
    return "released" if share > 0.75 else "held" if share < 0.25 else "mixed"


def _dominant(cost: Cost) -> tuple[str, ...]:
    least = cost.time.mid * SHOWN
    return tuple(name for name, time in cost.parts[:MOST_SHOWN] if time.mid >= least)


def _terms(cost: Cost) -> tuple[Term, ...]:
    least = cost.time.mid * SHOWN
    found = [
        Term(name, time.interval, "what the call costs or waits")
        for name, time in cost.parts[:MOST_SHOWN]
        if time.mid >= least
    ]
    parts = (
        ("work with the GIL", cost.held, "instructions, calls and trip counts"),
        ("work without the GIL", cost.released, "calls known to release it"),
        ("waiting per iteration", cost.wait, "calls known to block"),
    )
    found += [Term(name, time.interval, origin) for name, time, origin in parts if time.high]
    return tuple(found)
