"""What the loop's header reads: facts about the iterable, and conflicts of the body with it."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Obj, Val, parse_type
from pfadvisor.loops.conflicts import Conflict, access_of
from pfadvisor.loops.drawing import drawing_conflicts
from pfadvisor.loops.drawn import draws_from_arguments
from pfadvisor.loops.in_place import in_place
from pfadvisor.loops.lazy_listings import listing_conflicts
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.position import position_conflicts
from pfadvisor.loops.questions import question_of
from pfadvisor.loops.touches import Touch
from pfadvisor.model import Access, Source

SIZED: Final = frozenset(
    {
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "range",
        "str",
        "bytes",
        "dict_keys",
        "dict_values",
        "dict_items",
        "Sequence",
        "Mapping",
        "Collection",
        "collections.deque",
    }
)
FEW: Final = 1_000  # numbers that may all be handed out although the loop may end at the first
ENDLESS: Final = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})
WRAPPERS: Final = frozenset(
    {"enumerate", "zip", "reversed", "tqdm.tqdm", "tqdm", "map", "filter", "iter"}
)


def source_facts(body: Body, conflicts: list[Conflict]) -> Source:
    value = body.ev.values[body.loop.source]
    heads = {parse_type(t)[0] for t in value.types or ()}
    sized = is_sized(body, body.loop.source)
    again = sized or _wrapped_again(body, body.loop.source, 0)
    ends = not is_endless(body, body.loop.source) and not any(c.drawing for c in conflicts)
    length = _length(body, value)
    counted = heads == {"range"} and (length is None or length > FEW)
    return Source(again, sized, ends, length, counted)


def is_sized(body: Body, value: int) -> bool:
    """Whether it is a collection that can be iterated again, and has a length."""
    heads = {parse_type(t)[0] for t in body.ev.values[value].types or ()}
    return bool(heads) and heads <= SIZED


def _wrapped_again(body: Body, value: int, depth: int) -> bool:
    """enumerate, zip and reversed of things that may be iterated again are themselves so, if the
    expression is evaluated again."""
    if is_sized(body, value):
        return True
    instr = body.function.code[value]
    if instr.op != "call" or depth > 4:
        return False
    names = {t.name for t in body.ev.targets.get(value, ())}
    if not names or not names <= WRAPPERS - {"map", "filter", "iter"}:
        return False
    parts = [v for kind, _, v in instr.args[1] if kind == "pos"]
    first = parts if "zip" in names else parts[:1]
    return bool(first) and all(_wrapped_again(body, v, depth + 1) for v in first)


def is_endless(body: Body, value: int, depth: int = 0) -> bool:
    instr = body.function.code[value]
    if instr.op == "name":
        return _is_endless_variable(body, str(instr.args[0]))
    if instr.op != "call" or depth > 4:
        return False
    names = {t.name for t in body.ev.targets.get(value, ())}
    if names & ENDLESS and not (names == {"itertools.repeat"} and len(instr.args[1]) > 1):
        return True
    if names == {"iter"} and len(instr.args[1]) == 2:
        return True
    if names <= WRAPPERS and names:
        inner = [is_endless(body, v, depth + 1) for kind, _, v in instr.args[1] if kind == "pos"]
        return bool(inner) and (all(inner) if "zip" in names else any(inner))
    return False


def _is_endless_variable(body: Body, name: str) -> bool:
    """Whether the module makes the variable an endless iterator, once."""
    facts = body.ev.module
    index = next((n for n, f in enumerate(facts.functions) if f.kind == "module"), -1)
    if index < 0 or name in facts.rebound:
        return False
    ev = body.ev.program.evaluation(facts, index)
    set_by = [i.args[1] for i in ev.function.code if i.op == "setname" and i.args[0] == name]
    names = {t.name for v in set_by for t in ev.targets.get(v, ())}
    return len(set_by) == 1 and bool(names) and names <= ENDLESS - {"itertools.repeat"}


def _length(body: Body, value: Val) -> int | None:
    instr = body.function.code[body.loop.source]
    if instr.op == "display" and instr.args[0] != "dict":
        return len(instr.args) - 1
    if instr.op == "call" and {t.name for t in body.ev.targets.get(body.loop.source, ())} == {
        "range"
    }:
        bounds = [body.ev.values[v].const for _, _, v in instr.args[1]]
        whole = bool(bounds) and all(isinstance(b, int) for b in bounds)
        if whole and (len(bounds) < 3 or bounds[2]):
            return len(range(*bounds))
    return None


def iterated(body: Body) -> set[Obj]:
    """Objects that the header goes on reading while the loop runs."""
    return {obj for value in iterated_values(body) for obj in value.objs}


def iterated_values(body: Body) -> list[Val]:
    """The source, and where it is a view or lazy what it goes on reading."""
    found, waiting = list[Val](), [body.loop.source]
    while waiting:
        at = waiting.pop()
        value = body.ev.values[at]
        found.append(value)
        instr = body.function.code[at]
        if instr.op == "call" and draws_from_arguments(value):
            waiting += [v for _, _, v in instr.args[1]]
            waiting += [instr.args[0]]
        elif instr.op == "attr":
            waiting.append(instr.args[0])
    return found


def source_conflicts(body: Body, shared: list[Touch], resources: list[Touch]) -> list[Conflict]:
    objs = iterated(body)
    found = [
        _mutated(body, t)
        for t in shared
        if t.effect.write
        and (t.effect.root, t.effect.path) in objs
        and t.effect.elem.startswith(("[", "**"))
        and not in_place(body, t)
    ]
    drawing = drawing_conflicts(body, shared, resources)
    listing = listing_conflicts(body, resources)
    return [*found, *_refilled(body), *position_conflicts(body, shared), *drawing, *listing]


def _refilled(body: Body) -> list[Conflict]:
    """The source hands out an object that it goes on changing: an item holds until the next."""
    code, at = body.function.code, body.loop.source
    header = {body.loop.elem, at}
    while code[at].op == "call" and code[at].args[1]:
        at = code[at].args[1][0][2]
        header.add(at)
    if header.isdisjoint(body.ev.refills):
        return []
    name = body.ev.text(body.loop.source)
    write = Access(name, True, body.ev.location(body.loop.source))
    read = Access(name, False, body.ev.location(body.loop.elem))
    nodes = frozenset(range(len(body.nodes)))
    return [Conflict(nodes, "anti", write, read, "shared-iterator", name, 1, None, True)]


def _mutated(body: Body, touch: Touch) -> Conflict:
    write = access_of(body, touch.effect)
    read = write.__class__(write.place, False, body.ev.location(body.loop.source))
    rule = "shared-iterator" if touch.effect.how == "advance" else "mutated-iterable"
    question = question_of(body, touch.effect, [touch.effect])
    return Conflict(
        frozenset({touch.node}),
        "flow",
        write,
        read,
        rule,
        write.place,
        None,
        question,
        drawing=True,
    )
