"""What the README shows is what the tool says, and its commands are those that work.

`PFADVISOR_UPDATE=1` writes the generated parts instead of comparing them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pfadvisor import registry
from pfadvisor.backends._choice import load
from pfadvisor.rules import _catalog

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PROJECT = ROOT / "fixtures" / "projects" / "weather"
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


def part(name: str) -> str:
    found = re.search(rf"^<!-- {re.escape(name)} -->\n(.*?)^<!-- end -->$", text(), re.M | re.S)
    assert found, f"README.md has no part {name!r}"
    return found[1]


def text() -> str:
    return README.read_text(encoding="utf-8")


def compare(name: str, expected: str) -> None:
    shown = part(name)
    if os.environ.get("PFADVISOR_UPDATE") and shown != expected:
        start = f"<!-- {name} -->\n"
        README.write_text(
            text().replace(start + shown + "<!-- end -->", start + expected + "<!-- end -->"),
            encoding="utf-8",
        )
        shown = expected
    assert shown == expected


def pfadvisor(*arguments: str) -> str:
    command = [sys.executable, "-m", "pfadvisor", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, env=environment)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_rules_are_those_of_the_package():
    rows = [f"| {rule.code} | `{rule.name}` | {rule.summary} |\n" for rule in _catalog.rules()]
    compare("rules", "| code | name | finds |\n|---|---|---|\n" + "".join(rows))


def test_backends_are_those_of_the_package():
    rows = []
    for name in registry.names("pfadvisor.backends"):
        backend = load(name)
        summary = (backend.__doc__ or "").partition("\n")[0]
        packages = ", ".join(f"`{each}`" for each in backend.TRAITS.requires) or "nothing"
        rows.append(f"| `{name}` | {packages} | {summary} |\n")
    compare("backends", "| backend | needs | is |\n|---|---|---|\n" + "".join(rows))


@pytest.mark.parametrize("code", ["PFA101", "PFA111"])
def test_shows_real_rewrites(code):
    """The diffs are what `fix --diff` prints for loops of the example project."""
    shown = pfadvisor("fix", "--diff", "--select", code, "weather/survey.py")
    lines = [line for line in shown.splitlines(keepends=True) if not line.startswith("# ")]
    compare(f"diff: {code}", f"```diff\n{''.join(lines)}```\n")


def test_first_screen_shows_a_rewrite():
    assert "```diff" in text().partition("## ")[0]


def commands() -> list[str]:
    return [
        line.partition("#")[0].strip()
        for block in SHELL.findall(text())
        for line in block.split("\n")
    ]


def test_one_command_runs_the_main_job_and_one_the_tests():
    """Each is complete on a machine that has Python and nothing else."""
    whole = [line for line in commands() if "venv" in line]
    assert len(whole) == 2
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install ") for line in whole)
    project = whole[0].removesuffix(")").rpartition(" ")[2]
    assert (ROOT / project / "pyproject.toml").is_file() and "fix --diff" in whole[0]
    assert whole[1].endswith("-m pytest") and "-m pytest" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("line", [line for line in commands() if line.startswith("pfadvisor ")])
def test_commands_and_options_exist(line):
    """A command that is shown is understood."""
    _, command, *words = line.split()
    known = pfadvisor(command, "--help")
    assert all(word in known for word in words if word.startswith("--"))


def test_names_in_the_text_exist():
    """Codes and extras that the README names are those of the project."""
    assert set(re.findall(r"PFA\d{3}", text())) <= set(_catalog.by_code())
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(re.findall(r"'\.\[(\w+)\]'", text())) <= set(extras["optional-dependencies"])


def test_links_into_the_repository_exist():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text())
    assert links and all((ROOT / link).exists() for link in links)
