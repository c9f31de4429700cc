"""The objects whose methods a scope keeps, as other code knows them: `push = rows.append`.

What a module makes is known elsewhere by the variables that hold it, or by the method alone if
nothing else leads to it. A method of an object that has no such name may do anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.values import FIXED, OPAQUE, Obj, Root, Val, site_of

ITSELF: Final = ".__self__"

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program


def unbound(program: Program, value: Val) -> Val:
    """What is kept of a method that was taken from an object: which object is forgotten, so if
    it can change, the method may change anything."""
    held = value.recv
    if held is None or not value.funcs or program.plain(held.types) or not held.objs:
        return value
    if any(f[0] == "class" for f in held.funcs):
        return value
    return value._replace(funcs=OPAQUE)


def placed(receiver: Val | None, place: frozenset[Obj]) -> Val | None:
    """The receiver with a place for what only the scope that made it can name."""
    if receiver is None:
        return None
    lasting = frozenset(obj for obj in receiver.objs if obj[0][0] in FIXED | {"free"})
    objs = receiver.objs if lasting == receiver.objs else lasting | place
    return receiver._replace(objs=objs, recv=placed(receiver.recv, place))


def of_function(function: Function, value: Val) -> Val:
    """A value of a function's own code, its receiver as the functions inside know it."""
    if value.recv is None:
        return value
    known = {_root(function, c.args[1]): c.args[0] for c in function.code if c.op == "setcell"}
    objs = frozenset(
        (("free", known[root]), path) if root in known else (root, path)
        for root, path in value.recv.objs
    )
    return value._replace(recv=value.recv._replace(objs=objs))


def _root(function: Function, value: int) -> Root:
    """The root of an object that the value makes, or was given as."""
    instr = function.code[value]
    return ("param", instr.args[0]) if instr.op == "param" else ("fresh", value)


def of_module(program: Program, module: ModuleFacts, name: str, value: Val) -> Val:
    """A value of a module's own code, its receiver as other code knows it."""
    if value.recv is None:
        return value
    receiver = _outside(program, module, name, value.recv)
    if receiver is None:
        return unbound(program, value)
    return value if receiver is value.recv else value._replace(recv=receiver)


def _outside(program: Program, module: ModuleFacts, name: str, receiver: Val) -> Val | None:
    found = set[Obj]()
    for root, path in receiver.objs:
        known = places_of(program, module, root) or _alone(program, module, root, name)
        if not known and not _is_part(root, receiver):
            return None
        found |= {(place, (*steps, *path)) for place, steps in known}
    inner = receiver.recv and _outside(program, module, name, receiver.recv)
    return receiver._replace(objs=frozenset(found), recv=inner)


def places_of(program: Program, module: ModuleFacts, root: Root) -> frozenset[Obj]:
    """What an object of a module's own code is to other code: the variables that hold it."""
    if root[0] in FIXED:
        return frozenset({(root, ())})
    bound = program.table(_bound_values, module)
    names = bound.get(root[1], []) if root[0] != "old" else []
    if not names and root[0] in ("fresh", "unknown"):
        made_of_it = _following(program.table(_uses, module), site_of(root)) & {*bound}
        held = {v: program.slice_value(module, 0, v).objs for v in sorted(made_of_it)}
        names = [name for v, objs in held.items() if (root, ()) in objs for name in bound[v]]
    return frozenset((("global", f"{module.name}.{name}"), ()) for name in names)


def _is_part(root: Root, receiver: Val) -> bool:
    """Whether it is what was put, as it was made, into another object that the receiver may be a
    part of: `log.rows`."""
    whole = ("fresh", site_of(root))
    return root[0] == "fresh" and any(r == whole != root and path for r, path in receiver.objs)


def _alone(program: Program, module: ModuleFacts, root: Root, name: str) -> frozenset[Obj]:
    """The object is known by its method only: `draw = Random(4).random`."""
    uses = program.table(_uses, module).get(site_of(root), ())
    ops = [module.functions[0].code[use].op for use in uses]
    place = ("global", f"{module.name}.{name}"), (ITSELF,)
    return frozenset({place} if root[0] == "fresh" and ops in (["attr"], ["setname"]) else ())


def used_by(program: Program, module: ModuleFacts, root: Root, site: int) -> bool:
    """Whether nothing but that instruction is given what the module makes there."""
    return {*program.table(_uses, module).get(site_of(root), ())} <= {site}


def _following(uses: dict[int, list[int]], site: int) -> set[int]:
    """The value and what is made of it."""
    found, waiting = {site}, [site]
    while waiting:
        for use in uses.get(waiting.pop(), ()):
            if use not in found:
                found.add(use)
                waiting.append(use)
    return found


def made_of(module: ModuleFacts) -> dict[str, list[str]]:
    """Module-level name -> other names that its module binds to what it makes of that value."""
    from pfadvisor.effects.program import operands

    code, bound = module.functions[0].code, _bound_values(module)
    found: dict[str, list[str]] = {}
    for value, names in bound.items():
        waiting, seen = operands(code[value]), {value}
        while waiting:
            part = waiting.pop()
            for origin in bound.get(part, ()):
                found.setdefault(origin, []).extend(names)
            if part not in seen and part not in bound and part >= 0:
                seen.add(part)
                waiting += operands(code[part])
    return found


def _bound_values(module: ModuleFacts) -> dict[int, list[str]]:
    """The values that the module's own code gives names, with these."""
    found: dict[int, list[str]] = {}
    for instr in module.functions[0].code:
        if instr.op == "setname":
            found.setdefault(instr.args[1], []).append(instr.args[0])
    return found


def _uses(module: ModuleFacts) -> dict[int, list[int]]:
    from pfadvisor.effects.program import operands

    found: dict[int, list[int]] = {}
    for i, instr in enumerate(module.functions[0].code):
        for value in operands(instr):
            found.setdefault(value, []).append(i)
    return found
