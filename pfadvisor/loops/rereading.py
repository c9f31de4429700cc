"""Reads that commit repeats: what a worker would bring back is a copy, the parent has the object.

`line = lines[i]` gives the worker the line to work on; where commit needs the line too, and a copy
is not as good, it reads it again, at the same place among its own statements.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.outsiders import doubtful

READS: Final = frozenset({"attr", "item", "unpack"})
NAMED: Final = frozenset({"name", "builtin", "free", "const", "bind"})


@lru_cache(maxsize=4)
def repeated(analysis: Analysis) -> tuple[int, ...]:
    """The statements of compute that commit repeats, in the order of the source."""
    body, tree = analysis.body, analysis.tree
    if tree is None or body.loop.form != "for":
        return ()
    code = body.function.code
    found: set[int] = set()
    for value in {v for i in analysis.rest_instrs for v in operands(code[i])}:
        node = body.node_of.get(value)
        if node in analysis.compute and doubtful(body, body.ev.values[value]):
            found |= _needed(analysis, value) or set()
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def read_again(analysis: Analysis) -> frozenset[int]:
    """The values that commit has of its own."""
    body, stmts = analysis.body, set(repeated(analysis))
    return frozenset(i for i in body.node_of if body.function.code[i].stmt in stmts)


def names_read_again(analysis: Analysis) -> frozenset[str]:
    code = analysis.body.function.code
    return frozenset(code[i].args[0] for i in read_again(analysis) if code[i].op == "bind")


def _needed(analysis: Analysis, value: int) -> set[int] | None:
    """The statements that read the value, from what the parent has; None if others do."""
    body, code = analysis.body, analysis.body.function.code
    found: set[int] = set()
    waiting = [value]
    while waiting:
        stmt = code[waiting.pop()].stmt
        if stmt in found:
            continue
        if not _only_reads(analysis, stmt):
            return None
        found.add(stmt)
        for node in (n for n, p in enumerate(body.place_of) if p.simple == stmt):
            for used in (v for i in body.nodes[node] for v in operands(code[i])):
                if used in body.node_of and code[used].stmt != stmt:
                    waiting.append(used)
                elif used in body.heads:
                    return None
    return found


def _only_reads(analysis: Analysis, stmt: int) -> bool:
    """Whether the statement gives names to items and attributes, and has no other effect."""
    body, tree, function = analysis.body, analysis.tree, analysis.body.function
    if tree is None or tree.stage_of.get(stmt) != "compute" or not tree.stands_alone(stmt):
        return False
    instrs = [i for n, p in enumerate(body.place_of) if p.simple == stmt for i in body.nodes[n]]
    binds = [function.code[i].args[0] for i in instrs if function.code[i].op == "bind"]
    return (
        function.stmts[stmt].kind in ("Assign", "AnnAssign")
        and all(_looks(body, i) for i in instrs)
        and all(_own(body, name) for name in binds)
    )


def _looks(body: Body, i: int) -> bool:
    instr = body.function.code[i]
    if instr.op in NAMED or (instr.op == "display" and _is_taken_apart(body, i)):
        return True
    return (
        instr.op in READS
        and not body.ev.targets.get(i)
        and not body.whole.unknowns_of([i])
        and not any(effect.write or effect.chain for effect in body.whole.effects_of([i]))
    )


def _is_taken_apart(body: Body, i: int) -> bool:
    """`a, b = x, y`: nobody sees the tuple."""
    uses = body.whole.uses.get(i, ())
    return all(body.function.code[use].op == "unpack" for use in uses)


def _own(body: Body, name: str) -> bool:
    """Whether the name has one meaning in an iteration."""
    targets = {target for target, _ in body.loop.target_names}
    return len(body.binds.get(name, ())) == 1 and name not in targets
