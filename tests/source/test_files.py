"""Which files a run looks at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pfadvisor.config import Settings
from pfadvisor.source.files import common_folder, discover, display, project_root


def tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def names(root: Path, *paths: str, **settings: object) -> list[str]:
    found = discover([Path(path) for path in paths], Settings(**settings), root)
    assert not found.failed
    return [display(target.path, root) for target in found.targets]


def test_a_directory_gives_its_python_files_sorted(tmp_path):
    tree(tmp_path, "b.py", "a/z.py", "a/b/c.py", "a.txt", "stub.pyi")
    assert names(tmp_path, ".") == ["a/b/c.py", "a/z.py", "b.py"]


@pytest.mark.parametrize("folder", [".venv", "node_modules", "build", "lib/site-packages"])
def test_default_excludes_are_silent(tmp_path, folder):
    tree(tmp_path, f"{folder}/a.py", "kept.py")
    assert names(tmp_path, ".") == ["kept.py"]


def test_virtual_environments_are_left_out_whatever_they_are_called(tmp_path):
    tree(tmp_path, "env/pyvenv.cfg", "env/lib/a.py", "venv/kept.py")
    assert names(tmp_path, ".") == ["venv/kept.py"]


def test_a_named_file_is_taken_though_excluded(tmp_path):
    tree(tmp_path, "build/a.py")
    assert names(tmp_path, "build/a.py") == ["build/a.py"]
    assert names(tmp_path, "build") == ["build/a.py"]


def test_force_exclude_drops_named_files(tmp_path):
    tree(tmp_path, "build/a.py", "b.py")
    assert names(tmp_path, "build/a.py", "b.py", force_exclude=True) == ["b.py"]


def test_a_path_named_twice_is_looked_at_once(tmp_path):
    tree(tmp_path, "a/b.py")
    assert names(tmp_path, "a", "a/b.py", "./a/../a/b.py") == ["a/b.py"]


def test_extended_excludes_match_names_and_paths(tmp_path):
    tree(tmp_path, "pyproject.toml", "a/gen_x.py", "a/b.py", "c/d/e.py", "d/e.py")
    assert names(tmp_path, ".", extend_exclude=("gen_*.py", "c/d")) == ["a/b.py", "d/e.py"]


def test_gitignore_files_hold_below_their_folder_and_the_deepest_wins(tmp_path):
    tree(tmp_path, "a.py", "out/b.py", "pkg/gen.py", "pkg/keep/gen.py", "pkg/c.py")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("/out/\ngen.py\n")
    (tmp_path / "pkg/keep/.gitignore").write_text("!gen.py\n")
    assert names(tmp_path, ".") == ["a.py", "pkg/c.py", "pkg/keep/gen.py"]
    assert names(tmp_path, "pkg") == ["pkg/c.py", "pkg/keep/gen.py"]
    assert names(tmp_path, "out") == ["out/b.py"]
    everything = names(tmp_path, ".", respect_gitignore=False)
    assert everything == ["a.py", "out/b.py", "pkg/c.py", "pkg/gen.py", "pkg/keep/gen.py"]


def test_a_gitignore_with_a_line_that_is_no_pattern_still_counts(tmp_path):
    tree(tmp_path, "a.py", "b.py")
    (tmp_path / ".gitignore").write_bytes(b"!\n\xff\xfe\na.py\n")
    assert names(tmp_path, ".") == ["b.py"]


def test_a_missing_path_fails_and_the_others_are_found(tmp_path):
    tree(tmp_path, "a.py")
    found = discover([Path("nope.py"), Path("a.py")], Settings(), tmp_path)
    assert [(one.filename, one.message) for one in found.failed] == [
        ("nope.py", "No such file or directory")
    ]
    assert len(found.targets) == 1


def test_links_to_folders_are_not_followed_and_loops_end(tmp_path):
    tree(tmp_path, "a/b.py")
    os.symlink(tmp_path, tmp_path / "a/loop")
    os.symlink("self.py", tmp_path / "self.py")
    assert names(tmp_path, ".") == ["a/b.py"]
    found = discover([Path("self.py")], Settings(), tmp_path)
    assert "symbolic links" in found.failed[0].message


def test_an_extensionless_script_is_taken_only_if_named(tmp_path):
    tree(tmp_path, "bin/tool")
    assert names(tmp_path, "bin") == []
    assert names(tmp_path, "bin/tool") == ["bin/tool"]


def test_roots_and_common_folders(tmp_path):
    tree(tmp_path, "p/pyproject.toml", "p/src/a.py", "p/tests/b.py")
    assert project_root(tmp_path / "p/src/a.py", tmp_path) == tmp_path / "p"
    assert project_root(tmp_path / "q.py", tmp_path / "else") == tmp_path / "else"
    files = [Path("p/src/a.py"), Path("p/tests/b.py")]
    assert common_folder(files, tmp_path) == tmp_path / "p"
    assert common_folder([], tmp_path) == tmp_path
