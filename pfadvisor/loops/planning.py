"""The plan of a rewrite: what `rewrite` must know, in spans and names."""

from __future__ import annotations

from functools import lru_cache

from pfadvisor.effects.access import element
from pfadvisor.effects.facts import JOINS, Function, ModuleFacts, Param
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import BOTTOM, Val
from pfadvisor.loops import errors
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.binding import may_be_unbound, never_bound
from pfadvisor.loops.changed_inputs import given_back
from pfadvisor.loops.elements import computed_elements, computed_tests
from pfadvisor.loops.granules import within
from pfadvisor.loops.growing import growing
from pfadvisor.loops.half_done import left_half_done
from pfadvisor.loops.held_names import names_of_values, value_of
from pfadvisor.loops.importing import runs_at_import
from pfadvisor.loops.last_values import live_names
from pfadvisor.loops.left_behind import called_for_effect
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.pickling import unpicklable
from pfadvisor.loops.rereading import names_read_again, read_again, repeated
from pfadvisor.loops.resources import WIDE
from pfadvisor.loops.source import is_sized
from pfadvisor.loops.stated_results import stated_results
from pfadvisor.loops.structure import handled
from pfadvisor.loops.touches import touches_of
from pfadvisor.model import Input, LoopId, Mode, Plan, Span

DEFINITIONS = ("import", "func", "class")


def plan_of(analysis: Analysis, loop_id: LoopId, mode: Mode) -> Plan:
    body, tree, function = analysis.body, analysis.tree, analysis.body.function
    assert tree is not None and analysis.pattern is not None
    comprehension = body.loop.form not in ("for", "async-for")
    live = live_names(body) if not comprehension else ()
    again = names_read_again(analysis) if mode == "processes" else frozenset()
    handed = [name for name in handed_names(analysis) if name not in again]
    handed += changed_names(analysis) if mode == "processes" else ()
    produced = {*handed, *again, *(n for n, _ in body.loop.target_names), *_bound_in(analysis)}
    produced |= _bound_by(body, analysis.head_instrs)
    dead, inputs = all(a.dead for a in analysis.accumulators), inputs_of(analysis)
    owner = body.ev.module.classes[function.owner_class].name if function.owner_class >= 0 else None
    return Plan(
        loop_id,
        mode,
        analysis.pattern,
        _statement(body),
        body.loop.target,
        body.loop.iterable,
        computed_tests(analysis) if comprehension else tree.granules(),
        tuple(span for span, _ in computed_elements(analysis)),
        body.loop.tests,
        inputs,
        tuple(dict.fromkeys(handed)),
        tuple(n for n in live if n in produced and n not in _private_names(analysis)),
        analysis.accumulators,
        analysis.source,
        call_of(analysis),
        _collected(analysis, dead=dead),
        errors.only_builtin(analysis),
        handled(body),
        analysis.pure,
        analysis.leaves,
        function.qualname if function.kind != "module" else "",
        owner,
        _definition(body),
        any(within(body.loop.span, g) for g in body.ev.module.guard),
        function.is_async,
        mode == "processes" and runs_at_import(body),
        lost_errors=errors.lost(analysis),
        privates=tuple(c.private for c in analysis.privates),
        surroundings=_surroundings(analysis),
        stops=errors.stops(analysis),
        overtaken=not comprehension and errors.overtaken(analysis),
        exits="SystemExit" in errors.errors_of(analysis),
        left_behind=called_for_effect(analysis) if mode == "processes" else "",
        repeated=tuple(function.stmts[stmt].span for stmt in repeated(analysis)) if again else (),
        stated=stated_results(body),
        growing=growing(analysis, inputs) if mode == "processes" else (),
    )


def _statement(body: Body) -> Span:
    stmts, blocks = body.function.stmts, body.function.blocks
    stmt = body.loop.stmt
    while stmts[stmt].kind in ("element", "filter", "generator"):
        stmt = blocks[stmts[stmt].block].owner
    return stmts[stmt].span


