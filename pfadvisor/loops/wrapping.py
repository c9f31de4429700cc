"""Displays and instances around what an iteration did not make.

Made by a worker, they would bring a copy of it back. Made where the results are committed, of the
object itself and of what the workers computed, they are what they were.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.making import AFTER
from pfadvisor.effects.program import operands
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.outsiders import doubtful

STORING: Final = frozenset({"param", "const", "setattr", "bind", "unbound"})
SPREAD: Final = frozenset({"star", "dstar"})


def wrappers(body: Body, compute: frozenset[int]) -> frozenset[int]:
    """Nodes of compute that only put together what is given to them, such things among it."""
    code, values = body.function.code, body.ev.values
    found = {
        i
        for i, node in body.node_of.items()
        if node in compute
        and body.place_of[node].atom < 0
        and (code[i].op == "display" or (code[i].op == "call" and _fills_fields(body, i)))
        and not any(code[v].op in SPREAD for v in operands(code[i]))
        and doubtful(body, values[i])
    }
    while worked_on := {i for i in found if _is_worked_on(body, i, found, compute)}:
        found -= worked_on
    return frozenset(body.node_of[i] for i in found)


def _is_worked_on(body: Body, i: int, found: set[int], compute: frozenset[int]) -> bool:
    """Whether compute does something with the value."""
    return any(
        body.function.code[use].op != "bind"
        and use not in found
        and body.node_of.get(use) in compute
        for use in body.whole.uses.get(i, ())
    )


def _fills_fields(body: Body, i: int) -> bool:
    """Whether the call makes an instance that stores its arguments, and does nothing else."""
    program, called = body.ev.program, body.ev.values[body.function.code[i].args[0]].funcs
    spread = any(kind in SPREAD for kind, _, _ in body.function.code[i].args[1])
    names = [str(func[1]) for func in called if func[0] == "class"]
    if len(called) != 1 or not names or spread:
        return False
    name = names[0]
    if program.is_enum(name) or program.opaque_base(name):
        return False
    if program.of_metaclass(name, "__call__") is not None:
        return False
    if any(program.member_of(name, m) is not None for m in ("__new__", "__setattr__", *AFTER)):
        return False
    made = program.member_of(name, "__init__")
    if made is None:
        return True
    facts = program.module(made[0])
    return facts is not None and all(i.op in STORING for i in facts.functions[made[1]].code)
