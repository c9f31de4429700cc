"""What a worker makes of an element of a comprehension, and which tests it asks."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.consumer import consumer_of
from pfadvisor.loops.errors import source_fails
from pfadvisor.loops.granules import within
from pfadvisor.loops.half_done import left_half_done
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.outsiders import doubtful
from pfadvisor.loops.partition import worth_a_worker
from pfadvisor.loops.wrapping import wrappers
from pfadvisor.model import Granule, Span

WHOLE: Final = frozenset(
    {"dict", "frozenset", "list", "math.fsum", "max", "min", "set", "sorted", "sum", "tuple"}
)
Part = tuple[Span, int]  # with the value


def can_nest(analysis: Analysis) -> bool:
    """Whether workers can run all of a comprehension with several `for`s but the first: nothing of
    it is left to the parent, and whoever takes the elements takes all of them, or nobody sees what
    became of those before an error."""
    body, code = analysis.body, analysis.body.function.code
    if body.loop.generators < 2 or len(analysis.compute) < len(body.nodes):
        return False
    if any(code[i].op == "await" for i in body.node_of):
        return False
    if body.loop.form == "generator" and not _taken_whole(body):
        return False
    return not (source_fails(analysis) or left_half_done(body))


def _taken_whole(body: Body) -> bool:
    """Whether a builtin uses the elements up which asks for all of them."""
    call = consumer_of(body)
    targets = body.ev.targets.get(call, ()) if call >= 0 else ()
    return bool(targets) and all(t.kind == "known" and t.name in WHOLE for t in targets)


def computed_tests(analysis: Analysis) -> tuple[Granule, ...]:
    """The tests of a comprehension from the first on that is worth a worker: those after it are
    asked only where it holds."""
    body, code = analysis.body, analysis.body.function.code
    found: list[Granule] = []
    for span in body.loop.tests if body.loop.generators == 1 else ():
        nodes = {n for i, n in body.node_of.items() if within(code[i].span, span)}
        if found or any(worth_a_worker(body, n) for n in nodes):
            if not nodes <= analysis.compute:
                return ()
            found.append(Granule("test", span, "compute"))
    return tuple(found)


def computed_elements(analysis: Analysis) -> list[Part]:
    """The element of a comprehension, or its key and value, as far as a worker makes them, with
    their values. What is cheap and only for items that pass a computed test stays behind."""
    body = analysis.body
    if body.loop.form in ("for", "async-for"):
        return []
    values = body.function.code[body.loop.end].args[2:]
    wholes = list(zip(body.loop.elements, values, strict=False))
    parts, tested = _parts(body, wholes), computed_tests(analysis)
    if tested and not any(_is_costly(body, part) or _reads(body, part, tested) for part in wholes):
        return []
    return parts if parts and not (tested and len(parts) > 1) else wholes


def _parts(body: Body, wholes: list[Part]) -> list[Part]:
    """What is left for a worker if the parent puts the element together with the very objects
    that belong there; nothing if that is no work."""
    if body.loop.form == "call" or body.loop.generators != 1:
        return []
    code, around = body.function.code, wrappers(body, frozenset(body.node_of.values()))
    found: list[Part] = []
    waiting = [(span, value, False) for span, value in wholes]
    while waiting:
        span, value, within_display = waiting.pop(0)
        if body.node_of.get(value) in around:
            inner = [v for v in operands(code[value]) if v != code[value].args[0]]
            waiting += [(code[v].span, v, True) for v in inner]
        elif not _at_hand(body, value) or not (
            within_display or doubtful(body, body.ev.values[value])
        ):
            found.append((span, value))
    return sorted(found) if any(_is_costly(body, part) for part in found) else []


def _is_costly(body: Body, part: Part) -> bool:
    """Whether work worth a worker is done in the expression."""
    code = body.function.code
    return any(
        worth_a_worker(body, node) and within(code[i].span, part[0])
        for i, node in body.node_of.items()
    )


def _reads(body: Body, part: Part, tested: tuple[Granule, ...]) -> bool:
    """Whether the expression goes on with what a test that a worker asks has made."""
    code = body.function.code
    made = {i for i in body.node_of for test in tested if within(code[i].span, test.span)}
    read = (v for i in body.node_of if within(code[i].span, part[0]) for v in operands(code[i]))
    return not made.isdisjoint({part[1], *read})


def _at_hand(body: Body, value: int) -> bool:
    """Whether the parent has the value, or reads it of what it has."""
    instr = body.function.code[value]
    if value not in body.node_of or instr.op == "const":
        return True
    reads = instr.op in ("attr", "item") and not body.ev.targets.get(value)
    return reads and all(_at_hand(body, v) for v in operands(instr))
