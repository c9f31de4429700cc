"""Callables that are handed to known callables: what they are called with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, calls, hidden, instantiate, iterating, mappings
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.filling import DEFAULTS
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import (
    BOTTOM,
    NOTHING,
    UNKNOWN,
    Obj,
    Val,
    elem_types,
    fresh_site,
    join_all,
    parse_type,
    union,
)

DATA: Final = frozenset({"re.Pattern"})  # what is taken where a function may be given

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def call_back(
    ev: Evaluation,
    i: int,
    line: Line,
    recv: Val | None,
    given_by: dict[str, Val],
    argument: str,
    method: str,
) -> Val:
    """What the callable gives: an argument, or for "self" what the receiver was given before."""
    owner, _, name = argument.partition(".")
    own = owner == "self"
    held = _held(ev, recv, name) if own and recv is not None else BOTTOM
    callback = _callable_in(ev, given_by.get(argument, held))
    if callback == BOTTOM or _never_called(callback):
        return BOTTOM
    given = [access.element(ev, given_by[a]) for a in line.iterates if a in given_by]
    if not given and recv is not None:
        given = [access.element(ev, recv)]
    if not given:
        given = [_any_of([v for a, v in given_by.items() if a not in line.calls])]
    if line.returns == DEFAULTS:  # it is called with nothing
        given = []
    targets: list[Target] = []
    loose = _any_of([*given, *given_by.values()])
    if "initial" in line.args:
        given = [loose, *given]
    given += [loose] * (_required(ev, callback) - len(given))
    kind = "star" if method.startswith("starmap") else "pos"
    args = [calls.Arg(kind, "", v) for v in given]
    called = method if own else argument
    made = calls.invoke(ev, i, callback._replace(lazy=False), args, targets, called)
    ev.targets[i] = ev.targets.get(i, ()) + tuple(targets)
    asked = [hook.partition(".") for hook in line.hooks]
    call_hooks(ev, i, tuple(name for of, _, name in asked if of == argument), made, [loose])
    return made


def call_hooks(ev: Evaluation, i: int, hooks: tuple[str, ...], recv: Val, given: list[Val]) -> None:
    """The methods of the program that a library's method calls on the object it belongs to."""
    part = _any_of([*given, *(hidden.reached(ev, v) for v in given)]) if given else UNKNOWN
    for module, index in ev.program.methods_like(recv.types, hooks):
        facts = ev.program.module(module)
        if facts is None:
            continue
        function, targets = facts.functions[index], list[Target]()
        args = [calls.Arg("pos", "", part)] * (len(function.params) - 1)
        made = calls.project(ev, i, module, index, recv, args, targets)
        ev.targets[i] = ev.targets.get(i, ()) + tuple(targets)
        if function.name == "__iter__":
            iterating.remember(ev, recv, made, BOTTOM)
        elif function.name == "__getitem__":
            mappings.put(ev, recv.objs, BOTTOM, made)


def held_by(ev: Evaluation, value: Val) -> Val:
    """What is in an argument that is kept: nothing, in a function that is told by its name."""
    is_function = value.types == frozenset({"function"}) and not value.objs
    return BOTTOM if is_function else access.contents(ev, value)


def _held(ev: Evaluation, recv: Val, name: str) -> Val:
    """What an object that was made here was given before, if a name is told, as that argument of
    the call that made it; of others it is not known."""
    made = [obj for obj in recv.objs if obj[0][0] == "fresh" and not obj[1]]
    others = recv.objs.difference(made)
    given = [_given_to(ev, obj, recv, name) for obj in made]
    unknown = access.load(ev, recv._replace(objs=others), "[]", None) if others else BOTTOM
    return join_all([*given, unknown])


def _given_to(ev: Evaluation, obj: Obj, recv: Val, name: str) -> Val:
    site = fresh_site(obj[0])
    targets = ev.targets.get(site, ()) if obj[0] == ("fresh", site) and name else ()
    line = ev.program.knowledge.call(targets[0].name) if len(targets) == 1 else None
    if line is None or targets[0].kind != "known" or recv.types != frozenset({line.returns}):
        return ev.heap.get((obj, "[]"), BOTTOM)
    stated = ev.function.code[site].args[1]
    bound = instantiate.Bound(ev, line, [calls.Arg(k, n, ev.values[v], v) for k, n, v in stated])
    return bound.vals.get(name, BOTTOM)


def _callable_in(ev: Evaluation, value: Val, depth: int = 0) -> Val:
    """The value itself, or what a list, tuple or dictionary of callables holds."""
    heads = {parse_type(t)[0] for t in value.types or ()}
    holders = heads - {"None"}
    if depth > 2 or not holders or value.funcs or not holders <= {"list", "tuple", "dict"}:
        return value
    types = access.join_types([_values_of(t) for t in value.types or () if t != "None"])
    held = access.load(ev, value, "[]", types) if value.objs else Val(types=types)
    return _callable_in(ev, held, depth + 1)


def _values_of(type_name: str) -> frozenset[str] | None:
    head, args = parse_type(type_name)
    return union(args[1]) if head == "dict" and len(args) == 2 else elem_types(type_name)


def _never_called(value: Val) -> bool:
    """Whether it is data: a name, a number, a pattern."""
    types = (value.types or frozenset()) - DATA
    known = bool(value.types) and not value.funcs and "function" not in types
    return known and access.immutable(types)


def _required(ev: Evaluation, callback: Val) -> int:
    """How many arguments the project functions that it may be cannot do without."""
    most = 0
    for func in callback.funcs:
        facts = ev.program.module(str(func[1])) if func[0] == "def" else None
        params = facts.functions[func[2]].params if facts is not None else ()
        needed = sum(p.kind in ("pos", "posonly") and not p.default for p in params)
        most = max(most, needed - (callback.recv is not None))
    return most


def _any_of(values: list[Val]) -> Val:
    """Made by the callable from what it was given, of any type."""
    return join_all(values)._replace(types=None, funcs=frozenset(), const=NOTHING)
