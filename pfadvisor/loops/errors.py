"""Exceptions that the work of a loop is known to raise, and what becomes of them on their way."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.names import BUILTINS
from pfadvisor.effects.raising import MISUSE
from pfadvisor.effects.values import parse_type
from pfadvisor.loops.affine import affine
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.counters import counter_of
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.remaking import is_called_with_args
from pfadvisor.loops.source import is_endless
from pfadvisor.loops.touches import UNALTERED, touches_of

ON_DEMAND: Final = frozenset({"defaultdict", "Counter"})
UNSENT: Final = frozenset({"StopIteration", "KeyboardInterrupt", "GeneratorExit"})


def errors_of(analysis: Analysis) -> list[str]:
    """Classes of exceptions that compute is known to raise."""
    raises = analysis.body.ev.raises
    return sorted(name for name, at in raises.items() if at & analysis.compute_instrs)


def only_builtin(analysis: Analysis) -> bool:
    """Only builtin exceptions whose traps `Pool` does not have can leave compute."""
    bad = {"SystemExit", "StopIteration", "StopAsyncIteration", "GeneratorExit", "?"}
    return not analysis.body.ev.unknowns and not any(
        ":" in name or "." in name or name in bad for name in errors_of(analysis)
    )


def of_work_alone(analysis: Analysis) -> bool:
    """Whether neither source nor commit is known to raise: what they raise for one item must come
    before what the work raises for a later one."""
    body, code = analysis.body, analysis.body.function.code
    left = [i for i in body.node_of if i not in analysis.compute_instrs]
    jumps = any(code[i].op in ("raise", "assert") for i in left) or bool(_of_head(analysis))
    slots = [c for c in analysis.privates if c.private.kind == "slots"]
    left += [i for c in slots for n in c.nodes for i in body.nodes[n] if code[i].op == "setitem"]
    misses = any(code[i].op == "setitem" and _may_miss(body, *code[i].args[:2]) for i in left)
    misses |= any(code[i].op == "item" and _is_guess(body, *code[i].args[:2]) for i in left)
    strays = any(code[i].op == "name" and _is_nowhere(body, str(code[i].args[0])) for i in left)
    return not (jumps or misses or strays or source_fails(analysis))


def _is_guess(body: Body, base: int, key: int) -> bool:
    """Whether the slot may not be there, and is not one that all such objects have as a rule."""
    heads = {parse_type(t)[0] for t in body.ev.values[base].types or ()}
    named = body.function.code[key]
    if named.op == "op" and len(named.args) == 2:  # from the end
        named = body.function.code[named.args[1]]
    stated = named.op == "const"
    return bool(heads) and heads <= {"list", "dict"} and not (stated or _is_there(body, base, key))


def _is_nowhere(body: Body, name: str) -> bool:
    """Whether nothing in sight gives the name a value."""
    facts = body.ev.module
    known = name in facts.names or name in BUILTINS or name.startswith("__")
    return not known and not facts.star_imports


def source_fails(analysis: Analysis) -> bool:
    """Whether drawing an item is known to raise, after others perhaps."""
    body = analysis.body
    header = {*body.header, body.loop.source, body.loop.elem}
    found = {name for name, at in body.ev.raises.items() if at & header}
    return not analysis.source.reiterable and bool(found - MISUSE)


def overtaken(analysis: Analysis) -> bool:
    """Whether a statement of the commit may fail, or change something, before the work that
    stands in it fails: `counts[key] += f(x)` looks at its slot first."""
    body, code = analysis.body, analysis.body.function.code
    work: dict[int, int] = {}
    for i in sorted(analysis.compute_instrs):
        work[code[i].stmt] = i
    before = {i for i in body.node_of if i < work.get(code[i].stmt, -1)} - analysis.compute_instrs
    looks = (i for i in before if code[i].op == "item")
    return not before.isdisjoint(_telling(body)) or any(
        not _is_there(body, *code[i].args[:2]) for i in looks
    )


def _telling(body: Body) -> set[int]:
    """Instructions that are known to raise, or change what others can see, or may do so: what
    asks the outside for anything may fail."""
    shared, _, resources = touches_of(body)
    changing = {t.effect.instr for t in (*shared, *resources) if t.effect.write}
    asking = {t.effect.instr for t in resources if t.effect.root[1] not in UNALTERED}
    failing = {i for name, at in body.ev.raises.items() if name not in MISUSE for i in at}
    return changing | asking | failing | {call.instr for call in body.ev.unknowns}


def _is_there(body: Body, base: int, key: int) -> bool:
    """Whether the slot surely is: that of a list which the loop counts, or one made on demand."""
    heads = {parse_type(t)[0].rpartition(".")[2] for t in body.ev.values[base].types or ()}
    if heads == {"list"}:
        return not _may_miss(body, base, key)
    return bool(heads) and heads <= ON_DEMAND


def stops(analysis: Analysis) -> bool:
    """Whether the head may raise what ends a generator."""
    return bool(_of_head(analysis) & {"StopIteration", "StopAsyncIteration"})


def _of_head(analysis: Analysis) -> set[str]:
    """Classes of exceptions that a head which does what it is meant to may raise all the same."""
    body, head = analysis.body, analysis.head_instrs
    endless = {i for i in head if _draws_for_ever(body, i)}
    found = {name for name, at in body.ev.raises.items() if at & head - endless}
    return found - MISUSE


def _draws_for_ever(body: Body, i: int) -> bool:
    """Whether it is `next` of something that never ends."""
    called = {t.name for t in body.ev.targets.get(i, ())}
    if called != {"next"}:
        return False
    return any(is_endless(body, v) for _, _, v in body.function.code[i].args[1][:1])


def _may_miss(body: Body, base: int, key: int) -> bool:
    """Whether the slot may not be there: a list has those that the loop counts, as a rule, unless
    the function begins with an empty one."""
    heads = {parse_type(t)[0] for t in body.ev.values[base].types or ()}
    counters, made = counter_of(body), body.function.code[base]
    empty = made.op == "display" and len(made.args) == 1
    return heads == {"list"} and (empty or affine(body, key, counters) not in counters.values())


def lost(analysis: Analysis) -> tuple[str, ...]:
    """StopIteration becomes another error on its way; classes with an `__init__` of their own
    are called with `args` when they are unpickled."""
    return tuple(name for name in errors_of(analysis) if _is_lost(analysis.body, name))


def _is_lost(body: Body, name: str) -> bool:
    program, traits = body.ev.program, body.ev.program.traits_of(name)
    if name in UNSENT or "<locals>" in name or (traits is not None and not traits.picklable):
        return True
    return ":" in name and is_called_with_args(program, name)
