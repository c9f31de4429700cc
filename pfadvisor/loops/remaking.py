"""What pickle asks of a class of the program to make a copy, and which classes cannot do it.

A copy gets its attributes last: `__getattr__` is asked before that, and so is what fills a
container again. Sets and the containers of `collections` are made by calling the class anew.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Instr
from pfadvisor.effects.program import Program

CALLED_WITH: Final = {
    "set": 1,
    "collections.Counter": 1,
    "collections.OrderedDict": 0,
    "collections.defaultdict": 1,
    "collections.deque": 0,
}
FILLED_BY: Final = {
    "dict": ("__setitem__",),
    "list": ("extend", "append"),
    "collections.OrderedDict": ("__setitem__",),
    "collections.defaultdict": ("__setitem__",),
    "collections.deque": ("append",),
}


def cannot_remake(ev: Evaluation, cls: str) -> str:
    """Which method of the class fails when a copy is made, "" for none."""
    program = ev.program
    bases = [base for base in program.lineage(cls) if ":" not in base]
    for base in bases:
        if base in CALLED_WITH and not _takes(program, cls, CALLED_WITH[base]):
            return "__init__"
    asked = {"__getattr__", *(name for base in bases for name in FILLED_BY.get(base, ()))}
    return next((name for name in sorted(asked) if _needs_state(program, cls, name)), "")


def _method(program: Program, cls: str, name: str) -> Function | None:
    found = program.member_of(cls, name)
    facts = program.module(found[0]) if found is not None else None
    return facts.functions[found[1]] if found is not None and facts is not None else None


def _takes(program: Program, cls: str, count: int) -> bool:
    """Whether the class can be called with that many arguments."""
    init = _method(program, cls, "__init__")
    if init is None or any(p.kind == "star" for p in init.params):
        return True
    plain = [p for p in init.params[1:] if p.kind in ("pos", "posonly")]
    needed = [p for p in init.params[1:] if not p.default and p.kind not in ("star", "dstar")]
    return len(needed) <= count <= len(plain)


def _needs_state(program: Program, cls: str, name: str) -> bool:
    """Whether the method, before it may give up, asks its object for an attribute that only an
    instance has."""
    function = _method(program, cls, name)
    for instr in function.code if function is not None else ():
        if instr.op == "raise":
            return False
        if function is not None and _asks_for_state(program, cls, function, instr):
            return True
    return False


def _asks_for_state(program: Program, cls: str, function: Function, instr: Instr) -> bool:
    if instr.op != "attr" or not _is_self(function.code[instr.args[0]]):
        return False
    attribute = str(instr.args[1])
    home = program.find(cls)
    shared = home is None or program.binders(cls, attribute, home[0])
    common = program.member_of(cls, attribute) or shared
    return not (common or (attribute.startswith("__") and attribute.endswith("__")))


def _is_self(instr: Instr) -> bool:
    return instr.op == "param" and instr.args[0] == 0
