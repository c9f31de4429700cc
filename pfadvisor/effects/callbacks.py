"""Callables that are handed to known callables: what they are called with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import access, calls
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import BOTTOM, NOTHING, Val, join_all

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
) -> None:
    callback = given_by.get(argument)
    if callback is None or callback == BOTTOM:
        return
    if (
        callback.types
        and not callback.funcs
        and access.immutable(callback.types - {"function"})
        and ("function" not in callback.types)
    ):
        return
    given = [access.element(ev, given_by[a]) for a in line.iterates if a in given_by]
    if not given and recv is not None:
        given = [access.element(ev, recv)]
    if not given:
        given = [_any_of([v for a, v in given_by.items() if a not in line.calls])]
    targets: list[Target] = []
    loose = _any_of([*given, *given_by.values()])
    if "initial" in line.args:
        given = [loose, *given]
    given += [loose] * (_required(ev, callback) - len(given))
    kind = "star" if method.startswith("starmap") else "pos"
    args = [calls.Arg(kind, "", v) for v in given]
    calls.invoke(ev, i, callback._replace(lazy=False), args, targets, argument)
    ev.targets[i] = ev.targets.get(i, ()) + tuple(targets)


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
