"""The programs on the pages run, and what is to be used instead prints the same."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pfadvisor.rules import _catalog

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
BREAKS_WITHOUT_FORK = {"PFA301", "PFA303"}
RULES = _catalog.rules()


def output(program: str, folder) -> str:
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_programs_run(rule, tmp_path):
    """Each block is a whole program that ends without an error or a warning."""
    blocks = PYTHON.findall(rule.page)
    for block in blocks[1:] if rule.code in BREAKS_WITHOUT_FORK else blocks:
        assert output(block, tmp_path)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.family == "PFA1"], ids=lambda rule: rule.name
)
def test_use_instead_prints_what_the_example_prints(rule, tmp_path):
    example, instead, *_ = PYTHON.findall(rule.page)
    assert output(instead, tmp_path) == output(example, tmp_path)
