"""Functions that cannot be followed: what their own code says all the same."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.facts import Function

STORES: Final = frozenset({"setitem", "setattr", "delitem", "delattr"})


def plain_stores(function: Function) -> set[tuple[int, str]]:
    """What the code of a function that cannot be followed stores into its parameters itself."""
    found: set[tuple[int, str]] = set()
    for instr in function.code:
        base = function.code[instr.args[0]] if instr.op in STORES else None
        if base is not None and base.op == "param":
            found.add((base.args[0], f".{instr.args[1]}" if "attr" in instr.op else "[]"))
    return found