def _definition(body: Body) -> Span | None:
    functions = body.ev.module.functions
    current, outermost = body.function, None
    while current.kind != "module":
        outermost = current.span
        current = functions[current.parent]
    return outermost


def _bound_in(analysis: Analysis) -> set[str]:
    inner = frozenset[int]().union(*(row.work for row in analysis.body.rows))
    return _bound_by(analysis.body, analysis.compute_instrs - inner)


def _bound_by(body: Body, instrs: frozenset[int]) -> set[str]:
    code = body.function.code
    return {code[i].args[0] for i in instrs if code[i].op == "bind"}


@lru_cache(maxsize=4)
def names_of(analysis: Analysis) -> dict[int, str]:
    """Values -> the local that holds them, as seen from inside the loop."""
    body = analysis.body
    code, end = body.function.code, body.loop.end + 1
    used = {v for instr in code[body.loop.start : end] for v in operands(instr)}
    shown = {value_of(body, name) for name in body.function.cells}
    names = dict(names_of_values(body, used | shown))
    names.update(body.whole.names_of_joins(body.loop.body, body.loop.end))
    names.update({value: name for name, value in body.loop.target_names})
    for i in body.node_of:
        instr = code[i]
        if instr.op == "bind":
            names.setdefault(instr.args[1], instr.args[0])
    return names


@lru_cache(maxsize=4)
def changed_names(analysis: Analysis) -> dict[str, int]:
    """Names of the item that hold what compute changes and the rest goes on with, with their
    values: processes send them back."""
    names, (_, own, _) = names_of(analysis), touches_of(analysis.body)
    found = (value for value, _ in given_back(analysis.body, own, analysis.compute))
    return {names[value]: value for value in found if value in names}


def _collected(analysis: Analysis, *, dead: bool) -> bool:
    if analysis.body.loop.form not in ("for", "async-for"):
        return not (errors.source_fails(analysis) or left_half_done(analysis.body))
    return analysis.collecting and dead and errors.of_work_alone(analysis)


def handed_names(analysis: Analysis) -> tuple[str, ...]:
    """Names that compute statements bind and commit uses."""
    body, tree = analysis.body, analysis.tree
    if tree is None or body.loop.form not in ("for", "async-for"):
        return ()
    code, names = body.function.code, names_of(analysis)
    outside, computed = _asking(analysis), tree.compute_nodes()
    found: dict[str, None] = {}
    for i in sorted(outside):
        for value in operands(code[i]):
            node = body.node_of.get(value)
            if node is None or node not in analysis.compute or node in tree.hole_nodes:
                continue
            if (
                (node in computed or code[value].op == "phi")
                and value in names
                and not never_bound(code, value)
            ):
                found[names[value]] = None
    for name in live_names(body):
        if name in _bound_in(analysis):
            found[name] = None
    return tuple(name for name in found if name not in _private_names(analysis))


@lru_cache(maxsize=4)
def _asking(analysis: Analysis) -> frozenset[int]:
    """Instructions of the rest, but for joins of branches that nobody asks for their value."""
    body, rest = analysis.body, analysis.rest_instrs
    code, last = body.function.code, body.whole.last_origin
    found = {i for i in rest if code[i].op not in JOINS}
    waiting = list(found)
    while waiting:
        joins = {v for v in operands(code[waiting.pop()]) if last.get(v, -1) >= body.loop.body}
        waiting += joins - found
        found |= joins
    return rest & found


def _private_names(analysis: Analysis) -> set[str]:
    return {c.private.name for c in analysis.privates}


