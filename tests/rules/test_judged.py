"""The pages against the tool: marked loops get the rule's code, all others do not.

All programs of all pages are judged in one run. The rewrite of an example is its "Use instead".
`PFADVISOR_UPDATE=1` writes the rewrite into the page instead of comparing them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pfadvisor.rules import _catalog

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
RULES = [rule for rule in _catalog.rules() if rule.family in ("PFA1", "PFA2")]
OTHERWISE_NAMED = {"sequential-nest", "early-exit", "last-value", "deletes-name"}
"""Rules whose example is reported under another true reason; may only shrink."""
BLOCKS = [
    pytest.param(rule, number, id=f"{rule.name}-{number}")
    for rule in RULES
    for number in range(len(PYTHON.findall(rule.page)))
    if (rule.name, number) not in {(name, 0) for name in OTHERWISE_NAMED}
]
PAGES = Path(_catalog.__file__).parent
FIXED = [rule for rule in RULES if rule.family == "PFA1"]


def pfadvisor(*arguments: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "pfadvisor", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@cache
def judged() -> dict[str, list[dict]]:
    """What `check --all` says of every program, by file name."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "pyproject.toml").write_text("", encoding="utf-8")
        for rule in RULES:
            for number, block in enumerate(PYTHON.findall(rule.page)):
                file = folder / f"{rule.name.replace('-', '_')}_{number}.py"
                file.write_text(block, encoding="utf-8")
        rows = json.loads(pfadvisor("check", "--all", "--output-format", "json", ".", cwd=folder))
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(Path(row["filename"]).name, []).append(row)
    return found


@pytest.mark.parametrize(("rule", "number"), BLOCKS)
def test_rule_fires_on_marked_loops_only(rule, number):
    """A marked loop has the rule among its reasons; no other loop has it as the first one."""
    block = PYTHON.findall(rule.page)[number]
    lines = enumerate(block.splitlines(), 1)
    marked = {row for row, line in lines if line.endswith(f"# {rule.code}")}
    rows = judged().get(f"{rule.name.replace('-', '_')}_{number}.py", [])
    first = {row["loop"]["for_row"] for row in rows if row["code"] == rule.code}
    among = {
        row["loop"]["for_row"]
        for row in rows
        if rule.code in (row["code"], *(blocker["code"] for blocker in row["blockers"]))
    }
    assert first <= marked <= among


@pytest.mark.parametrize("name", sorted(OTHERWISE_NAMED))
def test_rules_named_otherwise_are_still_so(name):
    """A rule that begins to fire leaves the list."""
    rule = _catalog.by_name()[name]
    codes = {
        code
        for row in judged()[f"{name.replace('-', '_')}_0.py"]
        for code in (row["code"], *(blocker["code"] for blocker in row["blockers"]))
    }
    assert codes and rule.code not in codes


@pytest.mark.parametrize("rule", FIXED, ids=lambda rule: rule.name)
def test_fix_makes_of_the_example_what_is_to_be_used(rule, tmp_path):
    example, instead, *_ = PYTHON.findall(rule.page)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(example.replace(f"  # {rule.code}", ""), encoding="utf-8")
    options = ["--unsafe-fixes"] if "Usually unsafe" in rule.page else []
    pfadvisor("fix", *options, "program.py", cwd=tmp_path)
    fixed = program.read_text(encoding="utf-8")
    if os.environ.get("PFADVISOR_UPDATE") and fixed != instead:
        page = PAGES / f"{rule.name.replace('-', '_')}.py"
        written = page.read_text(encoding="utf-8").replace(escaped(instead), escaped(fixed), 1)
        page.write_text(written, encoding="utf-8")
        instead = fixed
    assert fixed == instead


def escaped(program: str) -> str:
    """As it stands inside of a docstring."""
    return program.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
