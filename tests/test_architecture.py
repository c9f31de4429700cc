"""The house: floors, who may import what, sizes, and what stays unloaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pfadvisor"
MODULES = sorted(PACKAGE.rglob("*.py"))
FLOORS = (
    ("model", "registry", ""),
    ("config",),
    ("source",),
    ("effects",),
    ("loops",),
    ("profit",),
    ("rules",),
    ("backends",),
    ("rewrite",),
    ("measure",),
    ("report",),
    ("cache", "consulted", "selection", "nesting", "workers", "idle"),
    ("session",),
    ("importers", "inquiry", "mentions"),
    ("callers", "setters"),
    ("stages",),
    ("outcomes",),
    ("pipeline",),
    ("cli", "server"),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
ENTRIES = {"rewrite/command.py": "cli"}
ONLY = {"libcst": "rewrite", "click": "cli"}
HEAVY = (
    "libcst", "multiprocessing", "concurrent", "tomllib", "pathspec", "asyncio", "tokenize",
    "pfadvisor.effects", "pfadvisor.rules", "pfadvisor.rewrite",
)  # fmt: skip

by_name = pytest.mark.parametrize(
    "path", MODULES, ids=[path.relative_to(ROOT).as_posix() for path in MODULES]
)


def floor_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    if inside.as_posix() in ENTRIES:
        return ENTRIES[inside.as_posix()]
    first = inside.parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def test_every_module_has_a_floor():
    assert {floor_of(path) for path in MODULES} <= LEVEL.keys()


@by_name
def test_a_module_imports_from_lower_floors_only(path):
    own = floor_of(path)
    if own == "":
        return
    for name in imported(tree_of(path)):
        parts = name.split(".")
        if parts[0] != "pfadvisor" or len(parts) == 1:
            continue
        other = parts[1] if parts[1] in LEVEL else ""
        assert other == own or LEVEL[other] < LEVEL[own], f"{own} must not know {name}"


@by_name
def test_libraries_stay_where_they_belong(path):
    roots = {name.partition(".")[0] for name in imported(tree_of(path))}
    for library, folder in ONLY.items():
        assert library not in roots or path.relative_to(PACKAGE).parts[0] == folder


@by_name
def test_modules_are_short_and_say_what_they_are(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines"


@by_name
def test_no_module_names_a_machine(path):
    text = path.read_text(encoding="utf-8")
    for word in ("/work/", "/home/", "/root/"):
        assert word not in text


@pytest.mark.parametrize(
    ("statement", "unloaded"),
    [
        ("import pfadvisor", (*HEAVY, "click", "ast")),
        ("import pfadvisor.cli", (*HEAVY, "click", "ast")),
        ("import pfadvisor.cli._group", HEAVY[:-5]),
        ("from pfadvisor.cli import run; run(['--version'])", HEAVY[:4]),
    ],
)
def test_imports_are_cheap(statement, unloaded):
    program = f"import sys; {statement}; print(*sorted(sys.modules), file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = set(ran.stderr.split())
    assert not [name for name in unloaded if name in loaded]
