"""Libraries that use several processors are named, and a gain beside them is no certain one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor.config import Settings
from pfadvisor.model import Finding
from pfadvisor.pipeline import Request, analyze_text

PROGRAM = """\
import numpy as np


def pure(n: int) -> int:
    total = 0
    for i in range(300_000):
        total += i * n % 7
    return total


def solved(mat: np.ndarray) -> float:
    return float(np.linalg.svd(mat)[1][0])


def work(items: list[{item}]) -> list[object]:
    out = []
    for item in items:
        out.append({call})
    return out
"""


def judged(call: str, item: str = "np.ndarray") -> Finding:
    request = Request(Settings(), Path.cwd(), "all", fixes=False)
    text = PROGRAM.format(call=call, item=item)
    row = 1 + text.splitlines().index("    for item in items:")
    findings = analyze_text(text, Path("sample.py"), request).findings
    return next(one for one in findings if one.noqa_row == row)


@pytest.mark.parametrize("call", ["np.linalg.svd(item)", "solved(item)", "item @ item @ item"])
def test_it_is_named_with_what_to_do(call: str) -> None:
    found = judged(call)
    assert found.judgement is not None and found.judgement.verdict == "parallel"
    assert found.judgement.advice.startswith("numpy uses several processors by itself")
    assert found.judgement.profit is not None and found.judgement.profit.speedup[0] <= 1.0


def test_the_message_says_it() -> None:
    assert "OMP_NUM_THREADS=1" in judged("np.linalg.svd(item)").message


def test_other_work_is_as_it_was() -> None:
    found = judged("pure(item)", "int")
    assert found.judgement is not None and found.judgement.advice == ""
    assert found.judgement.profit is not None and found.judgement.profit.speedup[0] > 1.0


def test_python_beside_it_keeps_its_gain() -> None:
    found = judged("pure(len(item)) + float(np.linalg.det(item))")
    assert found.judgement is not None and found.judgement.advice
    assert found.judgement.profit is not None and found.judgement.profit.speedup[0] > 1.0
