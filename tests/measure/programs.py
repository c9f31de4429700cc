"""Programs to be measured: a project of its own, run plainly and under `pfadvisor profile`."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pfadvisor.profit import profiles
from pfadvisor.profit.profiles import Profile

ROOT = Path(__file__).parents[2]
WORK = """
def work(x):
    total = 0
    for i in range(2000 + x):
        total += i * x % 7
    return total
"""
LOOP = WORK + textwrap.dedent("""
    def run(xs):
        out = []
        for x in xs:  # LOOP
            out.append(work(x))
        return out
""")

Ran = subprocess.CompletedProcess[str]


class Project:
    """A folder with a project's mark; files are written with common indentation removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pyproject.toml", "")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def run(self, *words: str, stdin: str = "") -> Ran:
        """A command of this interpreter in the project."""
        environment = {**os.environ, "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
        )

    def pfadvisor(self, *words: str, stdin: str = "") -> Ran:
        home = os.environ.get("PYTHONPATH")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), home))))
            return self.run("-m", "pfadvisor", *words, stdin=stdin)

    def profile(self, *words: str, stdin: str = "") -> tuple[Ran, Profile]:
        ran = self.pfadvisor("profile", "-q", "--out", "p.json", "--", *words, stdin=stdin)
        path = self.folder / "p.json"
        assert path.exists(), ran.stderr
        return ran, profiles.load(path)


def row_of(text: str, mark: str = "# LOOP") -> int:
    (row,) = (n for n, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith(mark))
    return row
