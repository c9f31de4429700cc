"""Results that are looked up: keys of dictionaries, items of sets.

An object that equals itself alone is found by no copy of it. Where the parent has the object, it
is the key, whatever a worker has made of it; what only the worker has said comes as a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.facts import JOINS
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import EQUATED, Effect, Obj, Val, parse_type
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.changed_copies import known_to_commit
from pfadvisor.loops.consumer import consumer_of
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.planning import sent_back
from pfadvisor.loops.privates import Candidate
from pfadvisor.loops.touches import private

COUNTER: Final = "collections.Counter"
SETS: Final = frozenset({"set", "frozenset"})
DICTS: Final = frozenset({"dict", "collections.OrderedDict", "collections.defaultdict"})
TAKING: Final = frozenset({f"{kind}{how}" for kind in SETS | {COUNTER} for how in ("", ".update")})
PAIRING: Final = frozenset({f"{kind}{how}" for kind in DICTS for how in ("", ".update")})
HASHED: Final = {"keys": DICTS | {COUNTER}, "[]": SETS}
PLACED: Final = frozenset({"list", "tuple", "str", "bytes", "bytearray", "collections.deque"})
FINDING: Final = frozenset(
    {"add", "count", "delete", "discard", "get", "index", "load", "pop", "remove", "setdefault"}
    | {"store", "update"}
)
LISTING: Final = frozenset(
    {"append", "appendleft", "extend", "extendleft", "insert", "put", "put_nowait"}
)  # how libraries are given what they keep and do not look for; by any other name they may
SUMMING: Final = frozenset({"all", "any", "len", "max", "min", "sum"})
PUTTING: Final = frozenset({"add", "setdefault", "store", "update"})


def looked_up(analysis: Analysis, keys: set[int]) -> Iterator[tuple[int, Val]]:
    """What crosses from a worker, or commit takes of it, with what of it is a key or in a set;
    `keys` are those that the loop looks up itself."""
    body = analysis.body
    values, found = body.ev.values, keys | _handed_on(analysis)
    pairs = _elements(body, PAIRING)
    for value in sorted(found & known_to_commit(analysis)):
        yield value, values[value]
    for value, sent in sent_back(analysis):
        if value in found:
            yield value, sent
        kept = found or not _is_summed_up(analysis, value)
        for inside in _in_tables(body, sent) if kept else ():
            yield value, inside
        for inside in _first(body, sent) if value in pairs else ():
            yield value, inside


def keys_of(analysis: Analysis) -> set[int]:
    """Values that the rest looks up or puts into tables, or that come in tables of their own."""
    body, code = analysis.body, analysis.body.function.code
    found = {v for c in analysis.privates for v in _collected(body, c)}
    for effect in body.whole.effects_of(analysis.rest_instrs):
        found |= _found_by(body, effect)
    for i in analysis.rest_instrs:
        if code[i].op == "op" and code[i].args[0] in ("in", "not in"):
            found.add(code[i].args[1])
    if body.loop.form in ("dict", "set"):
        found |= {*code[body.loop.end].args[2:3]}
    found |= _elements(body, TAKING)
    found |= {code[v].args[1] for v in _elements(body, PAIRING) if code[v].op == "display"}
    for value in [v for v in found if v >= 0 and code[v].op == "comp"]:
        found |= {*code[value].args[2:3]}
    parts = [code[v].args[1:] for v in found if v >= 0 and code[v].op == "display"]
    return found.union(*parts)


def _collected(body: Body, private: Candidate) -> set[int]:
    """The keys or items of what each iteration collects in a table of its own."""
    if private.private.kind in ("set", "Counter"):
        return {*private.given.values, *private.given.drained}
    if private.private.kind != "dict":
        return set()
    stores = body.whole.effects_of(i for n in private.nodes for i in body.nodes[n])
    return {v for e in stores if e.root == private.root for v in _found_by(body, e)}


def _found_by(body: Body, effect: Effect) -> set[int]:
    """What an access is told to find."""
    instr = body.function.code[effect.instr]
    keeping = effect.write and instr.op == "call" and effect.how not in LISTING
    if effect.elem != "[]" or effect.key < 0 or not (keeping or effect.how in FINDING):
        return set()
    if instr.op in ("item", "setitem", "delitem"):
        kinds = {parse_type(t)[0] for t in body.ev.values[instr.args[0]].types or "?"}
        return set() if kinds <= PLACED else {effect.key}
    return {effect.key}


def asked_of(body: Body, effect: Effect) -> set[int]:
    """What an access looks up, puts into a table or compares."""
    return _found_by(body, effect) | _compared_by(body, effect) | _put_by(body, effect)


def _compared_by(body: Body, effect: Effect) -> set[int]:
    """What an access asks whether it equals something else, or holds what does."""
    if effect.how != EQUATED:
        return set()
    given = operands(body.function.code[effect.instr])
    return {value for value in given if _leads_to(body, body.ev.values[value], effect)}


def _leads_to(body: Body, value: Val, effect: Effect) -> bool:
    """Whether the place may be in the value, or the value in it."""
    own = {root for root, _ in value.objs}
    return effect.root in body.whole.with_contents(own) - own or any(
        root == effect.root and all(a == b for a, b in zip(path, effect.path, strict=False))
        for root, path in value.objs
    )


def _put_by(body: Body, effect: Effect) -> set[int]:
    """What a callee is given that puts something of it into a table."""
    instr = body.function.code[effect.instr]
    by_callee = instr.op == "call" and effect.elem == "[]" and effect.key < 0
    if not by_callee or effect.how not in PUTTING:
        return set()
    return {*operands(instr)} if effect.form is None or effect.form[0] == "item" else set()


def _handed_on(analysis: Analysis) -> set[int]:
    """What is compared, and what callees are given that put something of it into a table."""
    body, code, call = analysis.body, analysis.body.function.code, consumer_of(analysis.body)
    found = set[int]()
    for effect in body.whole.effects_of(analysis.rest_instrs):
        found |= _compared_by(body, effect) | _put_by(body, effect)
    taken = {v for e in body.whole.effects_of([call]) for v in _found_by(body, e)}
    if body.loop.end in taken and not _elements(body, PAIRING):
        found |= {*code[body.loop.end].args[2:]}
    return found


def _elements(body: Body, names: frozenset[str]) -> set[int]:
    """What a call of one of these names takes the loop's results for."""
    taken = any(t.name in names for t in body.ev.targets.get(consumer_of(body), ()))
    return {*body.function.code[body.loop.end].args[2:3]} if taken else set()


