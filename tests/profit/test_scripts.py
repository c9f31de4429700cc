"""Where a file is run from decides whether workers find its functions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pfadvisor.config import Settings
from pfadvisor.model import Finding
from pfadvisor.pipeline import Request, analyze_text
from pfadvisor.rewrite.compose import applied

WORK = """\
def weight(n: int) -> int:
    if n < 0:
        raise ValueError(n)
    total = 0
    for i in range(3000):
        total += i * n % 7
    return total
"""
WEIGHTS = """

def weights(numbers: list[int]) -> list[int]:
    out = []
    for number in numbers:
        out.append({call})
    return out


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.set_start_method("spawn")
    print(weights([3, 5, 8]))
"""
FETCH = """\
from urllib.request import urlopen


def pages(urls: list[str]) -> list[bytes]:
    out = []
    for url in urls:
        out.append(urlopen(url).read())
    return out
"""


def found(text: str, path: Path, folder: Path) -> Finding:
    """The finding at the loop that collects."""
    request = Request(Settings(min_speedup=0), folder, "all")
    findings = analyze_text(text, path, request).findings
    return next(one for one in findings if one.message and "out" in _header(text, one))


def _header(text: str, finding: Finding) -> str:
    rows = text.splitlines()[finding.noqa_row - 2 : finding.noqa_row + 1]
    return "".join(rows)


@pytest.mark.parametrize("name", ["my-script.py", "2nd.py", "weigh"])
def test_a_script_is_found_by_its_path(name: str, tmp_path: Path) -> None:
    """No import could name these files; workers run them from where they are."""
    text = WORK + WEIGHTS.format(call="weight(number)")
    finding = found(text, tmp_path / name, tmp_path)
    assert finding.fix is not None and finding.fix.applicability == "safe"
    for content in (text, applied(text, finding.fix.edits)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        command = [sys.executable, name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.stdout == "[8999, 8997, 8994]\n", content + done.stderr


@pytest.mark.parametrize("call", ["weight(number)", "weight(number) + 1"])
def test_functions_of_a_main_file_are_not_found(call: str, tmp_path: Path) -> None:
    """`python -m package` does not run `__main__.py` again in a fresh worker."""
    text = WORK + WEIGHTS.format(call=call)
    finding = found(text, tmp_path / "package" / "__main__.py", tmp_path)
    assert finding.name == "unpicklable" and finding.fix is None
    assert "move it into a module of its own" in finding.message


def test_functions_that_a_main_file_imports_are_found(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
    for call, fixable in (("weight(number)", True), ("weight(number) + 1", False)):
        text = "from work import weight\n" + WEIGHTS.format(call=call)
        finding = found(text, tmp_path / "__main__.py", tmp_path)
        assert (finding.fix is not None) == fixable


def test_threads_of_a_main_file_share_its_functions(tmp_path: Path) -> None:
    finding = found(FETCH, tmp_path / "__main__.py", tmp_path)
    assert finding.fix is not None
