"""`pfadvisor fix`: what is written, what is left, and every other byte."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

GOOD = "for x in good:\n    f(x)\n"
FIXED = "import pool\npool.map(f,\n  good)\n"
ASKED = GOOD.replace("good", "asked")
DOUBTFUL = GOOD.replace("good", "doubtful")


def test_a_proved_loop_is_rewritten(pfadvisor, write):
    path = write("a.py", GOOD)
    ran = pfadvisor("fix")
    assert path.read_text(encoding="utf-8") == FIXED
    assert (ran.code, ran.err) == (0, "Fixed 1 loop.\n")
    assert pfadvisor("fix").code == 0
    assert path.read_text(encoding="utf-8") == FIXED


@pytest.mark.parametrize("word", ["cheap", "stuck", "asked", "doubtful", "rarely"])
def test_nothing_else_is_written(pfadvisor, write, word):
    text = GOOD.replace("good", word)
    path = write("a.py", text)
    stamp = path.stat().st_mtime_ns
    ran = pfadvisor("fix")
    assert (ran.code, ran.err) == (0, "")
    assert (path.read_text(encoding="utf-8"), path.stat().st_mtime_ns) == (text, stamp)


def test_what_only_pays_once_another_file_is_fixed_is_fixed_at_once(pfadvisor, write):
    write("a.py", GOOD)
    later = write("b.py", "import a\n" + GOOD.replace("good", "later"))
    assert pfadvisor("fix").err == "Fixed 2 loops.\n"
    assert "pool.map" in later.read_text(encoding="utf-8")
    assert pfadvisor("fix").err == ""


def test_what_is_left_to_do_is_reported(pfadvisor, write):
    write("a.py", GOOD.replace("good", "maybe"))
    ran = pfadvisor("fix")
    assert ran.code == 1
    assert "not rewritten: perhaps not" in ran.out


def test_unsafe_fixes_are_taken_if_asked(pfadvisor, write):
    path = write("a.py", ASKED)
    other = write("b.py", DOUBTFUL)
    assert pfadvisor("fix", "--unsafe-fixes").code == 0
    assert "pool.map" in path.read_text(encoding="utf-8")
    assert "pool.map" in other.read_text(encoding="utf-8")


def test_edits_that_several_fixes_share_are_made_once(pfadvisor, write):
    path = write("a.py", GOOD * 3)
    ran = pfadvisor("fix")
    text = path.read_text(encoding="utf-8")
    assert (text.count("import pool"), text.count("pool.map")) == (1, 3)
    assert ran.err == "Fixed 3 loops.\n"


@pytest.mark.parametrize(
    ("content", "newline"),
    [
        ("x = 'é'\r\n{}\r\ny = 1", "\r\n"),
        ("\ufeffx = 'é'\n{}\n", "\n"),
        ("x = 1\r{}\ry = 2\r", "\r"),
        ("x = 1\r\n{}\ny = 2\r\n\x0c\nz = 3\t\n", "\r\n"),
    ],
    ids=["crlf", "bom", "cr", "mixed"],
)
def test_every_other_byte_stays(pfadvisor, write, content, newline):
    path = write("a.py", content.format("for x in good: f(x)").encode())
    assert pfadvisor("fix").code == 0
    bom = b"\xef\xbb\xbf" if content.startswith("\ufeff") else b""
    body = content.removeprefix("\ufeff").format(f"pool.map(f,{newline}  good)")
    assert path.read_bytes() == bom + f"import pool{newline}{body}".encode()


def test_the_encoding_stays(pfadvisor, write):
    path = write("a.py", b"# coding: latin-1\nfor x in good: f('\xe9')\ny = '\xe9'\n")
    assert pfadvisor("fix").code == 0
    assert b"coding: latin-1" in path.read_bytes()
    assert path.read_bytes().endswith(b"y = '\xe9'\n")


def test_a_file_whose_encoding_would_be_lost_is_left_alone(pfadvisor, write):
    data = b"#!/usr/bin/python\n# coding: latin-1\nfor x in good: f(x)\ny = '\xe9'\n"
    path = write("a.py", data)
    ran = pfadvisor("fix")
    assert (ran.code, path.read_bytes()) == (2, data)
    assert "would be read in another encoding" in ran.err


def test_permissions_and_links_stay(pfadvisor, write, tmp_path):
    path = write("real/a.py", GOOD)
    path.chmod(0o754)
    os.symlink(path, tmp_path / "link.py")
    assert pfadvisor("fix", "link.py").code == 0
    assert (tmp_path / "link.py").is_symlink()
    assert path.read_text(encoding="utf-8") == FIXED
    assert path.stat().st_mode & 0o777 == 0o754
    assert [one.name for one in path.parent.iterdir()] == ["a.py"]


def test_diff_writes_nothing(pfadvisor, write):
    path = write("src/a.py", GOOD)
    ran = pfadvisor("fix", "--diff")
    assert path.read_text(encoding="utf-8") == GOOD
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "# src/a.py:1: Use a pool",
        "--- a/src/a.py", "+++ b/src/a.py", "@@ -1,2 +1,3 @@", "-for x in good:", "-    f(x)",
        "+import pool", "+pool.map(f,", "+  good)",
    ]  # fmt: skip
    assert ran.err == "Would fix 1 loop.\n"


def test_a_diff_names_what_it_rests_on_and_is_what_git_applies(pfadvisor, write, tmp_path):
    path = write("src/a.py", ASKED)
    ran = pfadvisor("fix", "--diff", "--unsafe-fixes")
    assert "\n#   assumes distinct-keys:row.id: keys differ\n--- a/src/a.py\n" in ran.out
    (tmp_path / "patch").write_text(ran.out, encoding="utf-8")
    subprocess.run(["git", "apply", "patch"], cwd=tmp_path, check=True, capture_output=True)
    assert "pool.map" in path.read_text(encoding="utf-8")


def test_a_diff_says_once_what_is_assumed_of_several_places(pfadvisor, write):
    write("a.py", DOUBTFUL)
    ran = pfadvisor("fix", "--diff", "--unsafe-fixes")
    assert ran.out.count("assumes pure-call:send: `send` does nothing") == 1


def test_a_diff_of_a_file_elsewhere_is_a_patch_of_the_root(pfadvisor, write, tmp_path, monkeypatch):
    path = write("src/a.py", GOOD)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    ran = pfadvisor("fix", "--diff", str(path))
    assert f"\n--- a{path.as_posix()}\n+++ b{path.as_posix()}\n" in ran.out


def test_diff_without_changes_is_silent(pfadvisor, write):
    write("a.py", ASKED)
    ran = pfadvisor("fix", "--diff")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def stdin(monkeypatch, text: str):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))


@pytest.mark.parametrize(
    ("before", "after"), [(GOOD, FIXED), (ASKED, ASKED), ("x = 1\r", "x = 1\r")]
)
def test_standard_input_goes_to_standard_output(pfadvisor, monkeypatch, before, after):
    stdin(monkeypatch, before)
    ran = pfadvisor("fix", "-", "--stdin-filename", "a.py")
    assert (ran.code, ran.out) == (0, after)


def test_standard_input_that_cannot_be_read_comes_back(pfadvisor, monkeypatch):
    stdin(monkeypatch, "for x in\n")
    ran = pfadvisor("fix", "-")
    assert (ran.code, ran.out) == (2, "for x in\n")
    assert ran.err.startswith("error: <stdin>:1:9: syntax error")


def test_a_bad_file_ends_with_two_and_the_others_are_fixed(pfadvisor, write):
    write("bad.py", "for x in\n")
    path = write("a.py", GOOD)
    ran = pfadvisor("fix")
    assert ran.code == 2
    assert path.read_text(encoding="utf-8") == FIXED


def test_a_file_that_would_not_compile_is_left_alone(pfadvisor, write):
    path = write("a.py", "x = [f(x) for x in unsound]\n")
    ran = pfadvisor("fix")
    assert ran.code == 2
    assert "not fixed: the rewritten file would not compile" in ran.err
    assert path.read_text(encoding="utf-8") == "x = [f(x) for x in unsound]\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_file_that_cannot_be_written_is_told(pfadvisor, write):
    path = write("locked/a.py", GOOD)
    path.parent.chmod(0o555)
    ran = pfadvisor("fix")
    path.parent.chmod(0o755)
    assert (ran.code, "not written: Permission denied" in ran.err) == (2, True)
