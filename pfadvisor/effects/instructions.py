"""What each instruction gives, and what it does to the evaluation that it is part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import (
    access,
    calls,
    displays,
    endings,
    entering,
    implicit,
    making,
    operators,
    raising,
    storing,
)
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.names import builtin
from pfadvisor.effects.values import (
    BOTTOM,
    NONE,
    UNKNOWN,
    Effect,
    Val,
    awaited,
    join,
    join_all,
    union,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

NAMING: Final = frozenset({"bind", "setname", "setcell"})


def _value(ev: Evaluation, value: int) -> Val:
    return ev.values[value]


def _const(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = instr.args[0]
    name = "None" if value is None else type(value).__name__
    return Val(types=frozenset({name}), const=value)


def _param(ev: Evaluation, i: int, instr: Instr) -> Val:
    number = instr.args[0]
    given = ev.context[number] if number < len(ev.context) else None
    root: Val = ev.program.parameter(ev.module, ev.function, number)
    return root if given is None else given.narrow(root, number)


def joined(ev: Evaluation, i: int, instr: Instr) -> Val:
    return join_all([ev.values[v] for v in instr.args])


def _name(ev: Evaluation, i: int, instr: Instr) -> Val:
    value, variable = ev.program.global_name(ev.module, instr.args[0])
    if variable:
        ev.effect(Effect(False, ("global", variable), (), "=", i, -1, "load", ev.location(i)))
    return value


def _free(ev: Evaluation, i: int, instr: Instr) -> Val:
    name = instr.args[0]
    ev.effect(Effect(False, ("free", name), (), "=", i, -1, "load", ev.location(i)))
    return ev.program.cell(ev.module, ev.function, name)


def _unbound(ev: Evaluation, i: int, instr: Instr) -> Val:
    return BOTTOM


def _class(ev: Evaluation, i: int, instr: Instr) -> Val:
    name = f"{ev.module.name}:{ev.module.classes[instr.args[0]].qualname}"
    if ev.only is None and ev.function.kind != "module":
        making.define(ev, i, name)
    return Val(
        frozenset({(("class", name), ())}), frozenset({"type"}), frozenset({("class", name)})
    )


def _import(ev: Evaluation, i: int, instr: Instr) -> Val:
    if ev.only is None and ev.function.kind == "module" and i not in _used_at_once(ev):
        return UNKNOWN  # what is bound is looked up where the name is read
    return ev.program.imported(ev.module, *instr.args)


def _used_at_once(ev: Evaluation) -> set[int]:
    """The values that the scope's own code does more with than to give them names."""
    if ev.used is None:
        from pfadvisor.effects.program import operands

        code = (instr for instr in ev.function.code if instr.op not in NAMING)
        ev.used = {value for instr in code for value in operands(instr)}
    return ev.used


def _setname(ev: Evaluation, i: int, instr: Instr) -> Val:
    name = f"{ev.module.name}.{instr.args[0]}"
    if ev.function.kind == "class":
        return _value(ev, instr.args[1])
    how = "bind" if ev.function.kind == "module" else "rebind"
    ev.effect(Effect(True, ("global", name), (), "=", i, instr.args[1], how, ev.location(i)))
    if how == "rebind":
        ev.store((("global", name), ()), "=", ev.values[instr.args[1]])  # others know it by that
    return _value(ev, instr.args[1])


def _setcell(ev: Evaluation, i: int, instr: Instr) -> Val:
    name, value = instr.args
    ev.cells[name] = join(ev.cells.get(name, BOTTOM), ev.values[value])
    own = name in ev.function.locals
    ev.effect(
        Effect(True, ("free", name), (), "=", i, value, "bind" if own else "rebind", ev.location(i))
    )
    return _value(ev, value)


def _ret(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = ev.values[instr.args[0]] if instr.args else NONE
    ev.returns = join(ev.returns, value)
    return value


def _yield(ev: Evaluation, i: int, instr: Instr) -> Val:
    ev.yields = join(ev.yields, ev.values[instr.args[0]])
    return UNKNOWN


def _same(ev: Evaluation, i: int, instr: Instr) -> Val:
    return _value(ev, instr.args[0])._replace(lazy=False)


def _await(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = _same(ev, i, instr)
    implicit.protocols_of(ev, i, [value], ("__await__", "__anext__"))
    if not value.types:
        return value
    types = union(*map(awaited, value.types))
    return value._replace(types=types, objs=frozenset() if access.immutable(types) else value.objs)


def _spread(ev: Evaluation, i: int, instr: Instr) -> Val:
    access.look_through(ev, i, ev.values[instr.args[0]])
    implicit.iteration(ev, i, ev.values[instr.args[0]])
    return _same(ev, i, instr)


def _test(ev: Evaluation, i: int, instr: Instr) -> Val:
    implicit.truth(ev, i, [ev.values[instr.args[0]]])
    return BOTTOM


def _nothing(ev: Evaluation, i: int, instr: Instr) -> Val:
    return BOTTOM


HANDLERS: Final[dict[str, Callable[[Evaluation, int, Instr], Val]]] = {
    "const": _const,
    "param": _param,
    "phi": joined,
    "loopphi": joined,
    "name": _name,
    "builtin": lambda ev, i, instr: builtin(instr.args[0]),
    "free": _free,
    "unbound": _unbound,
    "display": displays.display,
    "comp": displays.comprehension,
    "op": operators.operator,
    "func": making.function,
    "class": _class,
    "import": _import,
    "setname": _setname,
    "setcell": _setcell,
    "ret": _ret,
    "yield": _yield,
    "delegated": endings.delegated,
    "raise": raising.raised,
    "await": _await,
    "star": _spread,
    "dstar": _spread,
    "caught": raising.caught,
    "slice": displays.slice_of,
    "test": _test,
    "assert": _test,
    "break": _nothing,
    "continue": _nothing,
    "iter": _nothing,
    "delname": _nothing,
    "bind": _nothing,
    "attr": access.attribute,
    "item": access.item,
    "elem": access.iterate,
    "unpack": access.unpack,
    "setattr": storing.set_attribute,
    "setitem": storing.set_item,
    "delattr": storing.delete_attribute,
    "delitem": storing.delete_item,
    "enter": entering.enter,
    "exit": entering.leave,
    "call": calls.call,
}
