"""Whether a local may have no value yet where it is read."""

from __future__ import annotations

from collections.abc import Sequence

from pfadvisor.effects.facts import Instr
from pfadvisor.loops.whole import JOINS


def may_be_unbound(code: Sequence[Instr], value: int, before: int | None = None) -> bool:
    """Of a value, or of one that joins may take for it; of those, only what stands `before`."""
    waiting, seen = [value], set[int]()
    while waiting:
        current = waiting.pop()
        late = before is not None and current >= before and current != value
        if current in seen or late:
            continue
        seen.add(current)
        if current < 0 or code[current].op == "unbound":
            return True
        if code[current].op in JOINS:
            waiting += [v for v in code[current].args if isinstance(v, int)]
    return False
