"""The stages together, on real loops: the same findings however the files come in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import pfadvisor
from pfadvisor.config import Settings
from pfadvisor.inquiry import Inquiry
from pfadvisor.pipeline import Request, analyze, analyze_text
from pfadvisor.report import View
from pfadvisor.report import json as json_format

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "tests" / "report" / "schema.json"
FIXTURES = sorted((ROOT / "fixtures" / "loops").glob("*.py"))[::9]
WORK = """\
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count
"""
SURVEY = """\
from tools.work import steps


def survey(blocks):
    lengths = []
    for block in blocks:
        lengths.append([steps(n) for n in range(1, 50_000)])
    return lengths


def chain(numbers):
    state = 1
    for n in numbers:
        state = steps(state + n)
    return state
"""


@pytest.fixture
def project(tmp_path):
    for name, text in {
        "pyproject.toml": "",
        "tools/__init__.py": "",
        "tools/work.py": WORK,
        "app/survey.py": SURVEY,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def found(report):
    return [
        (one.filename, one.judgement.loop.ordinal, one.judgement.verdict) for one in report.findings
    ]


def run(project, *paths, show="all", jobs=1):
    return analyze([Path(path) for path in paths], Request(Settings(), project, show), jobs)


def test_findings_do_not_depend_on_the_files_named(project):
    whole = found(run(project, "."))
    apart = found(run(project, "app/survey.py")) + found(run(project, "tools/work.py"))
    assert whole == apart
    assert [verdict for *_, verdict in whole] == ["parallel", "parallel", "serial"]


def test_only_changed_files_are_looked_at_again(project):
    """The rounds of a `fix` share what the other files gave."""
    kept, request = {}, Request(Settings(), project)
    first = analyze([Path(".")], request, 1, kept=kept)
    changed = next(target for target in kept if target.path.name == "survey.py")
    del kept[changed]
    again = analyze([Path(".")], request, 1, kept=kept)
    assert again.findings == first.findings
    assert (again.files, again.loops, again.hidden) == (first.files, first.loops, first.hidden)
    assert dict(again.work)["outcomes known"] == first.files - 1 > 0


def test_findings_do_not_depend_on_jobs():
    requests = Request(Settings(), ROOT, "all")
    one, two = (analyze(FIXTURES, requests, jobs) for jobs in (1, 2))
    assert one.findings == two.findings
    assert (one.files, one.loops, one.hidden) == (two.files, two.loops, two.hidden)


def test_every_loop_has_one_object_that_keeps_to_the_schema():
    report = analyze(FIXTURES, Request(Settings(), ROOT, "all"), 1)
    assert not report.failed
    rows = json.loads(json_format.render(report, View()))
    jsonschema.validate(rows, json.loads(SCHEMA.read_text(encoding="utf-8")))
    loops = {(row["filename"], row["loop"]["ordinal"]) for row in rows}
    assert len(loops) == len(rows) == report.loops


def test_work_is_counted(project):
    (project / "idle.py").write_text("x = 1\n", encoding="utf-8")
    work = dict(run(project, ".").work)
    assert (work["files read"], work["parses"], work["lowered"]) == (4, 5, 2)
    assert work["summaries"] > 0


def test_a_file_without_loops_is_named_if_it_does_not_parse(project):
    (project / "broken.py").write_text("print 'hello'\n", encoding="utf-8")
    assert [failed.filename for failed in run(project, ".").failed] == ["broken.py"]


def test_a_module_is_read_once_however_often_it_is_imported(project):
    for number in range(3):
        (project / f"app/more{number}.py").write_text(SURVEY, encoding="utf-8")
    work = dict(run(project, "app").work)
    assert (work["files read"], work["parses"]) == (6, 5)  # one of them for its imports alone


def test_a_broken_import_is_unknown_and_no_failure(project):
    (project / "tools/work.py").write_text("def steps(:", encoding="utf-8")
    report = run(project, "app", show="all")
    assert not report.failed
    assert "pure-call" in {one.name for one in report.findings[1].judgement.assumptions}


def test_relative_imports_and_source_layouts_are_followed(tmp_path):
    package = tmp_path / "src" / "pkg"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (package / "__init__.py").touch()
    (package / "work.py").write_text(WORK, encoding="utf-8")
    text = SURVEY.replace("from tools.work", "from .work")
    (package / "survey.py").write_text(text, encoding="utf-8")
    verdicts = [verdict for *_, verdict in found(run(tmp_path, "src"))]
    assert verdicts == ["parallel", "parallel", "serial"]


def test_a_file_outside_the_working_directory_is_looked_at(tmp_path):
    """Without a mark of a project above it."""
    here, file = tmp_path / "here", tmp_path / "there" / "a.py"
    here.mkdir()
    file.parent.mkdir()
    file.write_text("def twice(n):\n    return [k * 2 for k in range(n)]\n", encoding="utf-8")
    report = analyze_text(file.read_bytes(), file, Request(Settings(), here, "all"))
    assert (len(report.findings), report.failed) == (1, ())
    (portrait,) = Inquiry(Settings(), here, cached=False).at(str(file), 1)
    assert portrait.location is not None


def test_names_resolve_as_a_script_sees_them(tmp_path):
    for folder, body in (("one", WORK), ("two", "def steps(n):\n    print(n)\n    return n\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "work.py").write_text(body, encoding="utf-8")
        text = SURVEY.replace("from tools.work", "from work")
        (tmp_path / folder / "survey.py").write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").touch()
    report = run(tmp_path, "one/survey.py", "two/survey.py")
    verdicts = {name: [v for n, _, v in found(report) if n == name] for name, *_ in found(report)}
    assert verdicts["one/survey.py"] == ["parallel", "parallel", "serial"]
    assert verdicts["two/survey.py"][1] == "review"


def test_public_functions_give_reports(project, monkeypatch):
    monkeypatch.chdir(project)
    report = pfadvisor.analyze(["app"], show="all")
    assert found(report) == found(run(project, "app"))
    text = WORK + SURVEY.partition("\n")[2]
    assert len(pfadvisor.analyze_source(text, show="all").findings) == 3


def test_a_loop_that_another_one_runs_says_which():
    text = (
        "def spin(n: int) -> int:\n    return sum(n * k % 7 for k in range(100_000))\n\n"
        "def row(ns: list[int]) -> list[int]:\n    return [spin(n) for n in ns]\n\n"
        "def table(rows: list[list[int]]) -> list[list[int]]:\n"
        "    return [row(ns) for ns in rows]\n"
    )
    found = pfadvisor.analyze_source(text, show="all").findings
    told = {one.span.row: one.fix_refused for one in found}
    assert told == {2: "", 5: "it is part of the work of the loop in line 8", 8: ""}


@pytest.mark.parametrize("text", ["for x in\n", "for x in y: z = '\ud800'\n", "for x in y:\0"])
def test_public_functions_never_raise(text):
    report = pfadvisor.analyze_source(text)
    assert len(report.failed) == 1
    assert not report.findings


def test_a_clean_tree_meets_no_libcst(project):
    program = (
        "import sys; from pfadvisor.cli import run; run(['check', '.']); "
        "print('libcst' in sys.modules, 'multiprocessing' in sys.modules, file=sys.stderr)"
    )
    (project / "app/survey.py").write_text(
        "def chain(numbers):\n    state = 1\n    for n in numbers:\n        state = state * n\n",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == "False False\n"


INNER = (
    WORK
    + """

