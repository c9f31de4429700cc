"""What commit does with the results: the accumulators, and whether it only collects."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Root, parse_type
from pfadvisor.loops.consumer import consumer_of
from pfadvisor.loops.granules import Tree
from pfadvisor.loops.held_names import names_of_values
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.structure import handled
from pfadvisor.loops.touches import Touch, escaped, overlap
from pfadvisor.model import Accumulator, Pattern, Span

METHODS: Final = {
    "append": "append",
    "extend": "extend",
    "add": "add",
    "update": "update",
}
NEUTRAL: Final = frozenset({"skip"})
COMPARED: Final = frozenset({"<", ">", "<=", ">="})
MERGES: Final = frozenset({"+=", "*=", "|=", "&=", "^=", "-="})


class Commit(NamedTuple):
    """One statement of commit. op "": it does something else than collect."""

    stmt: int
    op: str
    base: int  # value of the object that collects; for a fold, of the name before
    name: str
    guarded: bool
    root: Root | None = None


def commits_of(body: Body, tree: Tree, shared: list[Touch], resources: list[Touch]) -> list[Commit]:
    by_node: dict[int, list[Touch]] = {}
    for touch in shared:
        by_node.setdefault(touch.node, []).append(touch)
    telling = {t.node for t in resources if t.effect.write} - tree.partition.compute
    found = []
    for stmt in tree._simple(tree.statements):
        if tree.stage_of.get(stmt) == "commit":
            nodes = tree.nodes_of.get(stmt, [])
            if nodes and not all(n in tree.partition.compute for n in nodes):
                commit = _commit(body, stmt, nodes, by_node)
                found.append(commit if telling.isdisjoint(nodes) else commit._replace(op=""))
    return found


def _commit(body: Body, stmt: int, nodes: list[int], by_node: dict[int, list[Touch]]) -> Commit:
    code = body.function.code
    guarded = any(body.place_of[n].guards for n in nodes)
    touches = [t for n in nodes for t in by_node.get(n, []) if t.effect.write]
    kind = body.function.stmts[stmt].kind
    collects = kind == "Expr" or (kind == "Assign" and bool(touches))
    if _carries_beside(body, nodes, collects=collects):
        return Commit(stmt, "", -1, "", guarded)
    if kind == "AugAssign" and len(touches) <= 1:
        for i in (i for n in nodes for i in body.nodes[n]):
            if (
                code[i].op == "op"
                and code[i].args[0] in MERGES
                and code[i].span == (body.function.stmts[stmt].span)
            ):
                old = code[i].args[1]
                root = touches[0].effect.root if touches else None
                return Commit(stmt, "fold", old, name_of_value(body, old), guarded, root)
    if kind == "Continue":
        return Commit(stmt, "skip", -1, "", guarded)
    selected = _selects(body, nodes) if not touches and guarded else ""
    if selected:
        return Commit(stmt, "select", -1, selected, guarded)
    if len(touches) != 1 or kind not in ("Expr", "Assign"):
        return Commit(stmt, "", -1, "", guarded)
    effect = touches[0].effect
    instr = code[effect.instr]
    if kind == "Expr" and instr.op == "call" and effect.how in METHODS and not effect.chain:
        base = code[instr.args[0]].args[0] if code[instr.args[0]].op == "attr" else -1
        if base >= 0:
            return Commit(
                stmt, METHODS[effect.how], base, name_of_value(body, base), guarded, effect.root
            )
    if kind == "Assign" and instr.op == "setitem" and not effect.chain:
        base = instr.args[0]
        return Commit(stmt, "store", base, name_of_value(body, base), guarded, effect.root)
    return Commit(stmt, "", -1, "", guarded)


def _carries_beside(body: Body, nodes: list[int], *, collects: bool) -> bool:
    """Whether the statement, besides what it is there for, gives a name a value that the next
    iteration reads: `:=`."""
    code = body.function.code
    binds = [code[i].args[0] for n in nodes for i in body.nodes[n] if code[i].op == "bind"]
    carried = {name for name, phi in body.loop.phis if name in binds and _read_in_body(body, phi)}
    return len(carried) > (0 if collects else 1)


def _selects(body: Body, nodes: list[int]) -> str:
    """The name that the statement sets when a comparison with the best so far says so."""
    code = body.function.code
    phis = {phi: name for name, phi in body.loop.phis}
    guards = body.place_of[nodes[0]].guards
    test = code[guards[0]] if len(guards) == 1 else None
    while test is not None and test.op == "op" and test.args[0] == "not":
        test = code[test.args[1]]
    if test is None or test.op != "op" or test.args[0] not in COMPARED:
        return ""
    best = [v for v in test.args[1:] if v in phis]
    binds = [code[i].args[0] for n in nodes for i in body.nodes[n] if code[i].op == "bind"]
    only = all(
        code[i].op in ("bind", "const", "unpack", "display") for n in nodes for i in body.nodes[n]
    )
    carried = {phis[v] for v in best}
    if len(best) != 1 or not binds or not only:
        return ""
    together = {
        code[i].args[0]
        for n, p in enumerate(body.place_of)
        if p.guards == guards
        for i in body.nodes[n]
        if code[i].op == "bind"
    }
    readers = [
        name
        for phi, name in phis.items()
        if name in together and name not in carried and _read_in_body(body, phi)
    ]
    return ", ".join(map(str, binds)) if carried <= together and not readers else ""


def _read_in_body(body: Body, phi: int) -> bool:
    code = body.function.code
    return any(phi in operands(code[i]) and code[i].op not in ("phi", "bind") for i in body.node_of)


def _running_value_used(body: Body, commit: Commit) -> bool:
    """Whether another statement sees the accumulator of a fold."""
    code = body.function.code
    values = {commit.base}
    for i in body.node_of:
        if code[i].op == "op" and code[i].stmt == commit.stmt:
            values |= {i} if code[i].args[1:2] == (commit.base,) else set()
    return any(
        values & set(operands(code[i]))
        and code[i].stmt != commit.stmt
        and code[i].op not in ("phi", "loopphi")
        for i in body.node_of
    )


def name_of_value(body: Body, value: int) -> str:
    """Source text of a name or attribute that holds the value; "" if it has none."""
    named = names_of_values(body, [value])
    if named:
        return named[0][1]
    instr = body.function.code[value]
    if instr.op in ("name", "free"):
        return str(instr.args[0])
    if instr.op == "attr":
        base = name_of_value(body, instr.args[0])
        return f"{base}.{instr.args[1]}" if base else ""
    return ""


def collects_only(
    body: Body,
    commits: list[Commit],
    shared: list[Touch],
    carried: frozenset[int],
    late: frozenset[int],
) -> bool:
    """Nothing in the body looks at what is being collected. `carried`: nodes of dependences;
    `late`: those that commit runs."""
    if any(not c.op or not (c.name or c.op in NEUTRAL) for c in commits):
        return False
    if any(c.op == "fold" and _running_value_used(body, c) for c in commits):
        return False
    by_stmt = {c.stmt: c for c in commits}
    written = [t for t in shared if t.effect.write and body.place_of[t.node].simple in by_stmt]
    if _calls_beside(body, (carried & late) - {t.node for t in written}, by_stmt):
        return False
    for touch in shared:
        commit = by_stmt.get(body.place_of[touch.node].simple)
        if commit is not None and (
            touch.effect.write or touch.node not in carried or _takes_part(commit, touch, written)
        ):
            continue
        if commit is None and touch.effect.write and touch.node in carried & late:
            return False  # a test that changes what the next one looks at
        if touch.node not in carried and not touch.effect.write:
            continue
        if any(t.effect.root == touch.effect.root and overlap(t, touch) for t in written):
            return False
    return True


def _calls_beside(body: Body, nodes: frozenset[int], by_stmt: dict[int, Commit]) -> bool:
    """Whether one of these nodes is a call that a collecting statement makes for its result, as
    of a generator's `send`."""
    code = body.function.code
    return any(
        body.place_of[n].simple in by_stmt and any(code[i].op == "call" for i in body.nodes[n])
        for n in nodes
    )


