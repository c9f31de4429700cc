"""Work of an inner loop that can be done for all of its items before any of it is used.

`for y in rows: for x in columns: total += work(x, y)`: a worker makes the list of what `work` gives
for a row, and the parent runs the inner loop as it was, over columns and results. That is loop
distribution for the inner loop, which its own analysis proves. What the parent has done by half
when the work fails must be lost with the function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import JOINS, Loop
from pfadvisor.effects.program import operands
from pfadvisor.effects.raising import MISUSE
from pfadvisor.effects.values import fresh_site, parse_type
from pfadvisor.loops.counters import made_by
from pfadvisor.loops.escaping import escaped
from pfadvisor.loops.nodes import Body, Row
from pfadvisor.loops.partition import worth_a_worker
from pfadvisor.loops.privates import unseen
from pfadvisor.loops.structure import handled
from pfadvisor.model import Granule

if TYPE_CHECKING:
    from pfadvisor.loops.analysis import Analysis

AGAIN: Final = frozenset({"list", "tuple", "str", "bytes", "bytearray", "range", "dict"})
NUMBER: Final = frozenset({"int"})
LOOKING: Final = frozenset({"range", "enumerate", "zip", "len", "min", "max", "abs"})
DRAWING: Final = frozenset({"iter", "elem", "unpack", "bind"})


def rows_of(body: Body, analysed: Callable[[int], Analysis]) -> tuple[Row, ...]:
    """Those of the loops that stand in the body itself; `analysed` gives what is known of one."""
    loop, function = body.loop, body.function
    if loop.form != "for" or function.kind == "module" or handled(body):
        return ()
    return tuple(
        row
        for number, inner in enumerate(function.loops)
        if inner.parents[-1:] == (body.index,)
        and function.stmts[inner.stmt].block == loop.block
        and _may_be_split(body, inner)
        for row in _row(body, inner, analysed(number))
    )


def _may_be_split(body: Body, inner: Loop) -> bool:
    """Whether nothing that the loop changes outlives an error."""
    code, inside = body.function.code, range(inner.body, inner.end)
    if inner.form != "for" or inner.has_else:
        return False
    stored = (i for i in inside if code[i].op in ("setattr", "setitem"))
    if any(code[i].stmt == inner.stmt for i in stored) or any(
        code[i].op == "await" for i in inside
    ):
        return False
    names = {code[i].args[0] for i in inside if code[i].op in ("bind", "delname")}
    return all(unseen(body, name) for name in names) and _is_lost_with_function(body, inner)


def _is_lost_with_function(body: Body, inner: Loop) -> bool:
    """Whether what the loop changes is known to nobody once the function has failed."""
    known, inside = escaped(body), range(inner.body, inner.end)
    return not body.whole.unknowns_of(inside) and all(
        effect.root[0] == "fresh" and effect.root not in known
        for effect in body.whole.effects_of(inside)
        if effect.write
    )


def _drawn_twice(body: Body, inner: Body, source: int) -> bool:
    """Whether both stages can run through the source, each for itself, at no cost."""
    targets = body.ev.targets.get(source, ()) if source in body.node_of else ()
    if not all(t.kind == "known" and t.name in LOOKING for t in targets):
        return False
    name, given = made_by(inner, source)
    if name == "range":
        return all(_counted_twice(body, value) or _is_number(body, value) for value in given)
    if name in ("enumerate", "zip"):
        return all(
            _drawn_twice(body, inner, v) for v in given[: 1 if name == "enumerate" else None]
        )
    value = body.ev.values[source]
    heads = {parse_type(t)[0] for t in value.types or ("?",)}
    return _is_read(body, source) and not value.lazy and heads <= AGAIN


def _counted_twice(body: Body, value: int) -> bool:
    """Whether it is a number that is read, or had by arithmetic from such ones."""
    code, targets = body.function.code, body.ev.targets.get(value, ())
    if value not in body.node_of:
        return True
    known = all(t.kind == "known" and t.name in LOOKING for t in targets)
    number = body.ev.values[value].types == NUMBER and code[value].op in ("const", "op", "call")
    given = code[value].args[1] if code[value].op == "call" else ()
    parts = [v for _, _, v in given] or (operands(code[value]) if code[value].op == "op" else ())
    return known and number and all(_is_read(body, v) or _counted_twice(body, v) for v in parts)


def _is_number(body: Body, value: int) -> bool:
    return body.ev.values[value].types == NUMBER and _is_read(body, value)


def _is_read(body: Body, value: int) -> bool:
    """Whether it is taken out of what there is, by no code of the program's."""
    instr = body.function.code[value]
    plain = instr.op in ("item", "attr", "name") and not body.ev.targets.get(value)
    return value not in body.node_of or (
        plain and all(_is_read(body, v) or _counted_twice(body, v) for v in operands(instr))
    )