def longest(numbers: list[int]) -> int:
    best = 0
    for n in range(1, 100_000):
        length = steps(n)
        if length > best:
            best = length
    return best
"""
)
OUTER = """\
from inner import longest


def survey(blocks: list[list[int]]) -> list[int]:
    found = []
    for block in blocks:
        found.append(longest(block))
    return found
"""


def proposed(report):
    return [(one.filename, one.judgement.loop.for_row) for one in report.findings]


def test_workers_are_not_told_to_start_workers(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "inner.py").write_text(INNER, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == [("inner.py", 11)]
    (tmp_path / "outer.py").write_text(OUTER, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == [("outer.py", 6)]
    assert proposed(run(tmp_path, "inner.py", show="suggested")) == []
    (inner,) = (
        one for one in run(tmp_path, "inner.py").findings if one.judgement.loop.for_row == 11
    )
    assert (inner.fix, inner.judgement.verdict, inner.judgement.profit.worth) == (
        None, "parallel", "no",
    )  # fmt: skip
    assert "in the workers of the loop at outer.py:6" in inner.message


def test_a_caller_that_is_silenced_starts_no_workers(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "inner.py").write_text(INNER, encoding="utf-8")
    silent = OUTER.replace("in blocks:", "in blocks:  # noqa")
    (tmp_path / "outer.py").write_text(silent, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == [("inner.py", 11)]


def test_a_caller_that_waits_for_an_answer_keeps_its_work_whole(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "inner.py").write_text(INNER, encoding="utf-8")
    asking = OUTER.replace("survey(", "survey(tell, ").replace(
        "        found", "        tell(block)\n        found"
    )
    (tmp_path / "outer.py").write_text(asking, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == []
    assert proposed(run(tmp_path, "inner.py", show="suggested")) == []
    (inner,) = (
        one for one in run(tmp_path, "inner.py").findings if one.judgement.loop.for_row == 11
    )
    assert "part of the work of the loop at outer.py:6" in inner.message


@pytest.mark.parametrize(
    "body",
    [
        "    return longest(blocks[0])",
        "    found = 0\n    for block in blocks:\n        found = longest(block[found:])",
        "    for block in blocks:\n        print(block)\n    return longest(blocks[0])",
    ],
    ids=["without a loop", "in a loop that stays serial", "beside a loop"],
)
def test_a_caller_that_has_no_loop_around_it_takes_nothing(tmp_path, body):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "inner.py").write_text(INNER, encoding="utf-8")
    outer = f"from inner import longest\n\n\ndef survey(blocks):\n{body}\n"
    (tmp_path / "outer.py").write_text(outer, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == [("inner.py", 11)]


def test_mistakes_in_parallel_code_are_findings_of_a_run(project):
    (project / "pool.py").write_text(
        "from multiprocessing import Pool\npool = Pool()\nother = Pool()  # noqa: PFA301\n",
        encoding="utf-8",
    )
    (one,) = run(project, "pool.py").findings
    assert (one.code, one.span.row, one.judgement) == ("PFA301", 2, None)


CALLED = """\
from tools.work import steps


