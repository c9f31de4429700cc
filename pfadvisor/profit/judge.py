"""Legality and profit put together: the judgement on every loop of a file.

`judge_module` takes the linked program and one file's facts and gives one
Judgement per loop, in source order. The mode (processes, threads, async)
follows from the kind of the work and from what can cross to a worker.
"""

from __future__ import annotations

from dataclasses import replace

from pfadvisor.config import Settings
from pfadvisor.effects.facts import Loop, ModuleFacts
from pfadvisor.effects.libraries import chooses_start, thread_starter
from pfadvisor.effects.program import Program
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis, analyse, analyse_assuming
from pfadvisor.loops.changed_copies import changed_copies
from pfadvisor.loops.cpu_time import cpu_time_lost
from pfadvisor.loops.fresh_import import found_otherwise
from pfadvisor.loops.linked import deeply_linked
from pfadvisor.loops.loop_ids import all_loops, identity
from pfadvisor.loops.ownership import copied
from pfadvisor.loops.planning import plan_of
from pfadvisor.loops.sending import pickle_problem
from pfadvisor.loops.set_order import order_of_sets
from pfadvisor.loops.settings import settings_lost
from pfadvisor.loops.spawning import never_imported, set_at_run_time
from pfadvisor.loops.vouched import vouched
from pfadvisor.model import (
    Assumption,
    Blocker,
    Dependence,
    Granule,
    Judgement,
    Location,
    LoopId,
    Mode,
    Plan,
    Profit,
)
from pfadvisor.profit import measured, native
from pfadvisor.profit.basis import Basis
from pfadvisor.profit.by_default import iterations_by_default
from pfadvisor.profit.cost import ledger_of
from pfadvisor.profit.nesting import nests
from pfadvisor.profit.prospects import profit_of, sent_alone
from pfadvisor.profit.screen import may_be_shown
from pfadvisor.profit.sendable import doubtful, shown_not_to_pickle
from pfadvisor.profit.speedup import AT_ONCE, chunksize
from pfadvisor.profit.workload import Workload, workload

SHIPPED = Basis()
BACKENDS: dict[Mode, str] = {
    "processes": "multiprocessing",
    "threads": "futures",
    "async": "asyncio",
}


def judge_module(
    program: Program,
    facts: ModuleFacts,
    settings: Settings,
    assumed: dict[int, tuple[str, ...]] | None = None,
    basis: Basis = SHIPPED,
    ordinals: frozenset[int] | None = None,
    glance: frozenset[str] | None = None,
) -> tuple[Judgement, ...]:
    """`assumed`: assumptions that comments accept, by row of the loop, also none: loops with a
    comment are judged in full; `ordinals`: the loops that are asked for, None for all; `glance`:
    the assumptions with which a loop that pays is shown, None if all are: what matters to no loop
    that is shown need not be known."""
    judged: list[Judgement] = []
    asked = assumed or {}
    loops = [one for one in all_loops(facts) if ordinals is None or one[2].ordinal in ordinals]
    reaches: dict[int, frozenset[int]] = {}  # ordinal of a chosen loop -> functions its work runs
    inside: dict[tuple[int, int], int] = {}  # (function, loop) -> ordinal of the loop around it
    for function, index, loop in loops:
        accepted = Accepted((*settings.assume, *asked.get(loop.for_row, ())))
        glancing = glance if loop.for_row not in asked else None
        around = next((inside[function, p] for p in loop.parents if (function, p) in inside), None)
        if glancing is not None and (
            around is not None
            or not may_be_shown(program, facts, facts.functions[function], loop, settings, basis)
        ):
            continue
        loop_id = identity(facts, loop, around)
        judgement, analysis = _judge(
            program, facts, function, index, loop_id, settings, accepted, basis, glancing
        )
        rested = (*accepted.met, *vouched(analysis))
        judgement = replace(judgement, accepted=rested)
        if around is not None:
            judgement = replace(judgement, plan=None)
        elif judgement.plan is not None and _pays(judgement.profit):
            reached = _reached(program, facts, analysis)
            if function in reached:
                judgement = _recursive(judgement, loop_id)
            else:
                inside[function, index] = loop.ordinal
                if judgement.profit is None or not judgement.profit.short:
                    reaches[loop.ordinal] = reached
        judged.append(judgement)
    if program.relieve():
        ledger_of(program).relieve()
    return tuple(_outermost(judged, loops, reaches))


