"""Which `for` of a comprehension that has several hands out the work.

Its items are those of the last one, unless what the later ones go through, or what the tests ask,
takes longer than what is made of the items: then workers do all that follows the first `for`.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.program import Program
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.elements import can_nest
from pfadvisor.profit.cost import cost_of, ledger_of
from pfadvisor.profit.estimate import NONE, ONCE, Estimate, exactly, times
from pfadvisor.profit.workload import of_elements

LEAST: Final = 2e-6  # seconds: less than any hand-over


def nests(program: Program, analysis: Analysis) -> bool:
    """Whether the items are those of the first `for`."""
    if not can_nest(analysis):
        return False
    body = analysis.body
    whole = cost_of(program, body.ev, analysis.work_instrs, body.loop).time.mid
    return _around(program, analysis).mid > max(whole / 2, LEAST)


def between_elements(program: Program, analysis: Analysis) -> Estimate:
    """Seconds that the parent takes to find the next of the items of several `for`s."""
    if analysis.body.loop.generators < 2:
        return NONE
    share = 1 / max(elements_of_item(analysis).mid, 1.0)
    return times(_around(program, analysis), exactly(share))


def _around(program: Program, analysis: Analysis) -> Estimate:
    """What goes on around the elements while the first `for` is at one item."""
    body, work = analysis.body, analysis.work_instrs
    made = of_elements(body.ev, body.loop, work)
    return cost_of(program, body.ev, work - {*made}, body.loop).time


def elements_of_item(analysis: Analysis) -> Estimate:
    """How many elements a comprehension makes of one item of its first `for`."""
    body = analysis.body
    scope = ledger_of(body.ev.program).scope(body.ev)
    stmts, blocks = body.function.stmts, body.function.blocks
    block, count = stmts[body.function.code[body.loop.end - 1].stmt].block, ONCE
    while block not in (body.loop.block, -1):
        if blocks[block].role == "loop":
            count = times(count, scope.trips(block))
        block = stmts[blocks[block].owner].block
    return count
