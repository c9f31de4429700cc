"""What each format makes of one report, and that JSON keeps to its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from pfadvisor import registry
from pfadvisor.model import (
    Access,
    Assumption,
    Blocker,
    Dependence,
    Edit,
    Finding,
    Fix,
    Granule,
    Judgement,
    Location,
    LoopId,
    Profit,
    Related,
    Report,
    Span,
    Term,
)
from pfadvisor.report import View
from pfadvisor.report import concise as concise_format
from pfadvisor.report import json as json_format
from pfadvisor.report import text as text_format
from pfadvisor.report._explain import explain
from pfadvisor.report._snippet import snippet

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
SOURCE = {
    "a.py": [
        "def f(paths):",
        "    out = []",
        "    for path in paths:",
        "        out.append(measure(path))",
        "    return out",
        "for x in xs:",
        "    total = total + x",
    ]
}


def line(filename, row):
    rows = SOURCE.get(filename, [])
    return rows[row - 1] if 0 < row <= len(rows) else ""


VIEW = View(line)
SPAN = Span(3, 5, 4, 34)
LOOP = LoopId("a.py", "for", 0, 3, 5, SPAN, "for path in paths")
PROFIT = Profit(
    "depends", None, (1e-4, 1e-2), 40, (1.3, float("inf")), 2, (Term("pool", (0.05, 0.1), "table"),)
)
PARALLEL = Judgement(LOOP, "parallel", "map", "cpu", "held", "multiprocessing", (), (), PROFIT)
FIX = Fix("safe", "Use multiprocessing.Pool", (Edit(SPAN, "out = pool.map(measure, paths)"),))
ASSUMPTION = Assumption(
    "pure-call", "measure", "`measure` does nothing else", Location("a.py", Span(4, 20, 4, 27))
)
OTHER = replace(
    LOOP, ordinal=1, for_row=6, for_column=1, span=Span(6, 1, 7, 22), header="for x in xs"
)
WRITE = Location("a.py", Span(7, 5, 7, 22))
READ = Location("b.py", Span(70, 13, 70, 18))
BLOCKER = Blocker(
    "PFA201", "carried-value", "`total` is needed by the next iteration", WRITE,
    (Related(READ, "read here"),), "sum partial results",
)  # fmt: skip
SERIAL = Judgement(
    OTHER, "serial", None, None, None, None, (), (BLOCKER,), None,
    (Dependence("flow", Access("total", True, WRITE), Access("total", False, READ), True, 1),),
    (Granule("statement", Span(7, 5, 7, 22), "head"),),
)  # fmt: skip


def finding(judgement, code="PFA101", name="sequential-map", **more):
    loop = judgement.loop
    return Finding(
        code, name, "iterations are independent", loop.filename, loop.span, loop.for_row,
        judgement=judgement, **more,
    )  # fmt: skip


FOUND = finding(PARALLEL, fix=FIX)
QUESTION = finding(
    replace(PARALLEL, verdict="review", assumptions=(ASSUMPTION,)),
    fix=replace(FIX, applicability="unsafe"),
)
REFUSED = finding(PARALLEL, fix_refused="it needs two statements")
BLOCKED = finding(SERIAL, "PFA201", "carried-value")
MISTAKE = Finding("PFA301", "no-guard", "a pool without guard", "a.py", Span(1, 1, 1, 14), 1)
EVERY = Report(
    (FOUND, QUESTION, REFUSED, BLOCKED, MISTAKE), files=2, loops=12, hidden=(("review", 9),)
)
NOTHING = Report((), files=1, loops=3)


@pytest.mark.parametrize("report", [EVERY, NOTHING], ids=["every kind", "nothing"])
def test_json_keeps_to_its_schema(report):
    rows = json.loads(json_format.render(report, VIEW))
    jsonschema.validate(rows, SCHEMA)
    assert len(rows) == len(report.findings)


def test_json_has_ruffs_keys_first():
    row = json.loads(json_format.render(EVERY, VIEW))[0]
    assert list(row)[:9] == [
        "code", "name", "message", "filename", "location", "end_location", "noqa_row", "url", "fix",
    ]  # fmt: skip
    assert row["loop"] == {
        "form": "for", "ordinal": 0, "for_row": 3, "for_column": 5, "enclosed_by": None,
    }  # fmt: skip
    assert row["profit"]["speedup"] == [1.3, None]


def test_json_says_in_the_message_why_there_is_no_fix():
    rows = json.loads(json_format.render(EVERY, VIEW))
    assert rows[2]["fix"] is None
    assert rows[2]["message"].endswith("not rewritten: it needs two statements")


def test_json_of_a_mistake_speaks_of_no_loop():
    row = json.loads(json_format.render(EVERY, VIEW))[4]
    assert (row["loop"], row["verdict"], row["profit"]) == (None, None, None)


def test_json_statistics_count_rules():
    rows = json.loads(json_format.render(EVERY, View(line, statistics=True)))
    assert rows[0] == {"code": "PFA101", "name": "sequential-map", "count": 3, "fixable": 1}


def test_text_shows_the_source_and_what_to_do():
    shown = text_format.render(replace(EVERY, findings=(FOUND,)), VIEW)
    assert shown.splitlines()[:6] == [
        "PFA101 sequential-map [*]: iterations are independent",
        " --> a.py:3:5",
        "  |",
        "3 |     for path in paths:",
        "  |     ^^^^^^^^^^^^^^^^^^",
        "help: Use multiprocessing.Pool (`pfadvisor fix`)",
    ]
    assert "[*] 1 fixable with `pfadvisor fix`." in shown
    assert "9 more under review that may gain: --review" in shown


def test_text_of_a_question_names_the_comment_that_answers_it():
    shown = text_format.render(replace(EVERY, findings=(QUESTION,)), VIEW)
    assert "note: pure-call:measure: `measure` does nothing else" in shown
    assert "# pfadvisor: assume[pure-call:measure]" in shown
    assert "--unsafe-fixes" in shown and "[*]" not in shown


def test_text_of_a_serial_loop_shows_both_places():
    shown = text_format.render(replace(EVERY, findings=(BLOCKED,)), VIEW)
    assert "a.py:7:5" in shown and "    total = total + x" in shown
    assert "b.py:70:13" in shown and "read here" in shown
    assert "--unsafe-fixes" not in shown


def test_text_without_findings_is_one_line():
    assert text_format.render(NOTHING, VIEW) == "Nothing to suggest among 3 loops in 1 file.\n"


def test_statistics_are_sorted_by_count():
    shown = text_format.render(EVERY, View(line, statistics=True)).splitlines()
    assert shown[0] == "3  PFA101  [*] sequential-map"


def test_concise_is_a_line_per_finding():
    lines = concise_format.render(EVERY, VIEW).splitlines()
    assert lines[0] == "a.py:3:5: PFA101 [*] iterations are independent"
    assert lines[1] == "a.py:3:5: PFA101 iterations are independent"


@pytest.mark.parametrize("name", registry.names("pfadvisor.report"))
def test_no_format_colours_unasked_or_needs_source(name):
    module = registry.load("pfadvisor.report", name)
    for report in (EVERY, NOTHING):
        assert "\x1b" not in module.render(report, View())


def test_colours_only_if_asked():
    assert "\x1b[" in text_format.render(EVERY, View(line, colour=True))


@pytest.mark.parametrize(
    ("row", "span", "shown", "carets"),
    [
        ("\tfor x in y:", Span(1, 2, 2, 5), "    for x in y:", "    ^^^^^^^^^^^"),
        (
            "表 = [f(x) for x in y]",
            Span(1, 5, 1, 22),
            "表 = [f(x) for x in y]",
            "     ^" + "^" * 16,
        ),
        ("x\x1b[31m = 1", Span(1, 1, 1, 2), "x\ufffd[31m = 1", "^"),
        ("for", Span(1, 40, 1, 50), "for", "   ^"),
    ],
    ids=["tab", "wide", "control", "outside"],
)
def test_carets_stand_below_what_is_meant(row, span, shown, carets):
    lines = snippet(View(lambda *_: row), Location("a.py", span))
    assert lines[1] == f"1 | {shown}"
    assert lines[2] == f"  | {carets}"


def test_a_long_line_is_clipped_around_its_span():
    row = "x = 1; " * 100_000 + "for a in b: pass"
    lines = snippet(View(lambda *_: row), Location("a.py", Span(1, 700_001, 1, 700_017)))
    assert all(len(one) < 250 for one in lines)
    assert "for a in b: pass" in lines[1]


def test_a_place_without_source_shows_no_snippet():
    assert snippet(View(), Location("a.py", SPAN)) == []


def test_explain_prints_the_chain():
    shown = explain(BLOCKED, VIEW)
    for part in (
        "verdict  serial", "head         7  total = total + x", "flow on total, carried, distance 1",
        "from: writes total at a.py:7:5", "to: reads total at b.py:70:13", "explain trust",
    ):  # fmt: skip
        assert part in shown
    assert "Assumptions" not in shown and "Profit" not in shown


def test_explain_prints_the_numbers():
    shown = explain(FOUND, VIEW)
    for part in ("worth                  depends", "0.0001 to 0.01", "40 iterations", "(table)"):
        assert part in shown
    assert "Blockers" not in shown and "Assumptions" not in shown
