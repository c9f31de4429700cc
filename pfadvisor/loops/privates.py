"""Accumulators that each iteration can fill for itself, to be joined in order afterwards.

Privatisation of Allen & Kennedy for the monoids of Python: a list that is only
appended to or extended, a set only added to, a dict only stored into, an int only
added to. Unlike a commit it also reaches into `with`, `try` and inner loops. What
the enclosing function would see of a half-finished iteration must not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pfadvisor.effects.values import Root, parse_type
from pfadvisor.loops.held_names import holders
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.structure import handled
from pfadvisor.loops.touches import Touch, escaped
from pfadvisor.model import Private, PrivateKind

WAYS: Final[dict[PrivateKind, frozenset[str]]] = {
    "list": frozenset({"append", "extend"}),
    "set": frozenset({"add", "update"}),
    "dict": frozenset({"store"}),
}
WHOLE: Final = frozenset({"int", "bool"})


class Candidate(NamedTuple):
    """`root` of the object that collects, None for a number; `nodes` that add to it;
    `given`: values that are put into it."""

    private: Private
    root: Root | None
    nodes: frozenset[int]
    given: tuple[int, ...]


def candidates(body: Body, shared: list[Touch]) -> tuple[Candidate, ...]:
    """Those that some compound statement of the body adds to."""
    if body.loop.form not in ("for", "async-for") or handled(body):
        return ()
    found = [*_objects(body, shared), *_numbers(body)]
    inside = [c for c in found if any(body.place_of[n].atom >= 0 for n in c.nodes)]
    return tuple(c for c in inside if _unseen(body, c.private.name))


def _unseen(body: Body, name: str) -> bool:
    """Whether only the scope of the loop knows the name."""
    function = body.function
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
    known, uses = escaped(body) if by_root else set(), body.whole.uses
    for root, touches in by_root.items():
        if root in known or not any(t.effect.write for t in touches):
            continue
        names = [(n, v) for n, v in holders(body, root) if len(body.ev.values[v].objs) == 1]
        heads = {parse_type(t)[0] for _, v in names for t in body.ev.values[v].types or {"?"}}
        kind = next((k for k in WAYS if heads == {k}), None)
        if len(names) != 1 or kind is None:
            continue
        (name, value) = names[0]
        given = _collected(body, value, kind, touches, uses)
        if given is not None and name not in {n for n, _ in body.loop.phis}:
            nodes = frozenset(t.node for t in touches)
            yield Candidate(Private(name, kind), root, nodes, given)


def _collected(
    body: Body, value: int, kind: PrivateKind, touches: list[Touch], uses: dict[int, list[int]]
) -> tuple[int, ...] | None:
    """What is put into the object, if nothing but that happens to it in the body."""
    code, given = body.function.code, list[int]()
    if any(t.effect.chain or t.effect.path or t.effect.how not in WAYS[kind] for t in touches):
        return None
    for use in body.whole.uses_within(value, body.loop.body, body.loop.end):
        if code[use].op == "setitem" and kind == "dict" and code[use].args[0] == value:
            given += code[use].args[1:]
            continue
        calls = [u for u in uses.get(use, ()) if code[u].op == "call" and code[u].args[0] == use]
        if code[use].op != "attr" or code[use].args[1] not in WAYS[kind] or len(calls) != 1:
            return None
        for _, _, argument in code[calls[0]].args[1]:
            if code[argument].op == "comp":
                given += code[argument].args[2:]
            elif body.ev.values[argument].lazy:
                return None
            else:
                given.append(argument)
        if uses.get(calls[0]):
            return None
    return tuple(given)


def _numbers(body: Body) -> Iterator[Candidate]:
    """Counters: ints that the body only adds ints to."""
    code = body.function.code
    for name, phi in body.loop.phis:
        binds = [i for i in body.binds.get(name, ()) if code[i].op == "bind"]
        web = {phi} | {code[i].args[1] for i in binds}
        web |= {*body.whole.joins_within(name, body.loop.body, body.loop.end)}
        sums = {v for v in web if code[v].op == "op" and code[v].args[0] == "+="}
        plain = all(code[v].op in ("phi", "loopphi") for v in web - sums)
        added = [code[v].args[2] for v in sums]
        if not sums or not plain or not all(_is_whole(body, v) for v in (phi, *sums, *added)):
            continue
        if any(v in web for v in added) or any(
            code[u].op not in ("bind", "phi", "loopphi") and u not in sums
            for v in web
            for u in body.whole.uses_within(v, body.loop.body, body.loop.end)
        ):
            continue
        nodes = frozenset(body.node_of[v] for v in (*sums, *binds) if v in body.node_of)
        yield Candidate(Private(name, "int"), None, nodes, ())


def _is_whole(body: Body, value: int) -> bool:
    types = body.ev.values[value].types
    return bool(types) and types <= WHOLE  # type: ignore[operator]
