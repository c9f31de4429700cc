"""Objects that work is given and changes: a process changes a copy of its own.

The source makes a list for an iteration, compute appends to it, commit looks at it: commit must
get the object that came back. Where it knows the object by no name that the iteration
gives, the change is left to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Root, site_of
from pfadvisor.loops.handed import makers
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch, private

FOR = ("for", "async-for")


def changed_by(body: Body, own: Iterable[Touch], nodes: Iterable[int]) -> dict[Root, set[int]]:
    """Objects of the iteration that the nodes change but do not make, with those that do."""
    inside, found = frozenset(nodes), dict[Root, set[int]]()
    for touch in own:
        root = touch.effect.root
        if touch.effect.write and touch.node in inside and _maker(body, root) not in inside:
            found.setdefault(root, set()).add(touch.node)
    return found


def known_to(body: Body, roots: Iterable[Root], nodes: Iterable[int]) -> bool:
    """Whether the nodes have any of the objects."""
    wanted, code = frozenset(roots), body.function.code
    inside = (i for n in nodes for i in body.nodes[n])
    return any(wanted & _reached(body, v) for i in inside for v in (i, *operands(code[i])))


def given_back(
    body: Body, own: Iterable[Touch], compute: frozenset[int]
) -> Iterator[tuple[int, Root]]:
    """Values that the rest of the iteration takes from before compute, with an object in them
    that compute changes or gives a copy of."""
    changed = _returned(body, own, compute)
    for value in _given(body, compute) if changed else ():
        if body.ev.program.plain(body.ev.values[value].types):
            continue
        yield from ((value, root) for root in changed.keys() & _reached(body, value))


def lost(body: Body, own: Iterable[Touch], compute: frozenset[int]) -> set[int]:
    """Nodes of compute that change what the rest knows by no name of the iteration's own."""
    changed = _returned(body, own, compute)
    return {
        node
        for value, root in given_back(body, own, compute)
        if body.loop.form not in FOR or value not in body.header
        for node in changed[root]
    }


def _returned(body: Body, own: Iterable[Touch], compute: frozenset[int]) -> dict[Root, set[int]]:
    """Objects that compute is given, where the rest must take what came back: with the nodes
    that change them or give them on."""
    found, code = changed_by(body, own, compute), body.function.code
    rest = (i for i, node in body.node_of.items() if node not in compute)
    if not _gets_new_objects(body):
        return found
    for value in {v for i in rest for v in operands(code[i]) if body.node_of.get(v) in compute}:
        for root in _reached(body, value):
            if private(body, root) and _maker(body, root) not in compute:
                found.setdefault(root, set()).add(body.node_of[value])
    return found


def _gets_new_objects(body: Body) -> bool:
    """Whether the source makes objects for the iteration."""
    roots = {root for v in body.header for root, _ in body.ev.values[v].objs}
    return bool(makers(body)) or any(private(body, root) for root in roots)


def _given(body: Body, compute: frozenset[int]) -> Iterator[int]:
    code, end = body.function.code, body.loop.end
    rest = [i for i, node in body.node_of.items() if node not in compute]
    used = {v for i in rest for v in operands(code[i])}
    if body.loop.form not in FOR:
        used.update(code[end].args[2:])
    used.update(value for _, value in body.loop.target_names if _used_later(body, value))
    before = (v for v in sorted(used) if body.node_of.get(v) is None)
    yield from (v for v in before if v in body.header or _is_own(body, v))


def _used_later(body: Body, value: int) -> bool:
    return body.whole.span_of_uses[value][1] >= body.loop.end


def _is_own(body: Body, value: int) -> bool:
    """Whether it may be what holds the items; what else holds one got it from the rest."""
    return any(private(body, root) for root, _ in body.ev.values[value].objs)


def _maker(body: Body, root: Root) -> int | None:
    return body.node_of.get(site_of(root))


def _reached(body: Body, value: int) -> set[Root]:
    """Objects that the value may be, or leads to."""
    held = {root for root, _ in body.ev.values[value].objs} if value >= 0 else set()
    return body.whole.with_contents(held)
