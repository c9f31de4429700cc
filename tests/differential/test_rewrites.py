"""A rewritten program does what the program did, under every start method."""

from __future__ import annotations

import ast
import importlib.util
import os
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import islice

import pytest

from pfadvisor.rules._mistakes import mistakes

from .case import METHODS, Case, load, load_all
from .compare import differences, explain
from .lab import Fixed, Lab, fix
from .runner import Run
from .slices import Point, chosen, matrix

CASES = load_all()
DECIDED = [case for case in CASES if case.verdict != "open"]
BACKENDS = [(case, backend) for case in CASES for backend in case.backends]
PROVED = ("parallel", "pipeline")
AHEAD = 6

needs_cli = pytest.mark.skipif(
    importlib.util.find_spec("pfadvisor.cli.fix") is None, reason="pfadvisor has no fix command"
)


def named(value: object) -> str:
    return value.name if isinstance(value, Case) else str(value)


def rewritten(lab: Lab, case: Case, backend: str = "auto") -> Fixed:
    fixed = lab.fixed(case, backend, unsafe=case.verdict in ("review", "serial"))
    assert fixed.code in (0, 1), f"fix failed on {case.name}:\n{fixed.log}"
    return fixed


def untouched(case: Case, text: str) -> list[str]:
    """The marked lines of the case that stand in the text as they were."""
    lines = text.splitlines()
    return [line for line in case.marked if line in lines]


def look_ahead(lab: Lab, points: Sequence[Point], point: Point) -> None:
    """Starts what the next tests will ask for, unless other processes run those tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    known = {case.name for case in lab.cases}
    selected = (each for each in points[points.index(point) :] if each.case.name in known)
    for case, method in islice(selected, AHEAD):
        fixed = rewritten(lab, case)
        if touched(case, fixed):
            lab.before(load(case.folder), "fork")
            lab.after(case, fixed.text, method)


def touched(case: Case, fixed: Fixed) -> bool:
    return untouched(case, fixed.text) != case.marked


def check(lab: Lab, point: Point, reference: Future[Run], fixed: Fixed) -> None:
    case, method = point
    after = lab.after(case, fixed.text, method).result()
    found = differences(case, reference.result(), after)
    assert not found, f"{explain(case, method, found)}\n\n{fixed.text}\n{after.stderr}"


@needs_cli
@pytest.mark.parametrize("point", chosen(CASES), ids=str)
def test_a_rewrite_does_what_the_program_did(lab: Lab, point: Point) -> None:
    """Where the loop that the case is about was rewritten."""
    look_ahead(lab, chosen(CASES), point)
    fixed = rewritten(lab, point.case)
    if touched(point.case, fixed):
        check(lab, point, lab.before(load(point.case.folder), "fork"), fixed)


@needs_cli
@pytest.mark.matrix
@pytest.mark.parametrize("point", matrix(CASES), ids=str)
def test_a_rewrite_does_so_under_every_start_method(lab: Lab, point: Point) -> None:
    """Whatever was rewritten, against the program under the same start method."""
    fixed = rewritten(lab, point.case)
    if fixed.text != point.case.before:
        check(lab, point, lab.before(*point), fixed)


@needs_cli
@pytest.mark.matrix
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("case", "backend"), BACKENDS, ids=named)
def test_every_backend_does_so(lab: Lab, case: Case, backend: str, method: str) -> None:
    fixed = rewritten(lab, case, backend)
    assert touched(case, fixed), fixed.log
    check(lab, Point(case, method), lab.before(case, method), fixed)


@needs_cli
@pytest.mark.parametrize("case", DECIDED, ids=named)
def test_the_rewriter_takes_what_is_declared(lab: Lab, case: Case) -> None:
    """Proved loops are rewritten, believed ones only on request, serial ones never."""
    if case.verdict == "review":
        left = untouched(case, lab.fixed(case, unsafe=False).text)
        assert left == case.marked, "not proved, yet rewritten"
    fixed = rewritten(lab, case)
    left = untouched(case, fixed.text)
    if case.verdict == "serial":
        assert left == case.marked, f"serial, yet rewritten:\n{fixed.text}"
    else:
        assert not left, f"left as they were: {left}"


@needs_cli
@pytest.mark.parametrize("case", DECIDED, ids=named)
def test_what_is_written_makes_no_mistake(lab: Lab, case: Case) -> None:
    """The rules of family 3xx find nothing that was not there before."""
    before, after = (
        [one.code for one in mistakes(ast.parse(text), text, "program.py")]
        for text in (case.before, rewritten(lab, case).text)
    )
    assert after == before


@needs_cli
@pytest.mark.matrix
@pytest.mark.parametrize("case", CASES, ids=named)
def test_fixing_twice_is_fixing_once(lab: Lab, case: Case) -> None:
    once = rewritten(lab, case).text
    unsafe = case.verdict in ("review", "serial")
    assert fix({"again": once}, "auto", unsafe)["again"].text == once


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_fixture_plays_all_its_scenarios(lab: Lab, case: Case) -> None:
    run = lab.before(case, "fork").result()
    broken = [name for name, seen in run.observations.items() if "stdout" not in seen]
    assert not broken, (broken, run.stderr)


@pytest.mark.matrix
@pytest.mark.parametrize("point", matrix(CASES), ids=str)
def test_a_fixture_does_not_depend_on_chance(lab: Lab, point: Point) -> None:
    first, second = lab.before(point.case, "fork"), lab.before(*point, again=1)
    found = differences(point.case, first.result(), second.result())
    assert not found, explain(point.case, point.method, found)


@pytest.mark.parametrize("case", [case for case in CASES if case.raising], ids=named)
def test_a_raising_item_shows(lab: Lab, case: Case) -> None:
    """An item declared as raising is seen in the outcome, else the scenario tests nothing."""
    observations = lab.before(case, "fork").result().observations
    for name in ("raise-first", "raise-middle", "raise-last"):
        if name in observations:
            seen = observations[name]
            quiet = seen["error"] is None and seen["result"] == observations["many"]["result"]
            assert not quiet or seen["state"] != observations["many"]["state"], name


def test_half_of_the_cases_are_ones_where_nothing_may_happen_unasked() -> None:
    silent = [case for case in CASES if case.verdict in ("serial", "review")]
    assert len(CASES) >= 60
    assert len(silent) >= len([case for case in CASES if case.verdict in PROVED])
