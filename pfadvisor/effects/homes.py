"""Files that objects of unknown types come from.

What such an object may be is for the libraries to say that its file imports. A function of another
file, which may import nothing, gets it from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

Homes = frozenset[str]
Called = tuple[dict[int, frozenset[str]], ...]
NOWHERE: Homes = frozenset()


def homes_of(ev: Evaluation, value: Val | None) -> Homes:
    """The files besides this one that the value is from, if all that it may be comes from some."""
    found = set[str]()
    for root, path in value.objs if value is not None else ():
        given = ev.context[root[1]] if root[0] == "param" and not path and ev.context else None
        if given is None or not given.homes:
            return NOWHERE
        found |= given.homes
    return frozenset(found)


def homes_passed(ev: Evaluation, value: Val, module: ModuleFacts, index: int, number: int) -> Homes:
    """The files that tell more of an argument than that of the function which gets it: where that
    calls a method which only their libraries know."""
    if value.types is not None or not value.objs:
        return NOWHERE
    homes = {ev.module.name, *homes_of(ev, value)} - {module.name}
    names = ev.program.table(_called, module)[index].get(number, ()) if homes else ()
    return frozenset(homes) if any(_is_told(ev, homes, module, n) for n in names) else NOWHERE


def _is_told(ev: Evaluation, homes: set[str], module: ModuleFacts, name: str) -> bool:
    program = ev.program
    if program.knowledge.types_with_method(name) or program.library_types(module, name):
        return False
    known = [facts for home in sorted(homes) if (facts := program.module(home)) is not None]
    return any(program.library_types(facts, name) for facts in known)


def _called(module: ModuleFacts) -> Called:
    """Function -> parameter -> the methods that it calls of that."""
    found: list[dict[int, frozenset[str]]] = []
    for function in module.functions:
        names: dict[int, frozenset[str]] = {}
        for callee in (function.code[c.args[0]] for c in function.code if c.op == "call"):
            base = function.code[callee.args[0]] if callee.op == "attr" else None
            if base is not None and base.op == "param":
                names[base.args[0]] = names.get(base.args[0], frozenset()) | {callee.args[1]}
        found.append(names)
    return tuple(found)