def survey(numbers):
    return [steps(number) for number in numbers]
"""
CALLERS = """\
from app.called import survey


def tables(sizes):
    return [[row for row in survey(size)] for size in sizes]


def others(sizes):
    return [size + 1 for size in sizes]
"""


def test_a_caller_in_another_file_takes_the_loops_of_what_it_calls(project):
    (project / "app/called.py").write_text(CALLED, encoding="utf-8")
    alone = run(project, "app/called.py", show="suggested")
    assert [one.filename for one in alone.findings] == ["app/called.py"]
    (project / "app/callers.py").write_text(CALLERS, encoding="utf-8")
    report = run(project, "app/called.py", show="suggested")
    assert (report.findings, dict(report.hidden)["cheap"]) == ((), 1)
    whole = run(project, "app", show="suggested")
    assert "app/called.py" not in {one.filename for one in whole.findings}


STARTER = """\
from multiprocessing import Pool


def run_all(function, items):
    with Pool() as pool:
        return pool.map(function, items)


def listed(function, items):
    return [function(item) for item in items]
"""
STARTED = """\
{imported}
from tools.work import steps


def survey(numbers):
    return [steps(number) for number in numbers]


def main(blocks):
    return {call}(survey, blocks)
"""


@pytest.mark.parametrize(
    ("imported", "call", "rows"),
    [
        ("from starter import run_all", "run_all", []),
        ("from starter import run_all as go", "go", []),
        ("import starter", "starter.run_all", []),
        ("from starter import listed", "listed", [6]),
    ],
)
def test_what_another_file_hands_to_workers_starts_no_workers(project, imported, call, rows):
    (project / "starter.py").write_text(STARTER, encoding="utf-8")
    text = STARTED.format(imported=imported, call=call)
    (project / "user.py").write_text(text, encoding="utf-8")
    report = run(project, "user.py", show="suggested")
    assert [one.span.row for one in report.findings] == rows


FEW = """\
from tools.work import steps


def total(numbers, shift):
    found = 0
    for number in numbers:
        found += steps(number + shift)
    return found


def main(numbers, shifts):
    return [total(numbers, shift) for shift in {shifts}]
