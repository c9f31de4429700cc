"""What it takes to send the arguments of compute to another process, and its results back.

Seconds by type and size: pickling, the pipe, unpickling. A value whose type is not known
counts as a small object.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import parse_type, type_text
from pfadvisor.loops.analysis import Analysis
from pfadvisor.profit.cost import ledger_of
from pfadvisor.profit.estimate import NONE, Estimate, either, exactly, plus, times
from pfadvisor.profit.sizes import TRIPS, USUAL, Sizes

PER_MESSAGE: Final = exactly(5e-7)
UNKNOWN: Final = Estimate(1e-7, 1e-6, 2e-5)
ELEMENT: Final = Estimate(5e-8, 2e-7, 4e-6, True)
INSTANCE: Final = Estimate(2e-6, 6e-6, 2e-5)
ARRAY: Final = Estimate(2e-6, 1e-4, 1e-2, True)
NUMBER: Final = Estimate(5e-8, 1e-7, 2e-7)
PER_CHARACTER: Final = Estimate(1e-10, 5e-10, 2e-9)
TEXT: Final = Estimate(1e-7, 3e-7, 6e-7)
ENTRY: Final = Estimate(2e-7, 1.4e-6, 3e-6)
ATOMS: Final = frozenset({"int", "float", "bool", "None", "complex", "function", "type", "range"})
BYTES: Final = frozenset({"str", "bytes", "bytearray"})
SEQUENCES: Final = frozenset({"list", "set", "frozenset", "collections.deque", "Sequence"})
ARRAYS: Final = ("numpy.", "pandas.", "torch.", "array.array", "PIL.")
ENTRIES: Final = Estimate(2, 10, 1000, True)
CAPTURES_PER_TASK: Final = 1 / 16


def transfer_seconds(analysis: Analysis) -> Estimate:
    """Seconds per iteration of the analysed loop, both ways."""
    body, compute = analysis.body, analysis.compute_instrs
    code, loop = body.function.code, body.loop
    arguments, captures = set[int](), set[int]()
    for i in compute:
        for value in operands(code[i]):
            if value not in compute:
                (arguments if loop.body <= value < loop.end else captures).add(value)
    results = {
        value
        for i in range(loop.body, len(code))
        if i not in compute
        for value in operands(code[i])
        if value in compute and code[i].op != "bind"
    }
    sizes = ledger_of(body.ev.program).scope(body.ev).sizes
    once = sent(body.ev, sizes, [*arguments, *results])
    shared = sent(body.ev, sizes, [c for c in captures if code[c].op not in ("name", "import")])
    return plus(once, times(shared, exactly(CAPTURES_PER_TASK)))


def sent(ev: Evaluation, sizes: Sizes, values: Iterable[int]) -> Estimate:
    """Seconds to send the values one way, each once."""
    total = PER_MESSAGE
    for value in sorted(values):
        found = ev.values[value]
        if found.funcs and not found.objs:
            continue
        length = sizes.length(value)
        total = plus(total, _type(type_text(found.types), length))
    return total


def _type(text: str, length: Estimate | None, depth: int = 0) -> Estimate:
    alternatives = [_one(part, length, depth) for part in text.split(" | ")[:4]]
    return either(alternatives) if alternatives else NONE


def _one(text: str, length: Estimate | None, depth: int) -> Estimate:
    head, args = parse_type(text)
    if head in ATOMS:
        return NUMBER
    if head in BYTES:
        return plus(TEXT, times(PER_CHARACTER, length or USUAL[head]))
    if head.startswith(ARRAYS):
        return ARRAY
    if ":" in head:
        return INSTANCE
    if depth > 2 or head == "object":
        return ELEMENT if depth else UNKNOWN
    if head == "tuple" and args and args[-1] != "...":
        total = NUMBER
        for argument in args:
            total = plus(total, _type(argument, None, depth + 1))
        return total
    if head in SEQUENCES or head == "tuple":
        return times(_type(args[0], None, depth + 1) if args else ELEMENT, length or TRIPS)
    if head in ("dict", "collections.defaultdict", "collections.Counter", "Mapping"):
        inside = ENTRY if len(args) < 2 else plus(ENTRY, _type(args[1], None, depth + 1))
        return times(inside, length or ENTRIES)
    return INSTANCE
