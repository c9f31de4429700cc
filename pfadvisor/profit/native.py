"""Work in libraries that use several processors by themselves: workers come on top of that.

BLAS, OpenMP and OpenCV start as many threads as there are processors, in each worker again. How
many they use for small arrays, and how well, is not known: then a gain is possible, not certain.
"""

from __future__ import annotations

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
    found = next(filter(_spreads, names), "")
    callees = (_of_function(program, *each) for each in sorted(program.reach(first)))
    return (found or next(filter(None, callees), "")).partition(".")[0]


def _of_function(program: Program, module: str, index: int) -> str:
    """A call of this kind in a function of the program, "" for none."""
    key, facts = (module, index), program.module(module)
    if key not in program.spreading:
        targets = program.evaluation(facts, index).targets.values() if facts else ()
        names = (t.name for group in targets for t in group if t.kind in ("known", "method"))
        program.spreading[key] = next(filter(_spreads, names), "")
    return program.spreading[key]


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