def _takes_part(commit: Commit, touch: Touch, written: list[Touch]) -> bool:
    """Whether a read belongs to the operation that collects, such as the old value of a fold."""
    if commit.op == "fold" and touch.effect.instr == commit.base:
        return True
    return any(t.effect.instr == touch.effect.instr and not t.effect.chain for t in written)


def accumulators(body: Body, commits: list[Commit]) -> tuple[Accumulator, ...]:
    loose = escaped(body)
    safe = not handled(body)
    found: dict[str, Accumulator] = {}
    for commit in commits:
        if commit.op in ("", "select", *NEUTRAL) or not commit.name:
            continue
        types = body.ev.values[commit.base].types or frozenset()
        heads = {parse_type(t)[0] for t in types}
        head = next(iter(heads)) if len(heads) == 1 else ""
        kind = (
            head
            if head in ("list", "set", "dict")
            else ("scalar" if commit.root is None else "other")
        )
        local = (commit.root is None and "." not in commit.name) or (
            commit.root is not None and commit.root[0] == "fresh" and commit.root not in loose
        )
        dead = safe and local and commit.name not in body.function.cells | body.function.globals
        init = _init(body, commit)
        op = (
            commit.op
            if commit.name not in found or found[commit.name].op == commit.op
            else "update"
        )
        found[commit.name] = Accumulator(commit.name, op, kind, init is not None, dead, init)  # type: ignore[arg-type]
    return tuple(found.values())


