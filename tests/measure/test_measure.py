"""`pfadvisor measure`: both programs are run and compared, and the receipt is kept."""

from __future__ import annotations

import pytest

from pfadvisor.cli import run
from pfadvisor.cli.measure import _gain
from pfadvisor.measure import receipts
from pfadvisor.measure.commands import parse
from pfadvisor.measure.compare import Comparison, compare
from pfadvisor.measure.receipts import Receipt
from pfadvisor.report._receipts import lost

from .programs import LOOP, row_of

PROGRAM = LOOP + "\nif __name__ == '__main__':\n    print(sum(run(range(40))))\n"
RECEIPT = Receipt("a.py:3", "2030-01-01", "shipped", (1.5, 1.9), 1.6, 2.0, 1.2)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("PFADVISOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_receipt_is_printed_and_kept(project, data):
    project.write("prog.py", PROGRAM)
    place = f"prog.py:{row_of(LOOP)}"
    ran = project.pfadvisor("measure", place, "--runs", "1", "--", "prog.py")
    assert ran.returncode == 0, ran.stderr
    assert "same output" in ran.stdout and "predicted" in ran.stdout
    assert (project.folder / "prog.py").read_text() == PROGRAM
    kept = receipts.load(data)
    if "measured   nothing" in ran.stdout:  # chance saved more than any pool can
        assert kept == []
        return
    (one,) = kept
    assert one.place == place and one.before > 0 and one.after > 0
    shown = project.pfadvisor("calibrate", "--history").stdout
    assert place in shown and "of 1 inside" in shown


@pytest.mark.parametrize(
    "seconds, saved, gain",
    [(1.0, 0.5, 2.0), (1.0, -1.0, 0.5), (1.0, 0.75, 4.0), (1.0, 0.8, None), (0.1, 0.3, None)],
)
def test_no_loop_gains_more_than_its_workers_give(seconds, saved, gain):
    assert _gain(seconds, saved, 2) == gain


def test_what_chance_hides_is_said_to_be_hidden():
    text = lost("a.py:3", 0.02, Comparison(1.3, 1.1, ""))
    assert "a.py:3" in text and "the loop takes 0.020 s" in text and "0x" not in text


@pytest.mark.parametrize(
    "text, place, told",
    [
        (PROGRAM, "prog.py:1", "no loop at prog.py:1"),
        (PROGRAM, "prog.py", "not PATH:LINE"),
        (PROGRAM.replace("40", "0"), f"prog.py:{row_of(LOOP)}", "never runs the loop"),
        ("t = 0\nfor x in range(9):\n    t = t * x + 1\n", "prog.py:2", "is not rewritten"),
        ("def f(:\n", "prog.py:1", "could not be analysed"),
    ],
)
def test_what_cannot_be_measured_is_told(project, data, text, place, told):
    project.write("prog.py", text)
    ran = project.pfadvisor("measure", place, "--runs", "1", "--", "prog.py")
    assert ran.returncode == 2
    assert told in ran.stderr and "Traceback" not in ran.stderr
    assert receipts.load(data) == []


def compared(project, before, after, runs=2):
    path = project.write("prog.py", before)
    folder = project.folder
    return compare(parse([str(path)]), folder, folder, path, after.encode(), runs)


def test_programs_that_differ_are_told_apart(project):
    assert compared(project, "print(1)", "print( 1 )").difference == ""
    assert compared(project, "print(1)", "print(2)").difference == "it printed something else"
    assert "ended with 3 instead of 0" in compared(project, "1", "raise SystemExit(3)").difference
    assert "NameError" in compared(project, "1", "x").difference


def test_output_that_is_never_the_same_is_not_compared(project):
    found = compared(project, "import os; print(os.getpid())", "print(0)")
    assert found.unsteady and not found.difference


def test_each_run_finds_the_project_as_it_was(project):
    text = "import os; print(os.path.exists('made')); open('made', 'w').close()"
    assert compared(project, text, text, runs=3).difference == ""
    assert not (project.folder / "made").exists()


def test_the_error_of_the_model_is_shown(data, capsys):
    assert run(["calibrate", "--history"]) == 0
    assert "No receipts yet" in capsys.readouterr().out
    receipts.keep(data, RECEIPT)
    with (data / receipts.FILE).open("a") as file:
        file.write("not a receipt\n")
    receipts.keep(data, Receipt("b.py:9", "2030-01-02", "shipped", (2.0, 2.0), 1.0, 3.0, 3.0))
    assert run(["calibrate", "--history"]) == 0
    shown = capsys.readouterr().out
    assert "1 of 2 inside" in shown and "off by 2.00" in shown
    assert len(shown.splitlines()) == 4


def test_errors_count_up_and_down_alike():
    slow = Receipt("a", "", "", (2.0, 2.0), 1.0, 1.0, 1.0)
    fast = Receipt("a", "", "", (1.0, 1.0), 2.0, 1.0, 1.0)
    assert receipts.mean_error([slow]) == receipts.mean_error([fast]) == pytest.approx(2.0)
    assert RECEIPT.inside and not slow.inside
