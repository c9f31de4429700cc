"""State of one module that another one sets while the program runs: a fresh worker lacks it."""

from __future__ import annotations

import pytest

from pfadvisor.config import Settings
from pfadvisor.pipeline import analyze
from pfadvisor.stages import Request

WORK = """
import config


def crunch(n, salt):
    for k in range(30000):
        n = (n * 31 + k + salt) % 65537
    return n


def step(n):
    return crunch(n, config.rate)
"""
CONFIG = """
rate = 1
other = 1


class Limits:
    rate = 1


def rated():
    return rate
"""
MAIN = """
import config
from work import step


def run(n):
    {setting}
    return [step(k) for k in range(n)]


if __name__ == "__main__":
    print(run(12))
"""
ASKED = {
    "by an assignment": "config.rate = 5",
    "by setattr": "setattr(config, 'rate', 5)",
    "by a name that is computed": "setattr(config, ''.join('rate'), 5)",
    "in its namespace": "vars(config)['rate'] = 5",
    "by an update of it": "config.__dict__.update(rate=5)",
    "through another name": "import config as c; c.rate = 5",
    "deleted": "del config.rate",
}
SILENT = {
    "another name": "config.other = 5",
    "a class of it": "setattr(config.Limits, ''.join('rate'), 5)",
    "another module": "import math; setattr(math, ''.join('rate'), 5)",
    "the name elsewhere": "import math; math.rate = 5",
}


@pytest.fixture
def verdicts(tmp_path):
    def judged(**files: str):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        report = analyze([tmp_path], Request(Settings(), tmp_path, "all"))
        one = next(f for f in report.findings if f.judgement and f.judgement.loop.form == "list")
        return one.judgement.verdict, [a.subject for a in one.judgement.assumptions]

    return judged


@pytest.mark.parametrize("setting", ASKED.values(), ids=ASKED.keys())
def test_what_another_module_sets_is_asked_about(verdicts, setting):
    files = {"work": WORK, "config": CONFIG, "main": MAIN.format(setting=setting)}
    assert verdicts(**files) == ("review", ["rate"])


@pytest.mark.parametrize("setting", SILENT.values(), ids=SILENT.keys())
def test_what_it_does_not_read_is_not(verdicts, setting):
    files = {"work": WORK, "config": CONFIG, "main": MAIN.format(setting=setting)}
    assert verdicts(**files) == ("parallel", [])


def test_what_its_own_module_reads(verdicts):
    work = WORK.replace("config.rate", "config.rated()")
    main = MAIN.format(setting="config.rate = 5")
    assert verdicts(work=work, config=CONFIG, main=main) == ("review", ["rate"])
