"""Where the results of memoised functions are kept: one place for all calls of a function.

That of a function which another one defines is made anew whenever that one runs, and is
known there as a variable would be: inside, it is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import decorators
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.values import Effect, Obj, Root, Val, ordered

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

SUFFIX: Final = " cache"


def keep(ev: Evaluation, i: int, module: ModuleFacts, function: Function, result: Val) -> Val:
    """What a memoised call gives is an object that the cache holds on to."""
    name = f"{module.name}.{function.qualname}{SUFFIX}"
    inner = function.parent >= 0 and module.functions[function.parent].kind == "function"
    shared: Obj = (("free" if inner else "global", name), ())
    places = ev.cells[name].objs if name in ev.cells else frozenset({shared})
    for root, path in ordered(places):
        ev.effect(Effect(True, root, path, "[]", i, -1, "memo", ev.location(i)))
    if not result.objs:
        return result
    for obj in places:
        ev.store(obj, "[]", result)
    return result._replace(objs=result.objs | {(root, (*path, "[]")) for root, path in places})


def make(ev: Evaluation, i: int, index: int) -> None:
    """A function of this scope is defined; if it is memoised, with a cache of its own."""
    function = ev.module.functions[index]
    if ev.function.kind != "function" or not function.decorators:
        return
    if decorators.CACHES & set(decorators.names_of(ev.program, ev.module, function)):
        name = f"{ev.module.name}.{function.qualname}{SUFFIX}"
        ev.cells[name] = Val(frozenset({(("fresh", (i, name)), ())}))


def of_this_scope(ev: Evaluation, name: str) -> bool:
    """Whether what is free in a callee is a variable, or a cache, that this scope makes."""
    return name in ev.cells and (name in ev.function.locals or name.endswith(SUFFIX))


def bound_inside(module: ModuleFacts) -> frozenset[str]:
    """Variables that functions inside the one that they belong to bind."""
    return frozenset(
        instr.args[0]
        for function in module.functions
        for instr in function.code
        if instr.op == "setcell" and instr.args[0] not in function.locals
    )


def function_of(root: Root) -> str:
    """The function whose results the place keeps, by its last name."""
    name = root[1][-1] if isinstance(root[1], tuple) else root[1]
    return str(name).removesuffix(SUFFIX).rpartition(".")[2]