def _is_summed_up(analysis: Analysis, value: int) -> bool:
    """Whether the rest asks a table only for what no copy changes, and does not keep it."""
    body, waiting, seen = analysis.body, [value], {value}
    while waiting:
        current = waiting.pop()
        for use in body.whole.uses.get(current, ()):
            if use in analysis.compute_instrs or use in seen or _sums_up(body, current, use):
                continue
            if body.function.code[use].op not in JOINS:
                return False
            seen.add(use)
            waiting.append(use)
    return True


def _sums_up(body: Body, value: int, use: int) -> bool:
    instr, told = body.function.code[use], body.ev.targets.get(use, ())
    if instr.op == "op":
        return instr.args[0] == "not" or (instr.args[0] == "if" and value not in instr.args[2:])
    return instr.op in ("bind", "test") or (bool(told) and all(t.name in SUMMING for t in told))


def _in_tables(body: Body, value: Val) -> Iterator[Val]:
    """The keys of dictionaries that the iteration makes, and the items of its sets."""
    waiting, seen = [value], set[Obj]()
    while waiting:
        current = waiting.pop()
        heads = {parse_type(t)[0] for t in current.types or ()}
        for obj in current.objs - seen:
            seen.add(obj)
            if not private(body, obj[0]):
                continue
            for elem, inside in body.whole.held.get(obj, ()):
                if heads & HASHED.get(elem, frozenset()):
                    yield inside
                waiting.append(inside)


def _first(body: Body, pair: Val) -> Iterator[Val]:
    """What a pair that the iteration makes has in the first place."""
    for obj in pair.objs:
        for elem, inside in body.whole.held.get(obj, ()):
            if elem in ("[0]", "[]"):
                yield inside
