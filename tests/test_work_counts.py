"""How much work a run does, counted: what is read once is parsed once, what repeats is free."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze

WORK = """\
def weight(n):
    total = 0
    for i in range(n):
        total += i * i
    return total
"""
LOOP = """
def survey_{number}(names):
    return [weight(len(name)) for name in names]
"""


@pytest.fixture
def counted(tmp_path: Path):
    """The work of a run over one file with that many loops that call one function."""

    def run(loops: int, files: int = 1, jobs: int = 1) -> dict[str, int]:
        (tmp_path / "pyproject.toml").touch()
        (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
        body = "from work import weight\n" + "".join(LOOP.format(number=n) for n in range(loops))
        for number in range(files):
            (tmp_path / f"survey_{number}.py").write_text(body, encoding="utf-8")
        request = Request(Settings(), tmp_path, "all", fixes=False)
        return dict(analyze([tmp_path], request, jobs).work)

    return run


@pytest.mark.parametrize("files", [1, 4])
def test_no_file_is_parsed_twice(counted, files):
    work = counted(3, files)
    assert work["parses"] == work["lowered"] == files + 1


def test_loops_that_call_one_function_share_its_summary(counted):
    assert counted(12)["summaries"] == counted(2)["summaries"]


def test_files_that_import_one_module_share_its_summaries(counted):
    assert counted(2, 5)["summaries"] == counted(2, 1)["summaries"]


def test_a_worker_reads_a_module_once_for_all_its_chunks(counted):
    files, jobs = 24, 2
    assert counted(2, files, jobs)["parses"] <= files + 1 + jobs


def test_straight_code_is_evaluated_once_per_function(tmp_path):
    text = "def shown(rows):\n    return sorted(rows)\n\n\nfor row in shown([]):\n    print(row)\n"
    (tmp_path / "one.py").write_text(text, encoding="utf-8")
    work = dict(analyze([tmp_path], Request(Settings(), tmp_path, "all", fixes=False), 1).work)
    assert work["summaries"] == 1


SENT = """\
class Scale:
    def __init__(self, factor):
        self.factor = factor

    def of(self, n):
        while n > 1:
            n = n // 2 * self.factor
        return n


def scaled(sizes, scale: Scale):
    return [scale.of(n) for n in sizes]
"""
BESIDE = """

def report_{number}(rows):
    return sorted(rows)
"""


def test_who_makes_what_is_sent_is_looked_for_by_name(tmp_path):
    def work(others: int) -> int:
        text = SENT + "".join(BESIDE.format(number=n) for n in range(others))
        (tmp_path / "one.py").write_text(text, encoding="utf-8")
        report = analyze([tmp_path], Request(Settings(), tmp_path, "all", fixes=False), 1)
        assert report.findings[0].judgement.assumptions[-1].name == "picklable"
        return dict(report.work)["evaluations"]

    assert work(40) == work(1)


APPLYING = """
def doubled(rows):
    return [2 * row for row in rows]


def changed(frame):
    return frame.apply(doubled)
"""


def test_what_is_handed_to_workers_is_looked_for_by_name(tmp_path):
    def work(others: int) -> int:
        text = APPLYING + "".join(BESIDE.format(number=n) for n in range(others))
        (tmp_path / "one.py").write_text(text, encoding="utf-8")
        report = analyze([tmp_path], Request(Settings(), tmp_path, "all", fixes=False), 1)
        return dict(report.work)["evaluations"]

    assert work(40) == work(1)


def instructions(folder: Path, text: str) -> int:
    (folder / "one.py").write_text(text, encoding="utf-8")
    request = Request(Settings(), folder, "all", fixes=False)
    return dict(analyze([folder], request, jobs=1).work)["instructions"]


BUSY = """\
def totals(rows):
{before}
    total, seen = 0, []
    for row in rows:
        total += row
        seen.append(total)
{after}
    return total, seen
