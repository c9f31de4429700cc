"""Functions that are called in many ways: what their summaries may forget of a call."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pfadvisor.config import Settings
from pfadvisor.effects.values import OPAQUE, Val, join, join_all
from pfadvisor.pipeline import Request, analyze

BASE = """
class Task:
    def run(self, n):
        for k in range(300):
            n = (n * 31 + k) % 65537
        return self.step(n)

    def step(self, n):
        return n
"""
DERIVED = """
class Task{number}(Task):
    def step(self, n):
        return n + {number}
"""
COUNTING = """
class Last(Task):
    seen = []

    def step(self, n):
        {last}
        return n + len(self.seen)


def first(numbers):
    return [({calls}) for n in numbers]


def survey(numbers):
    task = Last()
    return [task.run(n) for n in numbers]
"""


def verdict(folder: Path, ways: int, last: str) -> str:
    calls = ", ".join(f"Task{number}().run(n)" for number in range(ways))
    derived = "".join(DERIVED.format(number=number) for number in range(ways))
    text = "from base import Task\n\n" + derived + COUNTING.format(last=last, calls=calls)
    (folder / "base.py").write_text(dedent(BASE), encoding="utf-8")
    (folder / "app.py").write_text(text, encoding="utf-8")
    report = analyze([folder], Request(Settings(), folder, "all", fixes=False), jobs=1)
    row = next(n for n, line in enumerate(text.splitlines(), 1) if "task.run(n)" in line)
    (found,) = (one.judgement for one in report.findings if one.noqa_row == row)
    assert found is not None
    return found.verdict


@pytest.mark.parametrize("ways", [1, 4, 6, 20])
def test_a_class_that_the_callee_does_not_see_is_told_however_many_there_are(tmp_path, ways):
    assert verdict(tmp_path, ways, "self.seen.append(n)") == "serial"


@pytest.mark.parametrize("ways", [1, 6, 20])
def test_what_is_told_of_many_is_as_good_as_what_is_told_of_one(tmp_path, ways):
    assert verdict(tmp_path, ways, "n += 1") == verdict(tmp_path, 0, "n += 1") != "serial"


def test_a_call_in_more_ways_than_are_told_is_one_of_unknown_code(tmp_path):
    assert verdict(tmp_path, 40, "self.seen.append(n)") == "review"


def test_code_that_is_too_much_to_name_is_any_code() -> None:
    values = [
        Val(frozenset(), frozenset({"function"}), frozenset({("known", f"m.f{n}")}))
        for n in range(200)
    ]
    joined = join_all(values)
    assert (joined.types, joined.funcs) == (None, OPAQUE)
    assert join(joined, values[0]) == joined == join(values[0], joined)
    assert join_all(values[:5]).funcs == frozenset(("known", f"m.f{n}") for n in range(5))
