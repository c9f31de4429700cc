"""What is told from facts alone is what the judge would say, and spares him the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor import selection
from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((ROOT / "fixtures" / "loops").glob("*.py"))[4::9]
CHEAP = {
    "appends": "    out = []\n    for x in xs:\n        out.append(x + 1)\n    return out\n",
    "builtins": "    return [len(x) for x in xs if isinstance(x, str)]\n",
    "a small function": "    return [small(x) for x in xs]\n\n\ndef small(x):\n    return x + 1\n",
    "yields": "    for x in xs:\n        yield heavy(x)\n",
}
DEAR = {
    "a function": "    return [heavy(x) for x in xs]\n",
    "a function of a function": "    return [between(x) for x in xs]\n\n\n"
    "def between(x):\n    return heavy(x)\n",
    "itself": "    return [run(x) for x in xs]\n",
    "one of two": "    return [either(x) for x in xs]\n\n\nif heavy:\n"
    "    def either(x):\n        return x\nelse:\n    def either(x):\n        return heavy(x)\n",
    "a loop": "    return [max(i * i for i in range(x)) for x in xs]\n",
    "a while": "    out = []\n    for x in xs:\n        while x > 1:\n            x = x // 2\n"
    "        out.append(x)\n    return out\n",
    "a method called as a builtin one": "    return [Sink().append(x) for x in xs]\n",
    "a property": "    return [Sink(x).value for x in xs]\n",
    "an operator": "    return [Sink(x) + 1 for x in xs]\n",
    "an item": "    return [Sink(x)[1] for x in xs]\n",
    "a sum": "    return [sum(range(1_000_000)) for x in xs]\n",
    "two loops in one": "    return [x + y for x in xs for y in range(x)]\n",
    "a hidden builtin": "    return [len(x) for x in xs]\n",
}
BESIDE = """\
def heavy(n):
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return n


class Small:
    def twice(self, x):
        return x + x


class Sink:
    def __init__(self, x=1):
        self.x = x

    def append(self, n):
        return heavy(n)

    @property
    def value(self):
        return heavy(self.x)

    def __add__(self, other):
        return heavy(self.x + other)

    def __getitem__(self, i):
        return heavy(i)


"""
HEAD = "def run(xs):\n"


def run(folder, body, show="suggested"):
    (folder / "one.py").write_text(body, encoding="utf-8")
    return analyze([folder], Request(Settings(), folder, show, fixes=False), 1)


@pytest.mark.parametrize("name", CHEAP)
def test_what_cannot_pay_is_not_evaluated(tmp_path, name):
    report = run(tmp_path, HEAD + CHEAP[name])
    assert (report.findings, report.loops) == ((), 1)
    assert "evaluations" not in dict(report.work)
    assert dict(run(tmp_path, HEAD + CHEAP[name], "all").work)["evaluations"]


@pytest.mark.parametrize("name", DEAR)
def test_what_may_pay_is_evaluated(tmp_path, name):
    body = BESIDE + HEAD + DEAR[name] + "\n\ndef len(x):\n    return heavy(x)\n"
    assert dict(run(tmp_path, body).work)["evaluations"]


def told(findings):
    return [
        (one.filename, one.judgement.loop.ordinal, one.code, one.judgement.profit)
        for one in findings
        if one.judgement is not None
    ]


def test_the_judge_shows_the_same_loops():
    def findings(show):
        return analyze(FIXTURES, Request(Settings(), ROOT, show, fixes=False), 1).findings

    shown = [one for one in findings("all") if selection.is_shown(one, Settings(), "suggested")]
    assert told(findings("suggested")) == told(shown)