@lru_cache(maxsize=4)
def inputs_of(analysis: Analysis) -> tuple[Input, ...]:
    """Names that the worker reads and does not define, targets last."""
    body, names = analysis.body, names_of(analysis)
    code, function = body.function.code, body.function
    targets = dict(body.loop.target_names)
    params = {p.name: p for p in function.params}
    captured: dict[str, Input] = {}
    used: dict[str, Input] = {}
    own = frozenset(i for c in analysis.privates for i in c.uses)
    for i in sorted(analysis.compute_instrs - own):
        if code[i].op == "free":
            captured[code[i].args[0]] = Input(code[i].args[0], "capture", None)
        if code[i].op == "name" and _rebound(body, code[i].args[0]):
            captured[code[i].args[0]] = Input(code[i].args[0], "global", None)
        for value in operands(code[i]):
            if code[value].op == "unbound" and code[i].op not in JOINS:
                captured["a variable"] = Input("a variable", "capture", unsure=True)
            if body.node_of.get(value) is not None or value not in names or _passed_on(body, value):
                continue
            name = names[value]
            if name in _private_names(analysis):
                continue
            if name in targets:
                used[name] = Input(name, "target", None)
            elif not (function.kind == "module" and code[value].op in DEFINITIONS):
                unsure = may_be_unbound(code, value) or (name in captured and captured[name].unsure)
                annotation, sized = _annotation(params.get(name)), is_sized(body, value)
                captured[name] = Input(name, "capture", annotation, unsure=unsure, sized=sized)
    for name in list(captured):
        for other in closed_over(body, name):
            annotation = _annotation(params.get(other))
            if other not in targets and other not in _bound_in(analysis):
                value = value_of(body, other)
                unsure = value >= 0 and may_be_unbound(code, value)
                captured.setdefault(other, Input(other, "capture", annotation, unsure=unsure))
    ordered = [
        used[name] for name, _ in sorted(targets.items(), key=lambda t: t[1]) if name in used
    ]
    return (*captured.values(), *ordered)


def closed_over(body: Body, name: str) -> list[str]:
    """Locals that the local function of that name reads, through others that it calls."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        value = value_of(body, current)
        held = body.ev.cells.get(current) or (body.ev.values[value] if value >= 0 else BOTTOM)
        for func in held.funcs:
            if func[0] != "def" or func[1] != body.ev.module.name:
                continue
            for inner in _inside(body.ev.module.functions, int(func[2])):
                if inner in body.function.locals and inner not in found and inner != name:
                    found[inner] = None
                    waiting.append(inner)
    return list(found)


def _inside(functions: tuple[Function, ...], index: int) -> list[str]:
    """Names that a function and those in it read from around them."""
    return [
        instr.args[0]
        for number, function in enumerate(functions)
        if number == index or function.parent == index
        for instr in function.code
        if instr.op == "free"
    ]


def _passed_on(body: Body, value: int) -> bool:
    """What a local held before the iteration, which the iteration replaces unseen."""
    code = body.function.code
    if code[value].op == "loopphi" and len(code[value].args) > 1:
        return value in body.heads
    return code[value].op == "unbound"


def _annotation(param: Param | None) -> str | None:
    return param.annotation or None if param is not None else None


def _rebound(body: Body, name: str) -> bool:
    facts = body.ev.module
    known = name in facts.rebound and name in facts.names
    return known and name not in body.ev.program.table(_defined, facts)


def _defined(facts: ModuleFacts) -> frozenset[str]:
    """Names that the module, once or more, defines."""
    return frozenset(
        i.args[0]
        for function in facts.functions[:1]
        for i in function.code
        if i.op == "setname" and function.code[i.args[1]].op in DEFINITIONS
    )


def call_of(analysis: Analysis) -> tuple[str, str] | None:
    """(callee, argument) if compute is one call of a module-level function on the target alone."""
    body, tree = analysis.body, analysis.tree
    code = body.function.code
    passing = ("bind", "setname", "test") if body.loop.form == "call" else ("bind", "setname")
    instrs = [i for i in sorted(analysis.compute_instrs) if code[i].op not in passing]
    calls = [i for i in instrs if code[i].op == "call"]
    if len(calls) != 1 or tree is None or analysis.privates or len(body.loop.target_names) != 1:
        return None
    if changed_names(analysis):
        return None
    name, target = body.loop.target_names[0]
    callee, args = code[calls[0]].args
    if len(args) != 1 or args[0][0] != "pos" or args[0][2] != target:
        return None
    if set(instrs) - {calls[0], callee} - _chain(body, callee):
        return None
    text = callee_text(body, callee)
    return (text, name) if text else None


def _chain(body: Body, value: int) -> set[int]:
    found = {value}
    while body.function.code[value].op == "attr":
        value = body.function.code[value].args[0]
        found.add(value)
    return found


def callee_text(body: Body, callee: int) -> str:
    """The callee as a fresh interpreter finds it: a module-level function or a module's."""
    instr = body.function.code[callee]
    value = body.ev.values[callee]
    importable = [f for f in value.funcs if f[0] in ("def", "known", "class")]
    if (
        not importable
        or len(value.funcs) != 1
        or value.recv is not None
        or unpicklable(body.ev, value)
    ):
        return ""
    if instr.op == "name":
        return str(instr.args[0])
    if instr.op == "attr":
        base = _module_text(body, instr.args[0])
        return f"{base}.{instr.args[1]}" if base else ""
    if instr.op in DEFINITIONS and body.function.kind == "module":
        return dict(names_of_values(body, [callee])).get(callee, "")
    return ""


