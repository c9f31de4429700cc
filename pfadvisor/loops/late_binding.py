"""Functions that are made in the loop, kept by others, and look at the loop's own variables.

They see the last value that the variable gets. Made by a worker, each would see its own.
"""

from __future__ import annotations

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.values import Obj
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import private


def looking_back(body: Body) -> set[int]:
    """The nodes that make such functions."""
    code, module = body.function.code, body.ev.module
    bound = {*body.binds, *(name for name, _ in body.loop.target_names)}
    made: dict[tuple[object, ...], int] = {
        ("def", module.name, code[i].args[0]): node
        for i, node in body.node_of.items()
        if code[i].op == "func" and not bound.isdisjoint(_free(module, code[i].args[0]))
    }
    return {made[func] for func in _kept(body) & made.keys()} if made else set()


def _free(module: ModuleFacts, index: int) -> set[str]:
    """Variables of enclosing functions that the function, or one inside it, looks at."""
    code = module.functions[index].code
    inner = [_free(module, instr.args[0]) for instr in code if instr.op == "func"]
    return {instr.args[0] for instr in code if instr.op == "free"}.union(*inner)


def _kept(body: Body) -> set[tuple[object, ...]]:
    """Callables that are held by what is there after the iteration, or by what that holds."""
    held, found, seen = body.whole.held, set[tuple[object, ...]](), set[Obj]()
    waiting = [o for o in held if not private(body, o[0]) or o[0] == ("fresh", body.loop.end)]
    while waiting:
        obj = waiting.pop()
        if obj not in seen:
            seen.add(obj)
            for _, value in held.get(obj, ()):
                found |= value.funcs
                waiting += value.objs
    return found
