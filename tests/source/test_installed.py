"""Where the packages of a program are, and which file a name in them stands for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pfadvisor.source import environment
from pfadvisor.source.environment import NoEnvironment, folders_of
from pfadvisor.source.installed import Imports, Installed
from pfadvisor.source.project import Project


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def venv(folder: Path, version: str = "3.11", marks: str = "") -> Path:
    """A virtual environment; gives the folder of its packages."""
    packages = folder / f"lib/python{version}/site-packages"
    packages.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"version = {version}.4\n{marks}", encoding="utf-8")
    return packages


@pytest.fixture(autouse=True)
def nothing_stated(monkeypatch):
    monkeypatch.delenv(environment.VARIABLE)


FILES = (
    "one.py", "pack/__init__.py", "pack/part.py", "pack/inner/__init__.py", "space/a.py",
    "both/__init__.py", "both.py", "fast.py", "fast.cpython-311-x86_64-linux-gnu.so",
    "binary/__init__.abi3.so", "binary/text.py", "json.py", "plain/readme.txt",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("one", "one.py"),
        ("pack", "pack/__init__.py"),
        ("pack.part", "pack/part.py"),
        ("pack.inner", "pack/inner/__init__.py"),
        ("space", None),  # a namespace has no source of its own
        ("space.a", "space/a.py"),
        ("both", "both/__init__.py"),
        ("fast", None),  # the compiled module comes first
        ("binary", None),
        ("binary.text", "binary/text.py"),
        ("json", None),  # the standard library comes first
        ("one.part", None),
        ("pack.none", None),
        ("plain.readme", None),
        ("", None),
        ("pack..part", None),
        ("../one", None),
    ],
)
def test_a_name_finds_what_python_would_import(tmp_path, name, file):
    found = Installed((touch(tmp_path, *FILES),)).find(name)
    assert found == (tmp_path / file if file else None)


def test_folders_are_searched_in_order_and_namespaces_over_all(tmp_path):
    first = touch(tmp_path / "first", "a.py", "space/a.py")
    second = touch(tmp_path / "second", "a.py", "space/a.py", "space/b.py", "late/__init__.py")
    touch(first, "late/c.py")
    find = Installed((first, second)).find
    assert find("a") == first / "a.py"
    assert find("space.a") == first / "space/a.py"
    assert find("space.b") == second / "space/b.py"
    assert find("late") == second / "late/__init__.py"  # a regular package is no part of a space
    assert find("late.c") is None


def test_a_package_of_the_project_is_its_own(tmp_path):
    packages = touch(tmp_path / "env", "app/more.py", "app/__init__.py", "space/there.py", "x.py")
    root = touch(tmp_path / "project", "app/__init__.py", "space/here.py")
    imports = Imports(Project(root), Installed((packages,)))
    assert imports.outside("app.more", root) is None
    assert imports.outside("space.there", root) == packages / "space/there.py"
    assert imports.outside("x", root) == packages / "x.py"


def test_a_virtual_environment_beside_the_project_is_taken(tmp_path):
    root = touch(tmp_path / "project", "pyproject.toml")
    packages = venv(root / ".venv")
    assert folders_of(root, None, tmp_path) == (packages,)
    part = touch(root / "parts/one", "pyproject.toml")
    assert folders_of(part, None, tmp_path) == (packages,)


def test_a_folder_that_is_only_called_so_is_not(tmp_path):
    touch(tmp_path, "pyproject.toml", ".venv/lib/python3.11/site-packages/a.py")
    found = folders_of(tmp_path, None, tmp_path)
    assert not any(folder.is_relative_to(tmp_path) for folder in found)
    assert any("-packages" in str(folder) for folder in found)  # of the running interpreter


def test_an_interpreter_or_a_folder_may_be_stated(tmp_path, monkeypatch):
    packages = venv(tmp_path / "env")
    (tmp_path / "env/bin").mkdir()
    (tmp_path / "env/bin/python").symlink_to(sys.executable)
    for stated in ("env", "env/bin/python", str(tmp_path / "env")):
        assert folders_of(tmp_path, stated, tmp_path) == (packages,)
    monkeypatch.setenv("PATH", str(tmp_path / "env/bin"))
    assert folders_of(tmp_path, "python", tmp_path) == (packages,)
    monkeypatch.setenv(environment.VARIABLE, "env")
    assert folders_of(tmp_path, None, tmp_path) == (packages,)


def test_an_interpreter_outside_of_a_virtual_environment(tmp_path):
    packages = tmp_path / "opt/lib/python3.12/site-packages"
    packages.mkdir(parents=True)
    binary = touch(tmp_path, "opt/bin/python3.12") / "opt/bin/python3.12"
    binary.chmod(0o755)
    (tmp_path / "python").symlink_to(binary)
    assert folders_of(tmp_path, "python", tmp_path) == (packages,)


def test_the_system_is_seen_if_the_environment_says_so(tmp_path):
    system = tmp_path / "usr/lib/python3/dist-packages"
    system.mkdir(parents=True)
    home = f"home = {tmp_path}/usr/bin\n"
    seeing = venv(tmp_path / "seeing", marks=f"{home}include-system-site-packages = true\n")
    apart = venv(tmp_path / "apart", marks=f"{home}include-system-site-packages = false\n")
    assert folders_of(tmp_path, "seeing", tmp_path) == (seeing, system)
    assert folders_of(tmp_path, "apart", tmp_path) == (apart,)


def test_paths_in_pth_files_count_and_code_does_not(tmp_path):
    packages = venv(tmp_path / "env")
    (tmp_path / "develop/src").mkdir(parents=True)
    lines = ["# note", "import os; os.abort()", "../../../../develop/src", "gone", "", "."]
    (packages / "a.pth").write_text("\n".join(lines), encoding="utf-8")
    (packages / ".hidden.pth").write_text(str(tmp_path), encoding="utf-8")
    assert folders_of(tmp_path, "env", tmp_path) == (packages, tmp_path / "develop/src")


def test_what_is_no_environment_is_told(tmp_path):
    touch(tmp_path, "folder/a.py", "text", "tool/bin/run")
    venv(tmp_path / "folder/.venv")
    os.chmod(tmp_path / "tool/bin/run", 0o755)
    for stated, words in {
        "none": "no such file or folder",
        "none/python": "no such file or folder",
        "folder": "no virtual environment, did you mean",
        "text": "no interpreter",
        "tool/bin/run": "no packages are found",
    }.items():
        with pytest.raises(NoEnvironment, match=words):
            folders_of(tmp_path, stated, tmp_path)
        problem = environment.problem(stated, tmp_path)
        assert problem.startswith(f"python: {tmp_path / stated}: ") and "\n" not in problem
    assert not environment.problem(None, tmp_path)
