"""`pfadvisor fix --diff` prints what git takes, whatever the file is like."""

from __future__ import annotations

import subprocess

import pytest

from pfadvisor.cli import run

LOOP = '''\
"""Words of length \u00fc."""

import time


def wait(name: str) -> str:
    time.sleep(1)
    return name


def run(names: list[str]) -> list[str]:
    out = []
    for name in names:
        out.append(wait(name))
    return out
'''
COMMAND = ("fix", "-n", "--min-speedup", "0", "--assume", "throttle", "--backend", "futures")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plain.py", LOOP.encode()),
        ("no_end.py", LOOP.rstrip("\n").encode()),
        ("windows.py", LOOP.replace("\n", "\r\n").encode()),
        ("windows_no_end.py", LOOP.rstrip("\n").replace("\n", "\r\n").encode()),
        ("marked.py", b"\xef\xbb\xbf" + LOOP.encode()),
        ("latin.py", b"# coding: latin-1\n" + LOOP.encode("latin-1")),
        ("gr\u00f6\u00dfe.py", LOOP.encode()),
        ("two words.py", LOOP.encode()),
        ('a "quoted".py', LOOP.encode()),
    ],
)
@pytest.mark.parametrize("folder", ["", "deep/er"])
def test_git_takes_the_patch(tmp_path, monkeypatch, capfdbinary, name, data, folder):
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    run([*COMMAND, "--diff"])
    patch = tmp_path / "patch"
    patch.write_bytes(capfdbinary.readouterr().out)
    for option in ("--check", "--apply"):
        subprocess.run(["git", "apply", option, str(patch)], check=True, capture_output=True)
    applied = path.read_bytes()
    path.write_bytes(data)
    run([*COMMAND])
    assert applied == path.read_bytes() != data


def test_the_patch_names_what_is_kept(tmp_path, monkeypatch, capfd):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text(LOOP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run([*COMMAND, "--diff"])
    rows = [row for row in capfd.readouterr().out.splitlines() if row.startswith("# ")]
    assert rows == [
        "# a.py:13: Use concurrent.futures to collect the results of wait in order",
        "#   keeps the results, their order and the order of what the loop writes",
        "#   keeps the exception: that of the first item that fails",
        "#   the work runs in threads of this process, on the same objects",
    ]
