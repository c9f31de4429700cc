"""How processes are started follows from what the program shows of threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze_text

LOOP = """

def weight(n: int) -> int:
    total = 0
    for i in range(3000):
        total += i * n % 7
    return total


def weights(numbers: list[int]) -> list[int]:
    out = []
    for number in numbers:
        out.append(weight(number))
    return out
"""
WATCH = "import threading\n\n\ndef watch() -> None:\n    threading.Thread(target=print).start()\n"
STATED = "import multiprocessing\n\n\ndef main() -> None:\n    multiprocessing.set_start_method('fork')\n"


def written(text: str, folder: Path, backend: str = "auto") -> str:
    """What the fixes of a program put into it."""
    settings = Settings(min_speedup=0, backend=backend)
    report = analyze_text(text, folder / "sample.py", Request(settings, folder))
    fixes = [finding.fix for finding in report.findings if finding.fix is not None]
    assert fixes
    return "\n".join(edit.content for fix in fixes for edit in fix.edits)


@pytest.mark.parametrize("backend", ["multiprocessing", "futures"])
@pytest.mark.parametrize(
    "before", [WATCH, "import torch\n", "import grpc\n", "import tensorflow as tf\n"]
)
def test_a_program_with_threads_is_not_forked(before: str, backend: str, tmp_path: Path) -> None:
    assert 'get_context("spawn")' in written(before + LOOP, tmp_path, backend)


@pytest.mark.parametrize("before", ["", "import math\n", WATCH + STATED, STATED])
def test_any_other_is_left_to_the_default_and_to_itself(before: str, tmp_path: Path) -> None:
    assert "get_context" not in written(before + LOOP, tmp_path)