def _init(body: Body, commit: Commit) -> Span | None:
    """The statement directly before the loop that makes the accumulator, empty."""
    function, code = body.function, body.function.code
    if commit.root is None or commit.root[0] != "fresh" or not isinstance(commit.root[1], int):
        return None
    site = commit.root[1]
    instr = code[site]
    empty = (instr.op == "display" and len(instr.args) == 1) or (
        instr.op == "call"
        and not instr.args[1]
        and {t.name for t in body.ev.targets.get(site, ())} <= {"list", "set", "dict"}
    )
    stmt = function.stmts[instr.stmt]
    block = function.stmts[body.loop.stmt].block
    if not empty or stmt.block != block or stmt.kind not in ("Assign", "AnnAssign"):
        return None
    siblings = body.whole.children[block]
    at = bisect_left(siblings, body.loop.stmt)
    if at == 0 or siblings[at - 1] != instr.stmt:
        return None
    names = {name for _, name in names_of_values(body, [site])}
    return stmt.span if names == {commit.name} else None


def pattern_of(body: Body, commits: list[Commit], *, leaves: bool, collecting: bool) -> Pattern:
    form = body.loop.form
    if form not in ("for", "async-for"):
        return _comprehension(body)
    if leaves:
        return "search"
    if not commits:
        return "foreach"
    if not collecting:
        return "pipeline"
    ops = {c.op for c in commits} - NEUTRAL
    if not ops:
        return "foreach"
    if "select" in ops:
        return "min-max"
    skipped = any(c.guarded for c in commits) or any(
        body.function.code[i].op == "continue" and body.jumps(i) for i in body.node_of
    )
    if ops == {"append"}:
        return "filter-map" if skipped else "map"
    if ops == {"extend"}:
        return "flat-map"
    if ops == {"store"}:
        types = body.ev.values[commits[0].base].types or ()
        listed = any(parse_type(t)[0] == "list" for t in types)
        return "index-store" if listed else "keyed-store"
    if ops <= {"add", "update"}:
        return "filter-map" if skipped else "map"
    return "reduction" if ops == {"fold"} else "pipeline"


def _comprehension(body: Body) -> Pattern:
    loop = body.loop
    if loop.form == "dict":
        return "keyed-store"
    names = {t.name for t in body.ev.targets.get(consumer_of(body), ())}
    if names and names <= {"min", "max"}:
        return "min-max"
    if names and names <= {"sum", "math.fsum", "math.prod"}:
        return "reduction"
    if names and names <= {"any", "all", "next"}:
        return "search"
    return "filter-map" if loop.tests else "map"