def _module_text(body: Body, value: int) -> str:
    """The dotted name under which the code knows a module, "" if it is none."""
    instr = body.function.code[value]
    if not any(f[0] == "module" for f in body.ev.values[value].funcs):
        return ""
    if instr.op == "name":
        return str(instr.args[0])
    base = _module_text(body, instr.args[0]) if instr.op == "attr" else ""
    return f"{base}.{instr.args[1]}" if base else ""


def _surroundings(analysis: Analysis) -> tuple[str, ...]:
    _, _, resources = touches_of(analysis.body)
    found = {str(t.effect.root[1]) for t in resources if t.node in analysis.compute}
    return tuple(sorted(found & (WIDE | {"file"})))


@lru_cache(maxsize=4)
def results_of(analysis: Analysis) -> list[int]:
    """Values that cross from compute to commit, as processes send them."""
    body = analysis.body
    code = body.function.code
    if body.loop.form == "call" and body.loop.tests:
        return [v for i in body.node_of if code[i].op == "test" for v in code[i].args]
    if body.loop.form not in ("for", "async-for"):
        return [value for _, value in computed_elements(analysis)]
    found, again = [], read_again(analysis).union(*(row.again for row in body.rows))
    for i in sorted(_asking(analysis)):
        found += [
            v
            for v in operands(code[i])
            if v not in again and body.node_of.get(v) in analysis.compute
        ]
    found += [v for v in _named_for_others(analysis) if v not in again]
    found += changed_names(analysis).values()
    return found + [v for c in analysis.privates for v in c.given.values]


def sent_back(analysis: Analysis) -> list[tuple[int, Val]]:
    """What processes send: values that cross to commit, and the items of iterators that the work
    uses up."""
    ev = analysis.body.ev
    drained = [v for c in analysis.privates for v in c.given.drained]
    found = [(v, ev.values[v]) for v in results_of(analysis)]
    return found + [(v, element(ev, ev.values[v])) for v in drained]


def _named_for_others(analysis: Analysis) -> list[int]:
    """What compute gives a name that commit, or code after the loop, reads: it need not have been
    made there."""
    code, live = analysis.body.function.code, {*live_names(analysis.body)}
    names = {*handed_names(analysis), *(live - _private_names(analysis))}
    binds = (code[i].args for i in sorted(analysis.compute_instrs) if code[i].op == "bind")
    return [value for name, value in binds if name in names]
