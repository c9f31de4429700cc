"""One loop and its helper, as fixtures/distance tells them.

A file has imports and definitions, then `work`, the helper, and `run`, whose first loop is the
one that is judged: it calls `work` once, in a statement of its own. The file's name ends in the
verdict. Its first line says why; `# blockers:`, `# assumptions:` and `# kind:` name right answers,
and `# except VARIANT: VERDICT: REASON` a way of writing the call that means something else.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "fixtures" / "distance"
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    verdict: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def imports(self) -> list[ast.stmt]:
        return [node for node in self.tree.body if isinstance(node, IMPORTS)]

    @property
    def definitions(self) -> list[ast.stmt]:
        """What the helper needs besides imports."""
        parts = [self.work, self.run]
        return [node for node in self.tree.body if node not in parts and node not in self.imports]

    @property
    def work(self) -> ast.FunctionDef:
        return self._function("work")

    @property
    def run(self) -> ast.FunctionDef:
        return self._function("run")

    def _function(self, name: str) -> ast.FunctionDef:
        (found,) = (n for n in self.tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
        return found

    def header(self, key: str) -> str:
        found = re.search(rf"^# {key}: (.+)$", self.text, re.M)
        return found[1] if found else ""

    def answers(self) -> set[str]:
        """Names of which one must be among the reasons of the verdict."""
        text = self.header("blockers") or self.header("assumptions")
        return {word.strip() for word in text.split("|") if word.strip()}

    def verdict_as(self, variant: str) -> str:
        return self.header(f"except {variant}").partition(":")[0] or self.verdict


@cache
def load(path: Path) -> Story:
    text = path.read_text(encoding="utf-8")
    return Story(path.stem, path.stem.rpartition("-")[2], text, ast.parse(text))


def load_all() -> list[Story]:
    return [load(path) for path in sorted(FOLDER.glob("*.py"))]


def names_in(*nodes: ast.AST) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def defined_by(nodes: list[ast.stmt]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def judged_row(text: str) -> int:
    """The row of the loop that is judged: the first one of `run`."""
    (run,) = (n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == "run")
    return min(node.lineno for node in ast.walk(run) if isinstance(node, ast.For))
