"""`functools.partial`: what is called, with what was given before, at the place that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import calls, hidden, receivers
from pfadvisor.effects.facts import Instr, ModuleFacts
from pfadvisor.effects.values import NOTHING, Obj, Val, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program
    from pfadvisor.effects.summary import Target

Made = tuple[Val, list["Arg"]]  # what is called, and what it is given first
ITSELF: Final = frozenset({("known", "functools.partial")})


def make(ev: Evaluation, i: int, args: list[Arg]) -> Val:
    ev.partials[i] = (args[0].val, args[1:])
    held = join_all([a.val for a in args])
    ev.store((("fresh", i), ()), hidden.ANYWHERE, held._replace(const=NOTHING))
    made = ("partial", i, ev.module.name, ev.index)
    return ev.fresh(i, frozenset({"function"}))._replace(funcs=frozenset({made}))


def call(
    ev: Evaluation,
    i: int,
    func: tuple[Any, ...],
    args: list[Arg],
    targets: list[Target],
    subject: str,
) -> Val:
    """A partial of itself is not followed: how deep it goes is not known."""
    found = made_by(ev, func)
    if found is None or func in ev.applied:
        return calls.unknown(ev, i, subject, args, targets)
    inner, bound = found
    ev.applied.add(func)
    try:
        return calls.invoke(ev, i, inner, [*bound, *args], targets, subject)
    finally:
        ev.applied.discard(func)


def made_by(ev: Evaluation, func: tuple[Any, ...]) -> Made | None:
    """What the partial was made of, in this scope or as its module was imported."""
    _, site, module, index = func
    if (module, index) == (ev.module.name, ev.index):
        return ev.partials.get(site)
    facts = ev.program.module(module) if index == 0 else None
    return _of_module(ev, facts, site) if facts is not None else None


def _of_module(ev: Evaluation, module: ModuleFacts, site: int) -> Made | None:
    instr: Instr = module.functions[0].code[site]
    plain = instr.op == "call" and all(kind in ("pos", "kw") for kind, _, _ in instr.args[1])
    if not plain or ev.program.slice_value(module, 0, instr.args[0]).funcs != ITSELF:
        return None
    values = [ev.program.slice_value(module, 0, value) for _, _, value in instr.args[1]]
    if not all(_is_placed(ev.program, value, module, site) for value in values):
        return None
    given = [
        calls.Arg(kind, name, _kept(ev.program, value, module, site))
        for (kind, name, _), value in zip(instr.args[1], values, strict=True)
    ]
    return (given[0].val, given[1:]) if given else None


def _is_placed(program: Program, value: Val, module: ModuleFacts, site: int) -> bool:
    """Whether all that the partial is given has names of its own, or none but the partial."""
    return all(
        receivers.places_of(program, module, root) or receivers.used_by(program, module, root, site)
        for root, _ in value.objs
    )


def _kept(program: Program, value: Val, module: ModuleFacts, site: int) -> Val:
    """What the partial holds on to from call to call is the same object each time."""
    name = f"partial {site}"
    kept = ("global", f"{module.name}.{name}"), ("[]",)
    objs = set[Obj]()
    for root, path in value.objs:
        known = receivers.places_of(program, module, root)
        objs |= {(place, (*steps, *path)) for place, steps in known} or {kept}
    return receivers.of_module(program, module, name, value._replace(objs=frozenset(objs)))
