"""Work in libraries that use several processors by themselves: workers come on top of that.

BLAS, OpenMP and OpenCV start as many threads as there are processors, in each worker again. How
many they use for small arrays, and how well, is not known: then a gain is possible, not certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pfadvisor.effects.libraries import roots
from pfadvisor.effects.program import Program
from pfadvisor.loops.analysis import Analysis
from pfadvisor.model import Gil, Mode, Profit

SPREADING: Final = frozenset({"cv2", "jax", "numpy", "scipy", "sklearn", "tensorflow", "torch"})
WHOLE: Final = frozenset({"cv2", "tensorflow"})
PACKAGES: Final = frozenset({"linalg", "nn"})
PRODUCTS: Final = frozenset(
    {"__matmul__", "bmm", "dot", "einsum", "fit", "fit_transform", "matmul", "mm", "tensordot"}
)


def spreading(program: Program, analysis: Analysis, mode: Mode) -> str:
    """The library whose calls in the work use several processors, "" for none."""
    if mode == "async":
        return ""
    body = analysis.body
    called = [t for i in analysis.work_instrs for t in body.ev.targets.get(i, ())]
    code = body.function.code
    if any(code[i].op == "op" and code[i].args[0] in ("@", "@=") for i in analysis.work_instrs):
        return min(roots(body.ev.module) & SPREADING, default="the array library")
    names = [*(t.name for t in called if t.kind in ("known", "method"))]
    first = frozenset((t.module, t.index) for t in called if t.kind == "def")
    return next((name.partition(".")[0] for name in _with(program, names, first)), "")


def _with(program: Program, names: list[str], first: frozenset[tuple[str, int]]) -> Iterator[str]:
    """Those of the names, and of what the functions call, that are calls of this kind."""
    yield from filter(_spreads, names)
    for module, index in sorted(program.reach(first)):
        facts = program.module(module)
        for targets in program.evaluation(facts, index).targets.values() if facts else ():
            yield from filter(_spreads, (t.name for t in targets if t.kind in ("known", "method")))


def _spreads(name: str) -> bool:
    root, *path = name.split(".")
    if root not in SPREADING or not path:
        return False
    return root in WHOLE or path[-1] in PRODUCTS or not PACKAGES.isdisjoint(path)


def lowered(profit: Profit, library: str, gil: Gil) -> Profit:
    """At worst the processors were all busy before, where it is not Python that takes the time."""
    if not library or gil == "held":
        return profit
    low, high = profit.speedup
    return replace(profit, speedup=(min(low, 1.0), high))


def advice(library: str) -> str:
    """How to leave the processors to the workers."""
    if not library:
        return ""
    return (
        f"{library} uses several processors by itself: OMP_NUM_THREADS=1 in the environment, or "
        "threadpoolctl, leaves them to the workers"
    )
