"""Attributes of an object that the function made and only one local leads to.

What such an attribute holds is found by no other way, so that it is as good as a local.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pfadvisor.effects.class_tables import HOOKS
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import DEEP, Root, site_of
from pfadvisor.loops.escaping import escaped
from pfadvisor.loops.held_names import holders
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch


class Attribute(NamedTuple):
    """`text` of it; `owner` whose `step` it is; `base`, the value of the local; `touches` of it and
    of what it holds; `loads` and `stores` in the body."""

    text: str
    owner: Root
    step: str
    base: int
    touches: tuple[Touch, ...]
    loads: frozenset[int]
    stores: frozenset[int]


def attributes(body: Body, shared: Iterable[Touch]) -> Iterator[Attribute]:
    """Those that the body changes, or changes the contents of."""
    by_owner: dict[Root, list[Touch]] = {}
    for touch in shared:
        if touch.effect.root[0] == "fresh" and touch.slot[0].startswith("."):
            by_owner.setdefault(touch.effect.root, []).append(touch)
    for owner, touches in by_owner.items():
        changed = dict.fromkeys(t.slot[0] for t in touches if t.effect.write)
        found = _only_name(body, owner) if changed else None
        for step in changed if found is not None else ():
            name, base = found or ("", -1)
            uses = _used_as(body, base, step)
            here = tuple(t for t in touches if t.slot[0] == step)
            yield Attribute(f"{name}{step}", owner, step, base, here, *uses)


def held_by(body: Body, found: Attribute) -> Root | None:
    """The root of the one object that the attribute holds, which nothing else does."""
    objs = {obj for i in found.loads for obj in body.ev.values[i].objs}
    objs.discard((found.owner, (found.step,)))
    if len(objs) != 1 or any(path for _, path in objs):
        return None
    ((root, _),) = objs
    uses = body.whole.uses_within(found.base, body.loop.body, body.loop.end)
    if any(root == r for u in uses if u not in found.loads for r, _ in body.ev.values[u].objs):
        return None
    alone = not _is_held(body, root, found.owner) and not holders(body, root)
    before = root[0] == "fresh" and not body.inside(site_of(root))
    return root if alone and before and root not in escaped(body) else None


def _is_held(body: Body, root: Root, owner: Root) -> bool:
    """Whether anything but the owner may hold objects of the root when the loop runs, or the owner
    itself as a whole."""
    loop = body.loop
    for (inside, path), container in body.whole.containers.get(root, ()):
        own = container == owner and (inside != owner or (bool(path) and DEEP not in path))
        later = container[0] == "fresh" and site_of(container) >= loop.end and not loop.parents
        if not (own or later):
            return True
    return False


def _only_name(body: Body, owner: Root) -> tuple[str, int] | None:
    """The one local that holds the object, and its value, if the body does nothing with it but to
    ask for attributes that are data."""
    names, function = holders(body, owner), body.function
    if len(names) != 1 or owner in escaped(body) or function.is_generator:
        return None
    (name, base) = names[0]
    known = body.ev.values[base].objs == {(owner, ())} and not _is_held(body, owner, owner)
    if not known or body.inside(site_of(owner)) or name in body.binds or base in body.heads:
        return None
    uses = body.whole.uses_within(base, body.loop.body, body.loop.end)
    return names[0] if all(_is_data(body, base, use) for use in uses) else None


def _is_data(body: Body, base: int, use: int) -> bool:
    """Whether an attribute of the object is asked for, or set, and no code stands behind it."""
    instr, value = body.function.code[use], body.ev.values[use]
    if instr.op not in ("attr", "setattr") or instr.args[0] != base or base in instr.args[2:]:
        return False
    program, types = body.ev.program, body.ev.values[base].types or frozenset()
    for name in types or {""}:
        hooked = any(program.member_of(name, m) for m in (instr.args[1], *HOOKS) if name)
        fixed = instr.op == "setattr" and _is_frozen(program, name)
        if hooked or fixed or not is_set(program, name, instr.args[1]):
            return False
    itself = any(obj in value.objs for obj in body.ev.values[base].objs)
    return not (itself or body.ev.targets.get(use) or value.funcs)


def _is_frozen(program: Program, name: str) -> bool:
    """Whether to set an attribute that a synthesised constructor gives may fail."""
    found = [f for owner in program.lineage(name) if ":" in owner and (f := program.find(owner))]
    return any(
        cls.frozen
        or any(base.endswith("NamedTuple") for base in cls.bases)
        or any(decorator.rpartition(".")[2].startswith("frozen") for decorator in cls.decorators)
        for _, cls in found
    )


def is_set(program: Program, name: str, attribute: str) -> bool:
    """Whether each new object of the class has the attribute."""
    made = program.member_of(name, "__init__") if ":" in name else None
    facts = program.module(made[0]) if made is not None else None
    if made is None or facts is None:
        return ":" in name and program.is_field(name, attribute)
    function = facts.functions[made[1]]
    for instr in function.code:
        first = instr.op == "setattr" and function.code[instr.args[0]][:2] == ("param", (0,))
        if first and instr.args[1] == attribute:
            return function.blocks[function.stmts[instr.stmt].block].owner < 0
        if instr.op == "ret":
            return False
    return False


def _used_as(body: Body, base: int, step: str) -> tuple[frozenset[int], frozenset[int]]:
    """Where the body loads, and where it stores, the attribute."""
    code = body.function.code
    uses = body.whole.uses_within(base, body.loop.body, body.loop.end)
    here = [i for i in uses if f".{code[i].args[1]}" == step]
    loads = frozenset(i for i in here if code[i].op == "attr")
    return loads, frozenset(here) - loads
