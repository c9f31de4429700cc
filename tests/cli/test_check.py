"""`pfadvisor check`: what is shown, what is hidden, and with which exit code."""

from __future__ import annotations

import io
import json
import multiprocessing
import sys
from types import SimpleNamespace

import pytest


def loop(word: str, comment: str = "") -> str:
    return f"for x in {word}:{comment}\n    f(x)\n"


def rows(ran):
    return [(row["filename"], row["location"]["row"]) for row in json.loads(ran.out)]


def check(pfadvisor, *args):
    return pfadvisor("check", "--output-format", "json", *args)


@pytest.mark.parametrize(
    ("word", "shown", "code"),
    [
        ("good", True, 1),
        ("maybe", True, 1),
        ("rarely", False, 0),
        ("cheap", False, 0),
        ("asked", True, 0),
        ("doubtful", False, 0),
        ("stuck", False, 0),
    ],
)
def test_default_shows_what_is_proved_and_pays(pfadvisor, write, word, shown, code):
    write("a.py", loop(word))
    ran = check(pfadvisor)
    assert rows(ran) == ([("a.py", 1)] if shown else [])
    assert ran.code == code


def test_review_adds_what_needs_assumptions_and_fails_nothing(pfadvisor, write):
    write("a.py", loop("doubtful") + loop("stuck") + loop("cheap"))
    ran = check(pfadvisor, "--review")
    assert rows(ran) == [("a.py", 1)]
    assert ran.code == 0


def test_all_shows_every_loop_once(pfadvisor, write):
    words = ["good", "cheap", "stuck", "doubtful", "rarely"]
    write("a.py", "".join(map(loop, words)) + "y = [f(x) for x in stuck]\n")
    found = json.loads(check(pfadvisor, "--all").out)
    assert [row["loop"]["ordinal"] for row in found] == [0, 1, 2, 3, 4, 5]
    assert [row["code"] for row in found][1:3] == ["PFA219", "PFA201"]


def test_summary_counts_what_is_hidden(pfadvisor, write):
    write("a.py", loop("doubtful") * 3)
    ran = pfadvisor("check")
    assert "3 more under review that may gain: --review" in ran.out
    assert ran.code == 0


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--select", "PFA1"), 1),
        (("--select", "PFA101,PFA104"), 1),
        (("--select", "sequential-foreach"), 1),
        (("--select", "PFA2"), 0),
        (("--ignore", "PFA104"), 0),
        (("--ignore", "PFA101"), 1),
        (("--ignore", "sequential-foreach"), 0),
        (("--config", "per-file-ignores = {'*.py' = ['PFA1']}"), 0),
        (("--config", "per-file-ignores = {'tests/*' = ['PFA1']}"), 1),
    ],
)
def test_selectors(pfadvisor, write, options, count):
    write("a.py", loop("good"))
    ran = check(pfadvisor, *options)
    assert len(rows(ran)) == count
    assert ran.code == count


@pytest.mark.parametrize(
    "comment",
    ["  # noqa", "  # noqa: PFA104", "  # pfadvisor: ignore[PFA104] why not"],
)
def test_comments_silence(pfadvisor, write, comment):
    write("a.py", loop("good", comment))
    ran = check(pfadvisor)
    assert (rows(ran), ran.code) == ([], 0)


@pytest.mark.parametrize(
    ("arguments", "comment"),
    [
        (("--assume", "pure-call"), ""),
        (("--assume", "pure-call:send"), ""),
        (("--config", 'assume = ["pure-call:s*"]'), ""),
        ((), "  # pfadvisor: assume[pure-call:send]"),
        ((), "  # pfadvisor: assume[pure-call]"),
    ],
)
def test_an_answered_question_is_proved(pfadvisor, write, arguments, comment):
    write("a.py", loop("doubtful", comment))
    ran = check(pfadvisor, *arguments)
    (row,) = json.loads(ran.out)
    assert (row["verdict"], row["assumptions"], ran.code) == ("parallel", [], 1)


@pytest.mark.parametrize("answer", ["no-alias", "pure-call:other", "pure-call:sen"])
def test_another_answer_proves_nothing(pfadvisor, write, answer):
    write("a.py", loop("doubtful"))
    assert check(pfadvisor, "--assume", answer).code == 0


def test_max_break_even_is_a_setting(pfadvisor, write):
    write("a.py", loop("rarely"))
    write("pyproject.toml", "[tool.pfadvisor]\nmax-break-even = 1_000_000\n")
    assert check(pfadvisor).code == 1
    assert check(pfadvisor, "--isolated").code == 0


def test_exit_zero_forgives_findings_but_not_errors(pfadvisor, write):
    write("a.py", loop("good"))
    assert pfadvisor("check", "--exit-zero").code == 0
    assert pfadvisor("check", "--exit-zero", "missing.py").code == 2


def test_statistics(pfadvisor, write):
    write("a.py", loop("good") * 3)
    ran = pfadvisor("check", "--statistics")
    assert ran.out.startswith("3  PFA104  [*] sequential-foreach\n")


def stdin(monkeypatch, data: bytes):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_standard_input_has_a_name(pfadvisor, write, monkeypatch):
    stdin(monkeypatch, loop("good").encode())
    ran = check(pfadvisor, "-", "--stdin-filename", "src/a.py")
    assert (rows(ran), ran.code) == ([("src/a.py", 1)], 1)
    stdin(monkeypatch, loop("good").encode())
    shown = pfadvisor("check", "-").out
    assert "--> <stdin>:1:1" in shown and "1 | for x in good:" in shown


def test_standard_input_stands_alone(pfadvisor):
    assert pfadvisor("check", "-", "a.py").code == 2


def test_output_goes_to_a_file_if_asked(pfadvisor, write, tmp_path):
    write("a.py", loop("good"))
    ran = pfadvisor("check", "-o", "out.txt", "--output-format", "concise")
    assert ran.out == ""
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").startswith("a.py:1:1: PFA104 [*]")


def test_a_fix_that_cannot_be_built_says_why(pfadvisor, write):
    write("a.py", loop("maybe"))
    (row,) = json.loads(check(pfadvisor).out)
    assert row["fix"] is None
    assert row["message"].endswith("not rewritten: perhaps not")


FORKED = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="workers would meet the real judge"
)


@FORKED
def test_a_worker_that_dies_costs_its_file_alone(pfadvisor, write):
    for number in range(4):
        write(f"m{number}.py", loop("good"))
    write("m2.py", loop("fatal"))
    ran = check(pfadvisor, "--jobs", "2")
    assert [name for name, _ in rows(ran)] == ["m0.py", "m1.py", "m3.py"]
    assert (ran.code, ran.err) == (2, "error: m2.py: internal error: the analysis crashed\n")


@FORKED
def test_jobs_change_nothing(pfadvisor, write):
    for number in range(12):
        write(f"p{number % 3}/m{number}.py", loop("good") + loop("asked"))
    one, two = check(pfadvisor, "--jobs", "1"), check(pfadvisor, "--jobs", "2")
    assert one.out == two.out
    assert len(rows(one)) == 24


def test_names_outside_the_working_directory_are_absolute(pfadvisor, write, monkeypatch, tmp_path):
    file = write("a.py", loop("good"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert rows(check(pfadvisor, "../a.py")) == [(str(file), 1)]
