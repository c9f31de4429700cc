"""Lines that claim to touch nothing are called, and must prove true.

The calls happen in another process: an audit hook cannot be taken off again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("probe.py")
PROJECT = PROBE.parents[2]
ROOTS = [
    ["builtins"],
    ["bisect", "cmath", "collections", "copy", "heapq", "io", "itertools", "math", "operator"],
    ["binascii", "fractions", "re", "string", "struct", "textwrap", "unicodedata"],
]
WRONG_TABLE = """
[about]
checked = "3.13"
source = "none"

[calls]
filter = { args = ["function", "iterable"], returns = "iterator" }
list = { args = ["iterable"], returns = "list" }
sorted = { args = ["iterable"], returns = "tuple", raises = [] }

[methods.list]
append = { args = ["object"], returns = "None" }
index = { args = ["value"], returns = "int", raises = [] }

[types]
list = {}
"""


def probe(roots: list[str], script: Path = PROBE, path: Path = PROJECT) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(PROBE.parent)])}
    command = [sys.executable, "-W", "ignore", "-B", str(script), *roots]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("roots", ROOTS)
def test_calls_do_what_their_lines_say(roots: list[str]) -> None:
    assert probe(roots) == []


def test_probe_finds_wrong_lines(tmp_path: Path) -> None:
    """Without this, a probe that calls nothing would pass."""
    package = tmp_path / "pfadvisor"
    for part in ("effects", "knowledge"):
        (package / part).mkdir(parents=True)
    specials = [path.name for path in (PROJECT / "pfadvisor" / "effects").glob("special*.py")]
    names = "__init__ effect knowledge lines refinement"
    for name in (*(f"{name}.py" for name in names.split()), *specials):
        source = PROJECT / "pfadvisor" / "effects" / name
        (package / "effects" / name).write_text(source.read_text("utf-8"), "utf-8")
    for name in ("config.py", "registry.py"):
        (package / name).write_text((PROJECT / "pfadvisor" / name).read_text("utf-8"), "utf-8")
    (package / "__init__.py").touch()
    (package / "knowledge" / "builtins.toml").write_text(WRONG_TABLE, "utf-8")
    said = "\n".join(probe(["builtins"], path=tmp_path))
    for complaint in (
        "changes iterable",
        "changes self",
        "keeps object",
        "raises ValueError",
        "returns list, not tuple",
        "returns something that holds iterable",
    ):
        assert complaint in said
