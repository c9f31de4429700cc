"""Functions and generators that are made in the loop, kept by others, and look at the loop's own
variables.

They see the last value that the variable gets. Made by a worker, each would see its own.
"""

from __future__ import annotations

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Obj
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import private


def looking_back(body: Body) -> set[int]:
    """The nodes that make such functions, or such generators."""
    code, module = body.function.code, body.ev.module
    bound = {*body.binds, *(name for name, _ in body.loop.target_names)}
    made: dict[tuple[object, ...], int] = {
        ("def", module.name, code[i].args[0]): node
        for i, node in body.node_of.items()
        if code[i].op == "func" and not bound.isdisjoint(_free(module, code[i].args[0]))
    }
    for i, node in body.node_of.items():
        if code[i].op == "comp" and code[i].args[0] == "generator" and _looks_around(body, i):
            made |= {("fresh", at): node for at in _handed_on(body, i)}
    return {made[root] for root in _kept(body) & made.keys()} if made else set()


def _looks_around(body: Body, made: int) -> bool:
    """Whether a generator expression looks at what the iteration has bound outside of it."""
    code = body.function.code
    inner = body.function.loops[code[made].args[1]]
    outside = range(body.loop.start, inner.start)
    later = (code[i] for i in range(inner.body, inner.end))
    return any(v in outside and v != inner.source for instr in later for v in operands(instr))


def _handed_on(body: Body, made: int) -> set[int]:
    """The generator, and the lazy iterators over it."""
    found, waiting = set[int](), [made]
    while waiting:
        value = waiting.pop()
        if value not in found:
            found.add(value)
            uses = body.whole.uses.get(value, ())
            waiting += [use for use in uses if body.ev.values[use].lazy]
    return found


def _free(module: ModuleFacts, index: int) -> set[str]:
    """Variables of enclosing functions that the function, or one inside it, looks at."""
    code = module.functions[index].code
    inner = [_free(module, instr.args[0]) for instr in code if instr.op == "func"]
    return {instr.args[0] for instr in code if instr.op == "free"}.union(*inner)


def _kept(body: Body) -> set[tuple[object, ...]]:
    """Callables and objects held by what is there after the iteration, or by what that holds."""
    held, found, seen = body.whole.held, set[tuple[object, ...]](), set[Obj]()
    waiting = [o for o in held if not private(body, o[0]) or o[0] == ("fresh", body.loop.end)]
    while waiting:
        obj = waiting.pop()
        if obj not in seen:
            seen.add(obj)
            for _, value in held.get(obj, ()):
                found |= value.funcs | {root for root, path in value.objs if not path}
                waiting += value.objs
    return found