"""


@pytest.mark.parametrize("where", ["before", "after"])
def test_only_a_loop_is_evaluated_again(tmp_path, where):
    def of(lines: int) -> int:
        code = {"before": "", "after": ""} | {where: "    rows = list(rows)\n" * lines}
        return instructions(tmp_path, BUSY.format(**code))

    # each line is a name, a call and a binding
    assert of(20) - of(10) == (of(10) - of(9)) * 10
    assert of(10) - of(9) <= 3


@pytest.mark.parametrize("text", ["x = 1\n", "for x in []:\n    print(x)\n"])
def test_without_a_fix_libcst_stays_away(tmp_path, text):
    (tmp_path / "one.py").write_text(text, encoding="utf-8")
    code = "import sys; from pfadvisor.cli import main; main(standalone_mode=False)"
    program = f"{code}; assert 'libcst' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", program, "check", str(tmp_path)], capture_output=True, text=True
    )
    assert "AssertionError" not in done.stderr


SHARED = "for row in rows:\n    out.append(comb(row, {n}))\n"
OWN = "out_{n} = []\nfor row in rows:\n    out_{n}.append(comb(row, {n}))\n"
BRANCHES = "if rows[{n}:]:\n    for row in rows:\n        out.append(comb(row, {n}))\nelse:\n    out = []\n"
HANDLED = "try:\n    for row in rows:\n        out.append(comb(row, {n}))\nexcept ValueError:\n    out = []\n"
MODULE = "import sys\nfrom math import comb\n\nrows, out = sys.argv, []\n"
FUNCTION = "from math import comb\n\n\ndef run(rows, out):\n    pass\n"


@pytest.mark.parametrize("start", [MODULE, FUNCTION], ids=["module", "function"])
@pytest.mark.parametrize("loop", [SHARED, OWN, BRANCHES, HANDLED])
def test_twice_as_many_loops_in_one_body_take_twice_the_lines(tmp_path, start, loop):
    indent = "    " if start == FUNCTION else ""

    def of(loops: int) -> int:
        body = "".join(loop.format(n=n) for n in range(loops))
        text = start + textwrap.indent(body, indent)
        (tmp_path / "one.py").write_text(text, encoding="utf-8")
        with lines_run() as lines:
            analyze([tmp_path], Request(Settings(), tmp_path, "all", fixes=False), jobs=1)
        return lines.total()

    of(1)  # reads the tables of what is known
    few, some, many = map(of, (15, 30, 60))
    assert many - some < 2.15 * (some - few)


@contextmanager
def lines_run() -> Iterator[Counter[str]]:
    """Counts the lines that Python runs, and what else its tracer is told of."""
    found, before = Counter[str](), sys.gettrace()

    def trace(_frame, event, _argument):
        found[event] += 1
        return trace

    sys.settrace(trace)
    try:
        yield found
    finally:
        sys.settrace(before)


CONTEXTS = """
class Scale:
    def __init__(self, factor):
        self.factor = factor

    def of(self, x):
        return x * self.factor

    def all_of(self, xs, quick=False, unused=None):
        if quick:
            return list(xs)
        return [self.of(x) for x in xs]


def survey(rows):
    scale = Scale(3)
    for row in rows:
        print(scale.all_of(row), scale.all_of(row, {first}), scale.all_of(row, {second}, {third}))
"""


def test_only_what_a_function_makes_use_of_tells_its_contexts_apart(tmp_path):
    def summaries(first: str, second: str, third: str) -> int:
        text = CONTEXTS.format(first=first, second=second, third=third)
        (tmp_path / "one.py").write_text(text, encoding="utf-8")
        request = Request(Settings(), tmp_path, "all", fixes=False)
        return dict(analyze([tmp_path], request, jobs=1).work)["summaries"]

    assert summaries("True", "False", "'x'") == summaries("False", "False", "None")


HOOKED = """
class Hooked:
    def __getattr__(self, name):
        self.asked = name
        return name
{properties}

def asked(x, name):
    return getattr(x, name)


def survey(rows):
    for row in rows:
        print(asked(row, str(row)))
"""
PROPERTY = """
    @property
    def p{number}(self):
        self.seen = {number}
"""


def test_hooks_of_attributes_are_entered_once_whatever_the_properties(tmp_path):
    def instantiations(properties: int) -> int:
        inside = "".join(PROPERTY.format(number=n) for n in range(properties))
        (tmp_path / "one.py").write_text(HOOKED.format(properties=inside), encoding="utf-8")
        request = Request(Settings(), tmp_path, "all", fixes=False)
        return dict(analyze([tmp_path], request, jobs=1).work)["instantiations"]

    evaluated = instantiations(2) - instantiations(1)
    assert instantiations(9) - instantiations(8) == evaluated <= 2
