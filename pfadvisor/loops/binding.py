"""Whether a local may have no value yet where it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pfadvisor.effects.facts import JOINS, Instr


def may_be_unbound(code: Sequence[Instr], value: int, before: int | None = None) -> bool:
    """Of a value, or of one that joins may take for it; of those, only what stands `before`."""
    sources = _sources(code, value, before)
    return any(current < 0 or code[current].op == "unbound" for current in sources)


def never_bound(code: Sequence[Instr], value: int) -> bool:
    """Whether no path gives it one: that of a handler's name after the handler."""
    return all(current >= 0 and code[current].op == "unbound" for current in _sources(code, value))


def _sources(code: Sequence[Instr], value: int, before: int | None = None) -> Iterator[int]:
    """The value, or those that joins may take for it."""
    waiting, seen = [value], set[int]()
    while waiting:
        current = waiting.pop()
        late = before is not None and current >= before and current != value
        if current in seen or late:
            continue
        seen.add(current)
        if current >= 0 and code[current].op in JOINS:
            waiting += [v for v in code[current].args if isinstance(v, int)]
        else:
            yield current
