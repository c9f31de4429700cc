"""What it takes to send the arguments of compute to another process, and its results back.

Seconds by type and size: pickling, the pipe, unpickling. A value whose type is not known
counts as a small object, unless the work goes through its contents.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import parse_type, type_text
from pfadvisor.loops.analysis import Analysis
from pfadvisor.profit.cost import ledger_of
from pfadvisor.profit.estimate import NONE, ONCE, Estimate, either, exactly, plus, times
from pfadvisor.profit.machine import RATES, Rates
from pfadvisor.profit.sizes import TRIPS, USUAL, Sizes

UNKNOWN: Final = Estimate(1e-7, 1e-6, 2e-5)
ELEMENT: Final = Estimate(5e-8, 2e-7, 4e-6, True)
MEGABYTES: Final = Estimate(2e-3, 7e-2, 5.0, True)
ATOMS: Final = frozenset({"int", "float", "bool", "None", "complex", "function", "type", "range"})
BYTES: Final = frozenset({"str", "bytes", "bytearray"})
SEQUENCES: Final = frozenset({"list", "set", "frozenset", "collections.deque", "Sequence"})
ARRAYS: Final = ("numpy.", "pandas.", "torch.", "array.array", "PIL.")
ENTRIES: Final = Estimate(2, 10, 1000, True)
CAPTURES_PER_TASK: Final = 1 / 16


def transfer_seconds(
    analysis: Analysis, rates: Rates = RATES, repeated: Estimate = ONCE, *, alone: bool = False
) -> Estimate:
    """Seconds per iteration of the analysed loop, both ways; its results are so many times what
    the code says of one. What an item that goes `alone` needs besides goes with each."""
    body, compute = analysis.body, analysis.compute_instrs
    code, loop = body.function.code, body.loop
    arguments, captures = set[int](), set[int]()
    for i in compute:
        for value in operands(code[i]):
            if value not in compute:
                (arguments if loop.body <= value < loop.end else captures).add(value)
    results = {
        value
        for value in compute
        for use in body.whole.uses.get(value, ())
        if use not in compute and use >= loop.body and code[use].op != "bind"
    }
    sizes = ledger_of(body.ev.program).scope(body.ev).sizes
    once = sent(body.ev, sizes, arguments, rates)
    once = plus(once, times(_unwrapped(body.ev, sizes, results, rates), repeated))
    given = [c for c in captures if code[c].op not in ("name", "import")]
    shared = sent(body.ev, sizes, given, rates)
    return plus(once, times(shared, exactly(1.0 if alone else CAPTURES_PER_TASK)))


def sent(ev: Evaluation, sizes: Sizes, values: Iterable[int], rates: Rates = RATES) -> Estimate:
    """Seconds to send the values one way, each once."""
    return plus(rates.message, _unwrapped(ev, sizes, values, rates))


def _unwrapped(ev: Evaluation, sizes: Sizes, values: Iterable[int], rates: Rates) -> Estimate:
    total = NONE
    for value in sorted(values):
        found = ev.values[value]
        if found.funcs and not found.objs:
            continue
        length = sizes.length(value)
        text = type_text(found.types)
        if value in sizes.guessed and text == "object":
            total = plus(total, times(ELEMENT, length or TRIPS))
        else:
            total = plus(total, _type(rates, text, length))
    return total


def _type(rates: Rates, text: str, length: Estimate | None, depth: int = 0) -> Estimate:
    alternatives = [_one(rates, part, length, depth) for part in text.split(" | ")[:4]]
    return either(alternatives) if alternatives else NONE


def _one(rates: Rates, text: str, length: Estimate | None, depth: int) -> Estimate:
    head, args = parse_type(text)
    if head in ATOMS:
        return rates.number
    if head in BYTES:
        return plus(rates.text, times(rates.character, length or USUAL[head]))
    if head.startswith(ARRAYS):
        return times(rates.megabyte, MEGABYTES)
    if ":" in head:
        return rates.instance
    if depth > 2 or head == "object":
        return ELEMENT if depth else UNKNOWN
    if head == "tuple" and args and args[-1] != "...":
        total = rates.number
        for argument in args:
            total = plus(total, _type(rates, argument, None, depth + 1))
        return total
    if head in SEQUENCES or head == "tuple":
        return times(_type(rates, args[0], None, depth + 1) if args else ELEMENT, length or TRIPS)
    if head in ("dict", "collections.defaultdict", "collections.Counter", "Mapping"):
        inside = (
            rates.entry
            if len(args) < 2
            else plus(rates.entry, _type(rates, args[1], None, depth + 1))
        )
        return times(inside, length or ENTRIES)
    return rates.instance