def _reached(program: Program, facts: ModuleFacts, analysis: Analysis) -> frozenset[int]:
    """Functions of the file that the work of a loop runs."""
    targets = analysis.body.ev.targets
    first = frozenset(
        (t.module, t.index)
        for i in analysis.compute_instrs
        for t in targets.get(i, ())
        if t.kind == "def"
    )
    return frozenset(i for name, i in program.reach(first) if name == facts.name)


def _recursive(judgement: Judgement, loop_id: LoopId) -> Judgement:
    """The work runs the loop's own function again: workers would start workers."""
    where = Location(loop_id.filename, loop_id.span)
    blocker = Blocker(
        "PFA226",
        "already-parallel",
        "the work calls the function that holds the loop: workers would start workers",
        where,
        (),
        "run the outermost call in parallel",
    )
    return replace(
        judgement,
        verdict="serial",
        pattern=None,
        kind=None,
        gil=None,
        backend=None,
        assumptions=(),
        blockers=(blocker,),
        profit=None,
        plan=None,
    )


def _outermost(
    judged: list[Judgement],
    loops: list[tuple[int, int, Loop]],
    reaches: dict[int, frozenset[int]],
) -> list[Judgement]:
    """Loops of functions that run in the workers of another chosen loop are not also chosen."""
    function_of = {loop.ordinal: function for function, _, loop in loops}
    running: dict[int, list[int]] = {}  # function -> chosen loops whose work runs it
    for ordinal, functions in reaches.items():
        for function in functions:
            running.setdefault(function, []).append(ordinal)
    least_two = {function: sorted(ordinals)[:2] for function, ordinals in running.items()}
    found = []
    for judgement in judged:
        ordinal = judgement.loop.ordinal
        around = [o for o in least_two.get(function_of[ordinal], ()) if o != ordinal]
        if around and judgement.loop.enclosed_by is None:
            judgement = replace(
                judgement, plan=None, loop=replace(judgement.loop, enclosed_by=min(around))
            )
        found.append(judgement)
    return found


def _pays(profit: Profit | None) -> bool:
    return profit is not None and profit.worth != "no"


def _pays_soon(profit: Profit) -> bool:
    least = profit.break_even_later
    return profit.worth == "yes" or (_pays(profit) and least is not None and least <= AT_ONCE)


def _judge(
    program: Program,
    facts: ModuleFacts,
    function: int,
    index: int,
    loop_id: LoopId,
    settings: Settings,
    accepted: Accepted,
    basis: Basis,
    glance: frozenset[str] | None,
) -> tuple[Judgement, Analysis]:
    analysis = analyse(program, facts, function, index, accepted)
    judgement = assess(program, analysis, loop_id, settings, accepted, basis, glance)
    if analysis.verdict != "serial" and not _pays(judgement.profit):
        second = analyse_assuming(analysis.body, accepted)
        if second is not None and second.compute > analysis.compute:
            other = assess(program, second, loop_id, settings, accepted, basis, glance)
            if other.profit is not None and _pays_soon(other.profit):
                return other, second
    return judgement, analysis


def assess(
    program: Program,
    analysis: Analysis,
    loop_id: LoopId,
    settings: Settings,
    accepted: Accepted,
    basis: Basis,
    glance: frozenset[str] | None,
) -> Judgement:
    """The judgement on one analysed loop."""
    dependences = _dependences(analysis)
    if analysis.tree is None or analysis.pattern is None:
        return _serial(loop_id, analysis.blockers, dependences)
    body = analysis.body
    pace, nested = basis.machine.pace, nests(program, analysis)
    work = workload(program, body.ev, body.loop, analysis.work_instrs, pace, nested=nested)
    found = basis.measured(loop_id.ordinal) if not nested else None  # what single elements took
    if found is not None and found.iterations:
        work = measured.workload_of(work, found)
    mode, problem = _mode(analysis, work, found.unpicklable if found is not None else ())
    problem = problem or (changed_copies(analysis) if mode == "processes" else None)
    if problem is not None:
        return _serial(loop_id, (problem,), dependences)
    plan, linked = _planned(program, analysis, loop_id, mode, accepted, nested)
    profit = profit_of(program, analysis, work, plan, settings, basis, found)
    library = native.spreading(program, analysis, mode) if _pays(profit) else ""
    profit = native.lowered(profit, library, work.gil)
    asked = tuple[Assumption, ...]()
    if not _hidden(analysis, profit, accepted, glance):
        asked = (*_working_elsewhere(analysis, mode, accepted), *linked)
    if plan.collected and sent_alone(plan):
        number = profit.iterations or iterations_by_default(body.ev, body.loop)
        plan = replace(plan, chunksize=chunksize(work, number, profit.workers))
    stages: tuple[Granule, ...] = analysis.tree.granules()
    return Judgement(
        loop_id,
        "review" if asked else analysis.verdict,
        analysis.pattern,
        work.kind,
        work.gil,
        _backend(mode, settings),
        (*analysis.assumptions, *asked),
        (),
        profit,
        dependences,
        stages,
        plan,
        work.dominant,
        native.advice(library),
    )


