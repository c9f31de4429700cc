"""Locks that a body, or what it calls, takes."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Effect, parse_type
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import types_of_root

LOCKS: Final = frozenset({"Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore"})


def is_lock(type_name: str) -> bool:
    module, _, name = parse_type(type_name)[0].rpartition(".")
    return module.partition(".")[0] in ("threading", "multiprocessing") and name in LOCKS


def takes_lock(body: Body, effect: Effect) -> bool:
    """Whether it enters or leaves a lock, by what is known of the attributes that lead to it."""
    if effect.how not in ("enter", "exit"):
        return False
    types = types_of_root(body, effect.root)
    for step in effect.path:
        types = _below(body, types, step)
    return bool(types) and all(map(is_lock, types or ()))


def _below(body: Body, types: frozenset[str] | None, step: str) -> frozenset[str] | None:
    owners = {parse_type(name)[0] for name in types or ()} if step.startswith(".") else set()
    held = [body.ev.program.attribute(owner, step[1:]) for owner in sorted(owners)]
    found = [value.types for value in held if value is not None and value.types is not None]
    return frozenset[str]().union(*found) if found and len(found) == len(owners) else None
