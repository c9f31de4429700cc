"""Clocks that a body reads to tell how long its work takes, or whether there is time for it.

The readings and the work between them stay in one stage; and what they say of iterations that run
at the same time is another thing than what they said before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import JOINS
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import PAUSE, Effect, fresh_site
from pfadvisor.loops.conflicts import Conflict, access_of
from pfadvisor.loops.file_names import depends_on_item
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.partition import worth_a_worker
from pfadvisor.loops.resources import ORDERED
from pfadvisor.loops.touches import Touch
from pfadvisor.loops.whole import whole_of
from pfadvisor.model import Assumption

BESIDE: Final = frozenset(
    {"clock", "locale", "warnings", *ORDERED}
)  # what telling the time touches
MOMENTS: Final = frozenset(
    {
        "int",
        "float",
        "None",
        "datetime.datetime",
        "datetime.date",
        "time.struct_time",
        "resource.struct_rusage",
        "pandas.Timestamp",
    }
)
STOPWATCHES: Final = (
    "time.perf_counter",
    "time.monotonic",
    "time.process_time",
    "time.thread_time",
)
PASSING: Final = frozenset({"op", "unpack", "attr", "item", *JOINS})


def measured_conflicts(body: Body, resources: list[Touch]) -> list[Conflict]:
    """One for each span of time that the body measures, by the nodes that it is made of."""
    readings = _readings(body, resources)
    found = [
        *_between(body, readings),
        *_around(body, readings),
        *_kept(body, readings),
        *_budgets(body, readings),
        *_told(body, resources),
    ]
    return [_conflict(body, effects, nodes) for effects, nodes in found]


Span = tuple[list[Effect], frozenset[int]]


def _conflict(body: Body, effects: list[Effect], nodes: frozenset[int]) -> Conflict:
    said = "the body measures how long its work takes"
    question = Assumption(
        "measured-time",
        "clock",
        "what a clock says of the work may be of work that shares the machine",
        effects[0].where,
    )
    return Conflict(
        nodes,
        "flow",
        access_of(body, effects[0]),
        access_of(body, effects[-1]),
        "process-wide-state",
        "clock",
        None,
        question,
        message=said,
    )


def _readings(body: Body, resources: list[Touch]) -> dict[int, Effect]:
    """Instructions that do no more than to tell the time -> what they do to the clock."""
    touched: dict[int, set[str]] = {}
    for touch in resources:
        touched.setdefault(touch.effect.instr, set()).add(str(touch.effect.root[1]))
    return {
        t.effect.instr: t.effect
        for t in resources
        if t.effect.root == ("res", "clock")
        and t.effect.how != PAUSE
        and t.effect.instr in body.node_of
        and touched[t.effect.instr] <= BESIDE
        and _is_moment(body, t.effect)
    }


def _is_moment(body: Body, effect: Effect) -> bool:
    """Whether what comes of it may be a moment, or an object of the program that keeps one."""
    if not effect.chain or body.function.code[effect.instr].op != "call":
        return True
    types = body.ev.values[effect.instr].types
    return types is not None and all(t in MOMENTS or ":" in t for t in types)


def _work(body: Body, nodes: Iterable[int], readings: dict[int, Effect]) -> frozenset[int]:
    """Those of the nodes that are worth a worker, and not only because they tell the time."""
    code = body.function.code
    return frozenset(
        n
        for n in nodes
        if worth_a_worker(body, n)
        and any(
            i not in readings and code[i].op in ("call", "elem", "await") for i in body.nodes[n]
        )
    )


def _between(body: Body, readings: dict[int, Effect]) -> Iterator[Span]:
    if len(readings) < 2:
        return
    clocks = {body.node_of[i] for i in readings}
    work = _work(body, range(min(clocks), max(clocks) + 1), readings)
    if work:
        yield [readings[min(readings)], readings[max(readings)]], work | clocks


def _around(body: Body, readings: dict[int, Effect]) -> Iterator[Span]:
    """Laps: each iteration compares the time with that of the one before."""
    code, names = body.function.code, dict(body.loop.phis)
    for i, effect in readings.items():
        flow = _flow(body, i)
        for name, bound in _bound(body, flow):
            carried = names.get(name, -1)
            used = any(code[u].op not in ("bind", *JOINS) for u in body.whole.uses.get(carried, ()))
            if used and not body.place_of[bound].guards:
                work = _work(body, range(len(body.nodes)), readings)
                yield from [([effect], work | {body.node_of[i], bound})] if work else ()


def _kept(body: Body, readings: dict[int, Effect]) -> Iterator[Span]:
    """Readings that an object keeps which the iteration has not made: whoever looks at it finds
    how long the work between two of them took. The time of day in a record is no such reading."""
    clocks = sorted(body.node_of[i] for i in readings)
    work = _work(body, range(len(body.nodes)), readings) if readings else frozenset()
    outside = any(not clocks[0] <= n <= clocks[-1] for n in work)
    for i, effect in readings.items() if outside else ():
        passing = PASSING | {"display"} if _is_stopwatch(body, i) else PASSING
        flow = _reached(body.ev, {i}, passing)
        users = {u for v in flow for u in body.whole.uses.get(v, ()) if _leaves_there(body, u)}
        kept = {body.node_of[u] for u in users}
        stores = {n for n in kept if flow.isdisjoint(body.place_of[n].guards)}
        if stores:
            yield [effect], work | stores | {body.node_of[i]}


def _is_stopwatch(body: Body, call: int) -> bool:
    """Whether the reading means nothing but how far it is from another one."""
    return any(t.name.startswith(STOPWATCHES) for t in body.ev.targets.get(call, ()))


def _leaves_there(body: Body, user: int) -> bool:
    """Whether it changes an object that the iteration has not made."""
    return user in body.node_of and any(
        e.write and e.root[0] != "res" and not body.inside(fresh_site(e.root))
        for e in body.whole.effects_of([user])
    )


def _bound(body: Body, flow: set[int]) -> Iterator[tuple[str, int]]:
    for name, binds in body.binds.items():
        for bind in binds:
            if not flow.isdisjoint(operands(body.function.code[bind])):
                yield name, body.node_of[bind]


def _budgets(body: Body, readings: dict[int, Effect]) -> Iterator[Span]:
    """Readings by which a test decides whether there is time for the work on any item."""
    for i, effect in readings.items():
        tests = {v for v in _flow(body, i) if not depends_on_item(body, v)}
        jumping = [
            (n, any(map(body.leaves, instrs)))
            for n, instrs in enumerate(body.nodes)
            if tests.intersection(body.place_of[n].guards) and any(map(body.jumps, instrs))
        ]
        first = min((-1 if ends else n for n, ends in jumping), default=len(body.nodes))
        later = range(first + 1, len(body.nodes))
        guarded = [n for n, p in enumerate(body.place_of) if tests.intersection(p.guards)]
        work = _work(body, {*later, *guarded}, readings)
        if work:
            yield [effect], work | {body.node_of[i]}


def _told(body: Body, resources: list[Touch]) -> Iterator[Span]:
    """Calls of functions that measure what they do and return it."""
    for touch in resources:
        effect = touch.effect
        if effect.root == ("res", "clock") and effect.how != PAUSE and effect.chain:
            targets = body.ev.targets.get(effect.instr, ())
            called = [ev for t in targets if (ev := body.ev.program.callee(t)) is not None]
            if any(map(_returns_time, called)):
                yield [effect], frozenset({touch.node})
            elif _leaves_there(body, effect.instr) and any(map(_keeps_time, called)):
                work = _work(body, range(len(body.nodes)), {effect.instr: effect})
                yield from [([effect], work | {touch.node})] if work else ()


def _clocks(ev: Evaluation) -> set[int]:
    return {e.instr for e in ev.effects if e.root == ("res", "clock") and e.how != PAUSE}


def _keeps_time(ev: Evaluation) -> bool:
    """Whether the function stores a reading of its own, and not only when a while has passed."""
    whole = whole_of(ev)
    for clock in _clocks(ev):
        flow = _reached(ev, {clock}, PASSING | {"display"})
        users = {u for v in flow for u in whole.uses.get(v, ())}
        stores = {e.instr for e in whole.effects_of(users) if e.write and e.root[0] != "res"}
        if any(flow.isdisjoint(_tested(ev, store)) for store in stores):
            return True
    return False


def _tested(ev: Evaluation, i: int) -> set[int]:
    """What the `if` statements around an instruction ask for."""
    function, found = ev.function, set[int]()
    block = function.stmts[function.code[i].stmt].block
    while function.blocks[block].owner >= 0:
        owner = function.blocks[block].owner
        found.update(
            value
            for test in whole_of(ev).doing("test")
            if function.code[test].stmt == owner
            for value in operands(function.code[test])
        )
        block = function.stmts[owner].block
    return found


def _returns_time(ev: Evaluation) -> bool:
    """Whether what the function returns is made of a difference of two readings of its own."""
    code = ev.function.code
    flows = [_reached(ev, {clock}, PASSING) for clock in _clocks(ev)]
    spans = {
        i
        for i in whole_of(ev).doing("op")
        if code[i].args[0] == "-" and sum(i in flow for flow in flows) > 1
    }
    told = _reached(ev, spans, PASSING | {"display", "call"})
    return any(not told.isdisjoint(operands(code[i])) for i in whole_of(ev).doing("ret"))


def _flow(body: Body, reading: int) -> set[int]:
    """Values that are computed from the reading, by operators alone."""
    found = _reached(body.ev, {reading}, PASSING)
    return {value for value in found if value in body.node_of}


def _reached(ev: Evaluation, start: set[int], through: frozenset[str]) -> set[int]:
    code = ev.function.code
    return whole_of(ev).following(start, lambda use: code[use].op in through)
