"""Module names and their files."""

from __future__ import annotations

import pytest

from pfadvisor.source.project import Project, is_package


@pytest.fixture
def root(tmp_path):
    for name in (
        "src/app/__init__.py", "src/app/core/__init__.py", "src/app/core/run.py",
        "src/space/part/mod.py", "tests/test_run.py", "scripts/tool.py", "scripts/shared.py",
        "backend/api/__init__.py", "backend/api/views.py", "shared.py", "odd.dir/a.py",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("src/app/__init__.py", "app"),
        ("src/app/core/run.py", "app.core.run"),
        ("src/space/part/mod.py", "space.part.mod"),
        ("tests/test_run.py", "tests.test_run"),
        ("backend/api/views.py", "backend.api.views"),
        ("shared.py", "shared"),
        ("odd.dir/a.py", "odd-dir.a"),
    ],
)
def test_a_file_has_one_name(root, file, name):
    assert Project(root).module_name(root / file) == name


@pytest.mark.parametrize(
    ("importer", "dotted", "file"),
    [
        ("tests/test_run.py", "app.core.run", "src/app/core/run.py"),
        ("tests/test_run.py", "app.core", "src/app/core/__init__.py"),
        ("tests/test_run.py", "space.part.mod", "src/space/part/mod.py"),
        ("scripts/tool.py", "shared", "scripts/shared.py"),
        ("tests/test_run.py", "shared", "shared.py"),
        ("backend/api/views.py", "api.views", "backend/api/views.py"),
        ("tests/test_run.py", "backend.api.views", "backend/api/views.py"),
        ("tests/test_run.py", "api.views", None),
        ("tests/test_run.py", "space", None),
        ("tests/test_run.py", "os.path", None),
        ("tests/test_run.py", "", None),
        ("tests/test_run.py", "a\0b", None),
        ("tests/test_run.py", "x" * 5000, None),
    ],
)
def test_imports_are_found_as_python_finds_them(root, importer, dotted, file):
    project = Project(root)
    found = project.find(dotted, project.import_root(root / importer))
    assert found == (None if file is None else root / file)


def test_packages_are_known_by_their_file(root):
    assert is_package(root / "src/app/__init__.py")
    assert not is_package(root / "shared.py")
