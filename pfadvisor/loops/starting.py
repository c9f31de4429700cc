"""Which scopes of a module may hand functions to workers: a look at words alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.names import absolute
from pfadvisor.effects.program import Program
from pfadvisor.loops.mentions import mentioning, word

SUBMIT: Final = frozenset(
    {
        "map",
        "imap",
        "imap_unordered",
        "starmap",
        "submit",
        "apply",
        "apply_async",
        "map_async",
        "starmap_async",
        "ensure_future",
        "create_task",
        "gather",
        "to_thread",
        "run_in_executor",
        "delayed",
        "remote",
    }
)

MAKERS: Final = frozenset({"Process", "Pool", "ProcessPoolExecutor"})  # given what workers run


def starting(program: Program, module: ModuleFacts) -> list[int]:
    """Scopes that name a pool's method, or a function that may use one: of the module, or an
    imported one that is given a function."""
    given = {*_given_functions(module)}
    words = {name for base, name in given if _may_start(program, module, base, name)}
    return _leading(module, words) if words else program.table(_own, module)


def _own(module: ModuleFacts) -> list[int]:
    return _leading(module, set())


def _leading(module: ModuleFacts, words: set[str]) -> list[int]:
    """Scopes that name a pool's method or one of the words, or a function of those that do."""
    found = {*mentioning(module, (SUBMIT - {"map"}) | MAKERS | words)}
    found |= {i for i, f in enumerate(module.functions) if any(_maps(instr) for instr in f.code)}
    size = -1
    while found and len(found) > size:
        size = len(found)
        found |= {*mentioning(module, {*_names(module, found)})}
    return sorted(found)


def _maps(instr: Instr) -> bool:
    return instr.op == "attr" and instr.args[1] == "map"


def _names(module: ModuleFacts, found: set[int]) -> Iterator[str]:
    """By which the functions are called, the class for its special methods."""
    for index in found:
        function = module.functions[index]
        if function.kind == "function":
            yield function.name
    for one in module.classes:
        if any(name.startswith("__") and index in found for name, index in one.methods):
            yield one.name


def _given_functions(module: ModuleFacts) -> Iterator[tuple[str, str]]:
    """Names of what is called with a function of the module among the arguments, and before it of
    what it is an attribute of."""
    own = {function.name for function in module.functions if function.kind == "function"}
    for function in module.functions:
        for instr in function.code:
            if instr.op == "call" and any(
                _is_function(function, value, own) for _, _, value in instr.args[1]
            ):
                yield _spelled(function, function.code[instr.args[0]])


def _spelled(function: Function, callee: Instr) -> tuple[str, str]:
    base = word(function.code[callee.args[0]]) if callee.op == "attr" else ""
    return base, word(callee)


def _is_function(function: Function, value: int, own: set[str]) -> bool:
    instr = function.code[value]
    return instr.op == "func" or word(instr) in own


def _may_start(program: Program, module: ModuleFacts, base: str, name: str) -> bool:
    """Whether another module of the project, from which the name may come, starts workers."""
    for alias, (target, member, level) in module.imports:
        if alias != (name if member else base):
            continue
        facts = program.own(absolute(module, target, level))
        if facts is not None and (member or name) in _starters(program, facts):
            return True
    return False


def _starters(program: Program, facts: ModuleFacts) -> set[str]:
    return {*_names(facts, {*program.table(_own, facts)})}