"""


@pytest.mark.parametrize(
    ("shifts", "rows"),
    [("(1, 2, 3)", [6]), ("range(1_000_000)", [12]), ("shifts", [12])],
    ids=["few", "many", "unknown"],
)
def test_where_all_is_wanted_few_iterations_leave_it_to_the_loops_inside(tmp_path, shifts, rows):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/work.py").write_text(WORK, encoding="utf-8")
    (tmp_path / "few.py").write_text(FEW.format(shifts=shifts), encoding="utf-8")
    request = Request(Settings(min_speedup=0), tmp_path)
    report = analyze([tmp_path / "few.py"], request, 1)
    assert [one.span.row for one in report.findings if one.filename == "few.py"] == rows


def test_names_lead_from_loops_to_functions(project):
    from pfadvisor.nesting import leading_to
    from pfadvisor.session import Session
    from pfadvisor.source.files import Target

    text = (
        "from tools import work as w\nfrom tools.work import steps as count\n"
        "def near(n):\n    return w.steps(n)\n"
        "class Far:\n    def go(self, n):\n        return count(n)\n"
        "def a(ns):\n    return [near(n) for n in ns]\n"
        "def b(ns):\n    return [Far().other(n) for n in ns]\n"
        "def c(ns):\n    return [n + 1 for n in ns]\n"
    )
    path = project / "app/named.py"
    path.write_text(text, encoding="utf-8")
    session = Session(Settings(), project)
    facts = session.facts(Target(path, project), session.source(path))
    assert leading_to(frozenset({"steps"}), facts) == {0, 1}
    assert leading_to(frozenset({"unheard"}), facts) == set()


POOLED = """\
from functools import partial, reduce
from multiprocessing import Pool


def transform(matrix, power):
    def multiply(a, b):
        return [[sum(x * y for x, y in zip(row, c)) for c in zip(*b)] for row in a]

    return reduce(multiply, [matrix] * power)


def work(step, matrix):
    return step(matrix)


def run(matrices):
    step = partial(transform, power=40)
    with Pool() as pool:
        return pool.map(partial(work, step), matrices)
"""


def test_what_a_partial_carries_into_a_worker_starts_no_workers(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "pooled.py").write_text(POOLED, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == []
    free = POOLED.replace("partial(work, step)", "work").replace("step(matrix)", "matrix")
    (tmp_path / "pooled.py").write_text(free, encoding="utf-8")
    assert proposed(run(tmp_path, ".", show="suggested")) == [("pooled.py", 7)]


def test_forgetting_evaluations_changes_no_finding(monkeypatch):
    request = Request(Settings(), ROOT, "all")
    projects = [ROOT / "fixtures" / "projects"]
    kept = analyze(projects, request, 1).findings
    monkeypatch.setattr("pfadvisor.effects.program.MOST_KEPT", 0)
    assert analyze(projects, request, 1).findings == kept


LEVEL = """\
from tools.work import steps

TABLE = [steps(n) for n in range(1, 50_000)]
"""


@pytest.mark.parametrize("importer", ["", "import tables\n", "from tables import TABLE\n"])
def test_a_module_that_others_import_gets_no_guard(project, importer):
    """Below `if __name__ == "__main__"` an import would no longer find what the loop makes."""
    (project / "tables.py").write_text(LEVEL, encoding="utf-8")
    (project / "user.py").write_text(importer, encoding="utf-8")
    request = Request(Settings(min_speedup=0), project, "all", unsafe=True)
    (found,) = analyze([project / "tables.py"], request, 1).findings
    assert (found.fix is None) == bool(importer)
    assert ("another module imports" in found.fix_refused) == bool(importer)


def test_who_imports_a_module_is_asked_again_in_each_run(project, monkeypatch):
    """The outcome is not kept: another file may begin to import it."""
    monkeypatch.setenv("PFADVISOR_CACHE_DIR", str(project / "cache"))
    (project / "tables.py").write_text(LEVEL, encoding="utf-8")
    asked = Request(Settings(min_speedup=0), project, "all", unsafe=True, cached=True)
    (found,) = analyze([project / "tables.py"], asked, 1).findings
    assert found.fix is not None
    (project / "user.py").write_text("import tables\n", encoding="utf-8")
    (found,) = analyze([project / "tables.py"], asked, 1).findings
    assert found.fix is None
