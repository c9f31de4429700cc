"""Exceptions that the work of a loop is known to raise, and what becomes of them on their way."""

from __future__ import annotations

from typing import Final

from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body

UNSENT: Final = frozenset({"StopIteration", "KeyboardInterrupt", "GeneratorExit"})


def errors_of(analysis: Analysis) -> list[str]:
    """Classes of exceptions that compute is known to raise."""
    raises = analysis.body.ev.raises
    return sorted(name for name, at in raises.items() if at & analysis.compute_instrs)


def only_builtin(analysis: Analysis) -> bool:
    """Only builtin exceptions whose traps `Pool` does not have can leave compute."""
    bad = {"SystemExit", "StopIteration", "StopAsyncIteration", "GeneratorExit", "?"}
    return not analysis.body.ev.unknowns and not any(
        ":" in name or "." in name or name in bad for name in errors_of(analysis)
    )


def lost(analysis: Analysis) -> tuple[str, ...]:
    """StopIteration becomes another error on its way; classes with an `__init__` of their own
    are called with `args` when they are unpickled."""
    return tuple(name for name in errors_of(analysis) if _is_lost(analysis.body, name))


def _is_lost(body: Body, name: str) -> bool:
    program, traits = body.ev.program, body.ev.program.traits_of(name)
    if name in UNSENT or "<locals>" in name or (traits is not None and not traits.picklable):
        return True
    made = any(program.member_of(name, each) for each in ("__init__", "__new__"))
    return ":" in name and made and not program.member_of(name, "__reduce__")
