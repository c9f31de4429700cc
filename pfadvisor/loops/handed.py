"""New objects that the header hands out, another one to each iteration.

`for row in [[n] for n in numbers]`, `for i, part in enumerate(frame.groupby(key))`: what is made
for the items, and is kept by nothing but a container that only the loop looks at, belongs to its
iteration as much as what the body makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.access import immutable
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.values import Root, fresh_site
from pfadvisor.loops.counters import called, counter_of, made_by
from pfadvisor.loops.nodes import Affine, Body

PASSING_ON: Final = frozenset({"enumerate", "zip", "iter", "list", "tuple"})
MADE: Final = ("list", "generator")  # forms of comprehensions whose items are their elements
OWN_PLACE: Final = Affine(1, 0)


def handed_out(body: Body, root: Root) -> bool:
    """Whether the objects of that root come to the iterations so, each to one of them."""
    return fresh_site(root) in makers(body)


def makers(body: Body) -> frozenset[int]:
    """The instructions that make them."""
    if body.handed is None:
        body.handed = frozenset(_handed(body))
    return body.handed


def _handed(body: Body) -> Iterator[int]:
    waiting, counted = [body.loop.source], set[int]()
    while waiting:
        source = waiting.pop()
        if not body.made_for_run(source) or not (
            source in counted or len(_users(body, source)) == 1
        ):
            continue
        instr = body.function.code[source]
        name, given = made_by(body, source)
        if name == "range" and (items := _counted_by(body, given)) >= 0:
            counted.add(items)
            waiting.append(items)
        if instr.op == "comp" and instr.args[0] in MADE:
            loop = body.function.loops[instr.args[1]]
            if loop.generators == 1 and keeps_to_itself(body, loop):
                yield from (*range(loop.body, loop.end), source)
                waiting.append(loop.source)
        elif name in PASSING_ON:
            if _is_told(body, ("fresh", source)):
                yield source
            waiting += given if name == "zip" else given[:1]


def _counted_by(body: Body, given: tuple[int, ...]) -> int:
    """The list of `for i in range(len(items))`, if all take no item but that of their turn."""
    if len(given) != 1 or called(body, given[0]) != "len":
        return -1
    counted = body.function.code[given[0]].args[1]
    if not counted:
        return -1
    items = int(counted[0][2])
    return items if all(_takes_own(body, items, user) for user in _users(body, items)) else -1


def _takes_own(body: Body, items: int, user: int) -> bool:
    """Whether the user takes no item but that of its iteration."""
    instr = body.function.code[user]
    if instr.op == "item":
        return bool(instr.args[0] == items and counter_of(body).get(instr.args[1]) == OWN_PLACE)
    return called(body, user) == "len"


def _users(body: Body, value: int) -> list[int]:
    return body.whole.looks.get(value, [])


def _is_told(body: Body, root: Root) -> bool:
    """Whether all is known of what the object holds."""
    held = body.whole.held.get((root, ()), [])
    return bool(held) and all(v.objs or immutable(v.types) for _, v in held)


def keeps_to_itself(body: Body, loop: Loop) -> bool:
    """Whether what one of its iterations makes is known to no other, nor to anybody else."""
    inside, uses = range(loop.body, loop.end), body.whole.uses
    if loop.phis or body.whole.unknowns_of(inside):
        return False
    changed = [e for e in body.whole.effects_within(loop.body, loop.end) if e.write]
    if any(fresh_site(e.root) not in inside and e.how != "advance" for e in changed):
        return False
    return all(use in range(loop.body, loop.end + 1) for v in inside for use in uses.get(v, ()))
