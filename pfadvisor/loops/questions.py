"""Changes that may be none that matter: what is asked of the reader about them."""

from __future__ import annotations

from pfadvisor.effects import memo
from pfadvisor.effects.values import AUGMENT, USE, Effect
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import describe
from pfadvisor.model import Assumption


def question_of(body: Body, shown: Effect, changes: list[Effect]) -> Assumption | None:
    """What would make nothing of all that is done to a place, of which one change is shown."""
    return _client(body, changes) or _cache(body, shown) or replaced(body, changes)


def replaced(body: Body, changes: list[Effect]) -> Assumption | None:
    """Whether all that is done to the place is to add to what may be a number."""
    if {effect.how for effect in changes} != {AUGMENT}:
        return None
    name = describe(body, changes[0])
    message = f"`{name}` is replaced by what is added to it, not changed in place"
    return Assumption("pure-call", name, message, changes[0].where)


def _client(body: Body, changes: list[Effect]) -> Assumption | None:
    """Whether all that is done to the place is to work through the client that it is."""
    if any(effect.how != USE for effect in changes):
        return None
    name = describe(body, changes[0])
    message = (
        f"several threads may use `{name}` at once, and no iteration needs what another one left "
        "in it (cookies, connections)"
    )
    return Assumption("thread-safe", name, message, changes[0].where)


def _cache(body: Body, effect: Effect) -> Assumption | None:
    name = memo.function_of(effect.root)
    if effect.how != "memo" or _cache_is_read(body, name):
        return None
    message = f"`{name}` remembers its results; each worker would fill a cache of its own"
    return Assumption("benign-cache", name, message, effect.where)


def _cache_is_read(body: Body, function: str) -> bool:
    """Whether the module looks at the hits and misses of a memoised function, or clears it."""
    for scope in body.ev.module.functions:
        for instr in scope.code:
            if instr.op == "attr" and instr.args[1] in ("cache_info", "cache_clear"):
                base = scope.code[instr.args[0]]
                if base.op != "name" or base.args[0] == function:
                    return True
    return False
