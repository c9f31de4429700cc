"""The portrait of a function of the project with what it costs, and whether its result pickles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pfadvisor.effects import code_portraits
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.portraits import Part, Portrait, Source
from pfadvisor.effects.program import Program
from pfadvisor.effects.summary import Context
from pfadvisor.loops.pickling import unpicklable
from pfadvisor.model import Location
from pfadvisor.profit.cost import Cost, ledger_of
from pfadvisor.profit.estimate import Estimate
from pfadvisor.profit.workload import gil_of


def of_function(
    program: Program, facts: ModuleFacts, index: int, context: Context = ()
) -> Portrait:
    portrait = code_portraits.of_function(program, facts, index, context)
    here = Location(facts.filename, facts.functions[index].span)
    code = Source("code", "and what is called there", here)
    cost = ledger_of(program).function(facts.name, index, context, ())
    parts = (*portrait.parts, *_costs(cost, code), _pickles(program, facts, index, here))
    return replace(portrait, parts=parts)


def _costs(cost: Cost, source: Source) -> Iterator[Part]:
    yield Part("cost", _seconds(cost.cpu, " of CPU time"), "", _mostly(cost), (source,))
    if cost.wait.high:
        words = ", ".join(sorted(cost.blocks))
        yield Part("blocks", words, "", f"waits {_seconds(cost.wait)}", (source,))
    else:
        yield Part("blocks", "nothing", sources=(source,))
    yield Part("gil", gil_of(cost), sources=(source,))


def _seconds(estimate: Estimate, of: str = "") -> str:
    open_end = ", by sizes that the code does not show" if estimate.unbounded else ""
    return f"{estimate.low:.2g} to {estimate.high:.2g} s{of}{open_end}"


def _mostly(cost: Cost) -> str:
    names = [name for name, seconds in cost.parts if seconds.mid >= cost.time.mid / 2]
    return f"mostly `{names[0]}`" if names else ""


def _pickles(program: Program, facts: ModuleFacts, index: int, here: Location) -> Part:
    """Whether what it returns can be sent to another process."""
    ev = program.evaluation(facts, index)
    function, source = (
        facts.functions[index],
        Source("code", "by the types of what it returns", here),
    )
    if function.is_generator or function.is_async:
        return Part(
            "pickles",
            "no",
            "",
            "a generator" if function.is_generator else "a coroutine",
            (source,),
        )
    problem = unpicklable(ev, ev.returns)
    if problem:
        return Part("pickles", "no", "", problem, (source,))
    known = ev.returns.types is not None
    word = "yes" if known else "as far as is known"
    return Part("pickles", word, "", "" if known else "its type is not known", (source,))
