"""Accumulators that each iteration can fill for itself, to be joined in order afterwards.

Privatisation of Allen & Kennedy for the monoids of Python: a list that is only
appended to or extended, or only stored into, a set only added to, a dict only stored into, a
Counter that only counts, an int only added to. Unlike a commit it also reaches
into `with`, `try` and inner loops, and into calls that use an iterator up. What the
enclosing function would see of a half-finished iteration must not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pfadvisor.effects.facts import JOINS
from pfadvisor.effects.values import Root, parse_type
from pfadvisor.loops.attributed import Attribute, attributes, held_by
from pfadvisor.loops.held_names import holders
from pfadvisor.loops.late_stores import may_wait
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.structure import handled
from pfadvisor.loops.touches import Touch, escaped
from pfadvisor.model import Private, PrivateKind

WAYS: Final[dict[PrivateKind, frozenset[str]]] = {
    "list": frozenset({"append", "extend"}),
    "set": frozenset({"add", "update"}),
    "dict": frozenset({"store", "update"}),
    "slots": frozenset({"store"}),
    "Counter": frozenset({"update", "load", "store"}),
}
DRAINING: Final = frozenset({"extend", "update"})
COUNTER: Final = "collections.Counter"
TYPES: Final[dict[PrivateKind, str]] = {"Counter": COUNTER, "slots": "list"}
MERGING: Final[dict[PrivateKind, str]] = {"list": "+=", "set": "|=", "dict": "|="}
PASSING: Final = JOINS | {"bind"}
NUMBER: Final = frozenset({"int"})
WHOLE: Final = NUMBER | {"bool"}


class Given(NamedTuple):
    """Values that are put into an object, and iterators of which all items are; `many`: whether
    some call takes them from an iterator one by one."""

    values: tuple[int, ...] = ()
    drained: tuple[int, ...] = ()
    many: bool = False


class Candidate(NamedTuple):
    """`root` of the object that collects, None for a number; `nodes` that add to it;
    `given`: what is put into it; `value`: one that is the object; `attribute` that it is."""

    private: Private
    root: Root | None
    nodes: frozenset[int]
    given: Given
    value: int = -1
    attribute: Attribute | None = None

    def collects(self, touch: Touch) -> bool:
        """Whether an access is to what it collects in."""
        root, own = touch.effect.root, self.attribute
        apart = own is not None and (root, touch.slot[0]) == (own.owner, own.step)
        return apart or root == self.root

    @property
    def uses(self) -> frozenset[int]:
        """Where the body speaks of an attribute."""
        return self.attribute.loads | self.attribute.stores if self.attribute else frozenset()


def candidates(body: Body, shared: list[Touch]) -> tuple[Candidate, ...]:
    """Those that some compound statement of the body adds to, or a call that drains an iterator."""
    if body.loop.form not in ("for", "async-for") or handled(body):
        return ()
    found = [*_objects(body, shared), *_numbers(body), *_attributes(body, shared)]
    inside = [c for c in found if c.given.many or any(body.place_of[n].atom >= 0 for n in c.nodes)]
    return tuple(c for c in inside if unseen(body, c.private.name))


def unseen(body: Body, name: str) -> bool:
    """Whether only the scope of the loop knows the name."""
    function, name = body.function, name.partition(".")[0]
    if name in function.cells | function.globals:
        return False
    return function.kind != "module" or not any(
        instr.op == "name" and instr.args[0] == name
        for other in body.ev.module.functions
        if other.kind != "module"
        for instr in other.code
    )


def _objects(body: Body, shared: list[Touch]) -> Iterator[Candidate]:
    by_root: dict[Root, list[Touch]] = {}
    for touch in shared:
        if touch.effect.root[0] == "fresh":
            by_root.setdefault(touch.effect.root, []).append(touch)
    known = escaped(body) if by_root else set()
    for root, touches in by_root.items():
        if root in known or not any(t.effect.write for t in touches):
            continue
        names = [(n, v) for n, v in holders(body, root) if len(body.ev.values[v].objs) == 1]
        heads = {parse_type(t)[0] for _, v in names for t in body.ev.values[v].types or {"?"}}
        kinds = [k for k in WAYS if heads == {TYPES.get(k, k)}]
        made = _made(body, root) if kinds == ["Counter"] else ""
        if len(names) != 1 or made is None:
            continue
        (name, value) = names[0]
        binds = _bindings(body, name)
        web = {value} | _web(body, name)
        ways = (
            (k, _collected(body, web, k, touches))
            for k in kinds
            if binds == body.binds.get(name, [])
        )
        kind, given = next((way for way in ways if way[1] is not None), (None, None))
        if kind is not None and given is not None:
            nodes = frozenset((*(t.node for t in touches), *(body.node_of[i] for i in binds)))
            yield Candidate(Private(name, kind, made), root, nodes, given, value)


def _attributes(body: Body, shared: list[Touch]) -> Iterator[Candidate]:
    for found in attributes(body, shared):
        root = held_by(body, found) if found.loads else None
        own = [t for t in shared if root is not None and t.effect.root == root]
        own += [
            t._replace(effect=t.effect._replace(path=t.effect.path[1:]))
            for t in found.touches
            if t.effect.path
        ]
        types = {t for i in found.loads for t in body.ev.values[i].types or {"?"}}
        heads = {parse_type(t)[0] for t in types}
        kind = next((k for k in MERGING if heads == {k}), None)
        given = _collected(body, _merged(body, found, kind), kind, own, found) if kind else None
        nodes = frozenset(t.node for t in (*own, *found.touches))
        if root is not None and kind and given is not None:
            private = Private(found.text, kind)
            yield Candidate(private, root, nodes, given, min(found.loads), found)
        elif types == NUMBER and _adds(body, found):
            yield Candidate(Private(found.text, "int"), None, nodes, Given(), -1, found)


def _merged(body: Body, found: Attribute, kind: PrivateKind) -> set[int]:
    """Where the attribute is loaded, and where an operator adds to what it holds."""
    stored = {body.function.code[i].args[2] for i in found.stores}
    return {*found.loads} | {v for v in stored if _merges(body, v, {*found.loads}, kind)}


def _adds(body: Body, found: Attribute) -> bool:
    """Whether whole numbers are added to the attribute, and nothing else is done to it."""
    code, uses, summed = body.function.code, body.whole.uses, set[int]()
    for store in found.stores:
        total = code[store].args[2]
        op = code[total]
        if op.op != "op" or op.args[0] != "+=" or uses.get(total) != [store]:
            return False
        old, more = op.args[1:]
        alone = old in found.loads and uses.get(old) == [total] and more not in found.loads
        if not alone or not _is_whole(body, more) or not _is_whole(body, total):
            return False
        summed.add(old)
    touched = {t.effect.instr for t in found.touches}
    return bool(summed) and summed == found.loads and touched <= summed | found.stores


def _web(body: Body, name: str) -> set[int]:
    """What the local may be in an iteration, if it is bound there."""
    heads = {phi for each, phi in body.loop.phis if each == name}
    binds = {body.function.code[i].args[1] for i in _bindings(body, name)}
    return heads | binds | {*body.whole.joins_within(name, body.loop.body, body.loop.end)}


def _bindings(body: Body, name: str) -> list[int]:
    return [i for i in body.binds.get(name, ()) if body.function.code[i].op == "bind"]


def _made(body: Body, root: Root) -> str | None:
    """The text of the call of the class that makes the object, empty, by a name that the whole
    module knows, if the loop alone then adds to it: sums of anything but its ones would depend on
    their order."""
    code, loop = body.function.code, body.loop
    others = [e.instr for e in body.whole.effects_on(root) if e.write and not body.inside(e.instr)]
    if any(i < loop.start or loop.parents for i in others):
        return None
    made = code[root[1]] if isinstance(root[1], int) else None
    if made is None or made.op != "call" or made.args[1]:
        return None
    if {t.name for t in body.ev.targets.get(root[1], ())} != {COUNTER}:
        return None
    named = code[made.args[0]]
    while named.op == "attr":
        named = code[named.args[0]]
    return body.ev.text(root[1]) if named.op == "name" else None


def _is_another(body: Body, web: set[int], kind: PrivateKind) -> bool:
    """Whether the body gives the name another value than the object."""
    code, bound = body.function.code, {v for v in web if body.inside(v)}
    return any(code[v].op not in JOINS and not _merges(body, v, web, kind) for v in bound)


def _collected(
    body: Body,
    web: set[int],
    kind: PrivateKind,
    touches: list[Touch],
    attribute: Attribute | None = None,
) -> Given | None:
    """What is put into the object, if nothing but that happens to it in the body."""
    if _is_another(body, web, kind) and attribute is None:
        return None
    code, given = body.function.code, Given()
    merging = {v for v in web if _merges(body, v, web, kind)}
    added = [t.effect for t in touches if t.effect.write or t.effect.instr not in merging]
    if any(effect.chain or effect.path or effect.how not in WAYS[kind] for effect in added):
        return None
    uses = {u for v in web for u in body.whole.uses_within(v, body.loop.body, body.loop.end)}
    stores = attribute.stores if attribute else frozenset()
    passing = frozenset() if attribute else PASSING
    if not stores <= uses:
        return None
    for use in sorted(uses - stores):
        put = () if code[use].op in passing else _added(body, use, web, kind)
        if put is None:
            return None
        for argument in put:
            given = _with_argument(body, given, argument, drains=_drains(body, use))
    return given


def _drains(body: Body, use: int) -> bool:
    """Whether the use of an object puts all items of what it is given into it, not that itself."""
    instr = body.function.code[use]
    return instr.op == "op" or (instr.op == "attr" and instr.args[1] in DRAINING)


def _merges(body: Body, value: int, web: set[int], kind: PrivateKind) -> bool:
    """Whether it is the object itself, to which an operator adds."""
    instr = body.function.code[value]
    merged = instr.op == "op" and instr.args[0] == MERGING.get(kind) and instr.args[1] in web
    return merged and instr.args[2] not in web


def _added(body: Body, use: int, web: set[int], kind: PrivateKind) -> tuple[int, ...] | None:
    """What a use of the object puts into it, None if it does something else."""
    code, instr = body.function.code, body.function.code[use]
    if _merges(body, use, web, kind):
        return instr.args[2:]
    if kind == "Counter" and instr.op in ("item", "setitem"):
        return _counted(body, use, web)
    if instr.op == "setitem" and kind in ("dict", "slots") and instr.args[0] in web:
        late = kind == "dict" or may_wait(body, use)
        return instr.args[1:] if late and not web & {*instr.args[1:]} else None
    calls = [u for u in body.whole.uses.get(use, ()) if code[u].op == "call"]
    if instr.op != "attr" or instr.args[1] not in WAYS[kind] or len(calls) != 1:
        return None
    call = calls[0]
    counting = kind != "Counter" or _counts(body, call)
    if code[call].args[0] != use or body.whole.uses.get(call) or not counting:
        return None
    given = tuple(v for _, _, v in code[call].args[1])
    return None if web & {*given} else given


def _counted(body: Body, use: int, web: set[int]) -> tuple[int, ...] | None:
    """The key whose whole number the use looks up or stores, in `counts[key] += 1`."""
    code, uses, instr = body.function.code, body.whole.uses, body.function.code[use]
    if instr.op == "item":
        stores = [s for u in uses.get(use, ()) for s in uses.get(u, ()) if code[s].op == "setitem"]
        return _counted(body, stores[0], web) if len(stores) == 1 else None
    if instr.op != "setitem" or instr.args[0] not in web or web & {*instr.args[1:]}:
        return None
    _, key, total = instr.args
    added = code[total]
    if added.op != "op" or added.args[0] != "+=" or uses.get(total) != [use]:
        return None
    _, old, more = added.args
    looked = code[old].op == "item" and code[old].args[0] in web and code[old].args[1] == key
    alone = uses.get(old) == [total] and old != more
    return (key,) if looked and alone and _is_whole(body, more) else None


def _with_argument(body: Body, given: Given, argument: int, *, drains: bool) -> Given:
    instr, lazy = body.function.code[argument], body.ev.values[argument].lazy
    if instr.op == "comp" and (drains or not lazy):
        return given._replace(values=given.values + instr.args[2:], many=given.many or lazy)
    if lazy and drains:
        return given._replace(drained=(*given.drained, argument), many=True)
    return given._replace(values=(*given.values, argument))


def _counts(body: Body, call: int) -> bool:
    """Whether the call counts the items of an iterator, which no mapping is."""
    given = body.function.code[call].args[1]
    return all(kind == "pos" and body.ev.values[v].lazy for kind, _, v in given)


def _numbers(body: Body) -> Iterator[Candidate]:
    """Counters: ints that the body only adds ints to."""
    code = body.function.code
    for name, phi in body.loop.phis:
        binds, web = _bindings(body, name), _web(body, name)
        sums = {v for v in web if code[v].op == "op" and code[v].args[0] == "+="}
        plain = all(code[v].op in ("phi", "loopphi") for v in web - sums)
        added = [code[v].args[2] for v in sums]
        whole = all(_is_whole(body, v) for v in (*sums, *added))
        if not (sums and plain and whole and body.ev.values[phi].types == NUMBER):
            continue  # a bool to which nothing is added stays one
        if any(v in web for v in added) or any(
            code[u].op not in ("bind", "phi", "loopphi") and u not in sums
            for v in web
            for u in body.whole.uses_within(v, body.loop.body, body.loop.end)
        ):
            continue
        nodes = frozenset(body.node_of[v] for v in (*sums, *binds) if v in body.node_of)
        yield Candidate(Private(name, "int"), None, nodes, Given())


def _is_whole(body: Body, value: int) -> bool:
    types = body.ev.values[value].types
    return bool(types) and types <= WHOLE  # type: ignore[operator]