def _dependences(analysis: Analysis) -> tuple[Dependence, ...]:
    found = analysis.conflicts
    return tuple(Dependence(c.kind, c.source, c.sink, True, c.distance) for c in found)


def _planned(
    program: Program,
    analysis: Analysis,
    loop_id: LoopId,
    mode: Mode,
    accepted: Accepted,
    nested: bool,
) -> tuple[Plan, tuple[Assumption, ...]]:
    """The plan of the loop, and what it rests on of results that are deeply linked."""
    plan = replace(plan_of(analysis, loop_id, mode), nested=nested)
    if mode != "processes":
        return plan, ()
    linked = deeply_linked(analysis, accepted)
    # a worker of Pool that fails to describe a result that it cannot send dies silently
    safe = plan.builtin_errors and not linked
    return replace(plan, builtin_errors=safe, fresh=_fresh(program, analysis)), linked


def _fresh(program: Program, analysis: Analysis) -> bool:
    """Whether a fork could find locks held by threads that it does not have."""
    module = analysis.body.ev.module
    return bool(thread_starter(program, module)) and not chooses_start(program, module)


def _hidden(
    analysis: Analysis, profit: Profit, accepted: Accepted, glance: frozenset[str] | None
) -> bool:
    """Whether the loop is not shown, whatever else it rests on."""
    if glance is None:
        return False
    known = all(one.name in glance for one in analysis.assumptions)
    return not _pays(profit) or not (known or accepted)


def _working_elsewhere(
    analysis: Analysis, mode: Mode, accepted: Accepted
) -> tuple[Assumption, ...]:
    """What letting other threads or processes do the work rests on."""
    sending = _sending(analysis, accepted) if mode == "processes" else ()
    return (*sending, *cpu_time_lost(analysis, mode, accepted))


def _sending(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """What working on copies, in interpreters that are started anew, rests on."""
    return (
        *copied(analysis, accepted),
        *set_at_run_time(analysis, accepted),
        *settings_lost(analysis, accepted),
        *found_otherwise(analysis, accepted),
        *order_of_sets(analysis, accepted),
        *doubtful(analysis, accepted),
    )


def _serial(
    loop_id: LoopId, blockers: tuple[Blocker, ...], dependences: tuple[Dependence, ...]
) -> Judgement:
    return Judgement(loop_id, "serial", None, None, None, None, (), blockers, None, dependences)


def _backend(mode: Mode, settings: Settings) -> str:
    return BACKENDS[mode] if settings.backend == "auto" else settings.backend


def _mode(
    analysis: Analysis, work: Workload, tried: tuple[str, ...]
) -> tuple[Mode, Blocker | None]:
    """`tried`: what a run of the program found not to pickle."""
    body = analysis.body
    if work.kind == "async":
        return "async", None
    what, role = pickle_problem(analysis)
    if not what:
        what, role = shown_not_to_pickle(analysis)
    if tried and not what:
        what, role = tried[0], "as the profile found out"
    if never_imported(analysis):
        what, role = "the work, a function of `__main__.py`", "is not found by a worker"
    if work.kind == "io" or (work.kind == "cpu" and work.gil == "released"):
        return "threads", None
    if not what:
        return "processes", None
    if work.kind == "mixed":
        return "threads", None
    advice = "pass and return plain data"
    if never_imported(analysis):
        advice = "move it into a module of its own"
    where = body.ev.location(body.loop.source)
    return "processes", Blocker(
        "PFA211",
        "unpicklable",
        f"{what}, {role} and cannot be sent to another process",
        where,
        (),
        advice,
    )