def _row(body: Body, inner: Loop, analysis: Analysis) -> Iterator[Row]:
    """The work of an inner loop, if each of its iterations does all of it."""
    tree, code = analysis.tree, body.function.code
    sure = analysis.verdict in ("parallel", "pipeline") and not (analysis.head or analysis.privates)
    twice = _drawn_twice(body, analysis.body, inner.source)
    if tree is None or not (sure and twice) or analysis.body.rows or not _always_done(analysis):
        return
    inside, work = range(inner.body, inner.end), analysis.compute_instrs
    header = {i for i in range(inner.start, inner.end) if code[i].stmt == inner.stmt}
    drawing = frozenset(i for i in header if i > inner.source and code[i].op in DRAWING)
    needed = {v for i in work for v in operands(code[i])}
    at_hand = all(v in work or v in drawing or v not in inside for v in needed)
    if (
        not at_hand
        or {phi for _, phi in inner.phis} & needed
        or _named_later(body, inner, work | drawing)
    ):
        return
    if _changes_others(body, work) or _fails_between(body, inner, work):
        return
    header_granule = Granule("row", inner.iterable, "compute")
    again = drawing | {i for i in header if i <= inner.source}
    yield Row(inner.stmt, work | drawing, again, (header_granule, *tree.granules()))


def _always_done(analysis: Analysis) -> bool:
    """Whether no condition and no jump of the inner loop comes before any of its work."""
    body = analysis.body
    jumping = any(body.jumps(i) for i in body.node_of)
    guarded = any(body.place_of[n].guards for n in analysis.compute)
    worthy = any(worth_a_worker(body, n) for n in analysis.compute)
    return worthy and not jumping and not guarded


def _named_later(body: Body, inner: Loop, work: frozenset[int]) -> bool:
    """Whether a name that the work binds has its value elsewhere than in the iteration itself, or
    gets another one there."""
    code = body.function.code
    names = {code[i].args[0] for i in work if code[i].op in ("bind", "delname")}
    bound = {i for i in range(inner.body, inner.end) if code[i].op in ("bind", "delname")}
    again = any(code[i].args[0] in names for i in bound - work)
    phis = [phi for name, phi in (*inner.phis, *body.loop.phis) if name in names]
    return again or any(_comes_to_use(body, phi) for phi in phis)


def _comes_to_use(body: Body, phi: int) -> bool:
    """Whether anybody takes the value that joins pass on."""
    code, uses = body.function.code, body.whole.uses
    joined = body.whole.following({phi}, lambda use: code[use].op in JOINS)
    return any(code[u].op not in (*JOINS, "bind") for value in joined for u in uses.get(value, ()))


def _changes_others(body: Body, work: frozenset[int]) -> bool:
    """Whether the work changes what it does not make itself."""
    return any(e.write and fresh_site(e.root) not in work for e in body.whole.effects_of(work))


def _fails_between(body: Body, inner: Loop, work: frozenset[int]) -> bool:
    """Whether both the work and the rest of an iteration are known to raise: what the rest raises
    for an item must come before what the work raises for a later one."""
    raised = [at for name, at in body.ev.raises.items() if name not in MISUSE]
    rest = {*range(inner.body, inner.end)} - work
    return any(at & work for at in raised) and any(at & rest for at in raised)
