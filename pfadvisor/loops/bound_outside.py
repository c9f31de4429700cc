"""Names of modules that other code binds while the program runs: `config.rate = 5`.

Workers import the module, and have what its own code gives the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.patching import ANY, OWN, Bound, bound_by
from pfadvisor.effects.program import Program
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.run_time import at_run_time, code_of_work
from pfadvisor.model import Location


class Outside(NamedTuple):
    """A name, `ANY` for one that only a run tells, in one of these modules; None for any."""

    name: str
    modules: frozenset[str] | None

    def may_be(self, module: str, name: str) -> bool:
        """Whether the module's variable may be what is bound."""
        return self.name in (name, ANY) and (self.modules is None or module in self.modules)


def bound_outside(analysis: Analysis) -> list[Outside]:
    """What is bound so, as far as the module of the loop, those that it imports and those
    that may set what it reads tell."""
    program, here = analysis.body.ev.program, analysis.body.ev.module
    modules = (*program.around(here), *program.setters(here))
    return [one for facts in modules for one in bound_in(program, facts)]


def bound_in(program: Program, facts: ModuleFacts) -> list[Outside]:
    """What one module binds so."""
    return [
        _outside(program, facts, index, bound) for index, bound in program.table(_bound_in, facts)
    ]


def taken_from_modules(
    analysis: Analysis, outside: list[Outside]
) -> Iterator[tuple[str, Location]]:
    """Those that the work asks their modules for, or finds among the builtin names, and where."""
    everywhere = {one.name for one in outside if one.modules == frozenset({"builtins"})}
    for ev, instrs in code_of_work(analysis) if outside else ():
        for i in instrs:
            op, args = ev.function.code[i].op, ev.function.code[i].args
            if op == "name" and args[0] in everywhere and args[0] not in ev.module.names:
                yield args[0], ev.location(i)
            modules = ev.values[args[0]].funcs if op == "attr" else ()
            names = {str(func[1]) for func in modules if func[0] == "module"}
            for module in sorted(names):
                if any(one.may_be(module, args[1]) for one in outside):
                    yield args[1], ev.location(i)


def _outside(program: Program, facts: ModuleFacts, index: int, bound: Bound) -> Outside:
    own = frozenset({facts.name})
    if bound.owner == OWN:
        return Outside(bound.name, own if bound.name == ANY else None)
    owner = program.slice_value(facts, index, bound.owner)
    modules = frozenset(str(func[1]) for func in owner.funcs if func[0] == "module")
    if modules or owner.types is not None:
        return Outside(bound.name, modules)
    return Outside(bound.name, own if bound.name == ANY else None)


def _bound_in(facts: ModuleFacts) -> list[tuple[int, Bound]]:
    return [
        (index, bound)
        for index, function in enumerate(facts.functions)
        for bound in bound_by(facts, function, at_run_time(facts, function))
    ]
