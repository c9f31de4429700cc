"""Whatever is handed to it: one clear line on stderr each, the right exit code, no traceback."""

from __future__ import annotations

import json
import os

import pytest

GOOD = "for x in good:\n    f(x)\n"

FILES = {
    "null.py": (b"for x in good:\0", "null.py:1:15: contains a null byte"),
    "latin.py": (b"x = 1\nfor y in good: y = '\xe9'\n", "latin.py:2:21: not valid utf-8"),
    "encoding.py": (b"# coding: klingon\n", "encoding.py:1: unknown encoding: klingon"),
    "binary.py": (bytes(range(1, 256)) * 50, "binary.py:2:118: not valid utf-8"),
    "syntax.py": (b"for x in\n", "syntax.py:1:9: syntax error: invalid syntax"),
    "parens.py": (
        b"for x in " + b"(" * 10_000 + b")" * 10_000 + b": pass",
        "syntax error: too many nested parentheses",
    ),
    "sum.py": (b"for x in 1" + b"+1" * 40_000 + b": pass", "sum.py: nested too deeply"),
    "internal.py": (b"for x in broken: pass", "internal error: RuntimeError: no"),
    "deep.py": (b"for x in deep: pass", "deep.py: nested too deeply"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_told_and_the_others_are_analysed(pfadvisor, write, name):
    content, message = FILES[name]
    write(name, content)
    write("good.py", GOOD)
    ran = pfadvisor("check", "--output-format", "json")
    assert ran.code == 2
    assert [row["filename"] for row in json.loads(ran.out)] == ["good.py"]
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ") and message in line


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("latin.py", b"# coding: latin-1\nx = '\xe9'\nfor y in good: f(y)\n"),
        ("bom.py", b"\xef\xbb\xbffor x in good: f(x)\r\n"),
        ("crlf.py", b"for x in good:\r\n    f(x)\r\n"),
    ],
)
def test_unusual_files_are_analysed(pfadvisor, write, name, content):
    write(name, content)
    ran = pfadvisor("check")
    assert (ran.code, ran.err) == (1, "")
    assert " in good:" in ran.out


def test_a_huge_line_is_analysed_and_shown_clipped(pfadvisor, write):
    write("huge.py", "x = [" + "1, " * 1_700_000 + "]; y = [f(x) for x in good]\n")
    ran = pfadvisor("check")
    assert (ran.code, ran.err) == (1, "")
    assert len(ran.out) < 2000


def test_a_missing_path_is_told(pfadvisor, write):
    write("good.py", GOOD)
    ran = pfadvisor("check", "good.py", "missing.py")
    assert ran.code == 2
    assert ran.err == "error: missing.py: No such file or directory\n"
    assert "good.py:1:1" in ran.out


def test_a_directory_without_python_is_told_and_clean(pfadvisor, write):
    write("docs/readme.txt", "hello")
    ran = pfadvisor("check", "docs")
    assert (ran.code, ran.err) == (0, "warning: no Python files found under the given path(s)\n")


def test_a_notebook_is_skipped_with_a_word(pfadvisor, write):
    write("a.ipynb", "{}")
    ran = pfadvisor("check", "a.ipynb")
    assert (ran.code, ran.err) == (0, "warning: a.ipynb: notebooks are not analysed\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_told(pfadvisor, write):
    write("secret.py", GOOD).chmod(0)
    ran = pfadvisor("check")
    assert (ran.code, ran.err) == (2, "error: secret.py: Permission denied\n")


def test_loops_of_links_end(pfadvisor, write, tmp_path):
    write("a/good.py", GOOD)
    os.symlink(tmp_path, tmp_path / "a/up")
    os.symlink("self", tmp_path / "a/self")
    ran = pfadvisor("check", ".", "a/self")
    assert ran.code == 2
    assert ran.err.count("\n") == 1 and "symbolic links" in ran.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.pfadvisor", "invalid TOML"),
        ('[tool.pfadvisor]\nselct = ["PFA"]', "unknown key 'selct', did you mean 'select'?"),
        ('[tool.pfadvisor]\nselect = "PFA"', "select must be a list of strings"),
        ('[tool.pfadvisor]\nmin-speedup = "2"', "min-speedup must be a number"),
        ("[tool.pfadvisor]\nmin-speedup = -1", "min-speedup must be 0 or more"),
        ('[tool.pfadvisor]\nbackend = "multiprocesing"', "did you mean 'multiprocessing'?"),
        ('[tool.pfadvisor]\ntarget-version = "3.12"', 'must look like "py312"'),
        ("[tool]\npfadvisor = 3", "tool.pfadvisor must be a table"),
        ("x = " + "[" * 10_000, "invalid TOML"),
    ],
)
def test_a_broken_configuration_is_one_line(pfadvisor, write, text, message):
    write("pyproject.toml", text)
    write("good.py", GOOD)
    ran = pfadvisor("check")
    (line,) = ran.err.splitlines()
    assert ran.code == 2
    assert line.startswith("error: ") and "pyproject.toml: " in line and message in line


def test_a_configuration_that_is_no_text_is_one_line(pfadvisor, write):
    write("pyproject.toml", b"\xff\xfe")
    ran = pfadvisor("check")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "not UTF-8" in ran.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('select = ["PFA9"]', "unknown rule selector 'PFA9'"),
        ('ignore = ["sequential-mapp"]', "did you mean 'sequential-map'?"),
        ("[tool.pfadvisor.effects]\nsend = { writs = [] }", "did you mean 'writes'?"),
        ("effects.a.send = { writes = ['nowhere'] }", "a.send"),
        ('per-file-ignores = { "a" = ["nope"] }', "unknown rule selector 'nope'"),
    ],
)
def test_a_selector_or_effect_that_means_nothing_is_one_line(pfadvisor, write, text, message):
    write("pyproject.toml", f"[tool.pfadvisor]\n{text}\n")
    write("good.py", GOOD)
    ran = pfadvisor("check")
    (line,) = ran.err.splitlines()
    assert ran.code == 2
    assert message in line


@pytest.mark.parametrize(
    "args",
    [
        ("chek",),
        ("check", "--nope"),
        ("check", "--jobs", "0"),
        ("check", "--output-format", "xml"),
        ("check", "--min-speedup", "-1"),
        ("check", "--target-version", "3"),
        ("check", "--config", "nowhere.toml"),
        ("check", "--config", "a = ["),
        ("check", "--config", "workers = 0"),
        ("explain", "PFA999"),
        ("explain", "nowhere.py:3"),
        ("explain",),
        (),
    ],
)
def test_wrong_command_lines_end_with_two(pfadvisor, args):
    ran = pfadvisor(*args)
    assert ran.code == 2
    assert ran.err


def test_interrupts_end_with_130(pfadvisor, write, monkeypatch):
    from pfadvisor import pipeline

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "discover", interrupted)
    assert pfadvisor("check").code == 130


def test_an_unforeseen_error_ends_with_two(pfadvisor, monkeypatch):
    from pfadvisor import pipeline

    def broken(*_):
        raise RuntimeError("what\nnow")

    monkeypatch.setattr(pipeline, "discover", broken)
    ran = pfadvisor("check")
    assert (ran.code, ran.err) == (2, "error: internal error: RuntimeError: what\n")
