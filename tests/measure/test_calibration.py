"""The constants of a machine: measured in a process of their own, stored whole or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from pfadvisor.cli import run
from pfadvisor.measure import calibrate as calibrating
from pfadvisor.measure import machine_probes
from pfadvisor.measure.calibrate import CalibrationError, calibration_of, interval
from pfadvisor.profit import calibration
from pfadvisor.profit.basis import Basis, of_this_machine
from pfadvisor.profit.machine import DEFAULT, FIGURES, SHIPPED

from .programs import ROOT

# A shell may have started the tests with SIGINT ignored, which processes inherit.
WHILE_IT_MEASURES = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {root!r})
from pfadvisor.cli import run
from pfadvisor.measure import calibrate
def readings():
    print("measuring", flush=True)
    time.sleep(60)
calibrate._readings = readings
sys.exit(run(["calibrate"]))
"""
READINGS = {
    "fork": [0.03, 0.01, 0.02],
    "forkserver": [0.4, 0.1, 0.1],
    "task_process": [5e-5] * 3,
    "task_thread": [1e-5, 1e-5, 9e-3],
    "number": [1e-7, 2e-7],
    "pace": [0.5, 0.6],
    "alone": [0.2, 0.21],
    "together": [0.19, 0.22],
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("PFADVISOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_without_a_calibration_figures_are_those_that_were_shipped(data):
    assert calibration.this_machine() is DEFAULT
    assert not of_this_machine().machine.calibrated
    assert Basis().machine.origin == SHIPPED


def test_what_is_stored_is_read_back(data):
    calibration.store(data, calibration_of(READINGS))
    machine = calibration.this_machine()
    assert machine.calibrated and "calibrated on" in machine.fork.origin
    assert machine.fork.seconds[:3] == (0.01, 0.01, 0.02)
    assert machine.pace == 0.5 and machine.crowding[:3] == (1.0, 1.0, 1.0)
    assert machine.spawn == DEFAULT.spawn
    assert machine.rates == replace(DEFAULT.rates, number=machine.rates.number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 99}',
        '{"version": 1, "pace": 1}',
        '{"version": 1, "pace": NaN, "seconds": {}, "rates": {}, "python": "", "day": ""}',
        '{"version": 1, "pace": 1, "crowding": [1, 1, 1], "seconds": {"fork": [3, 2, 1]}, '
        '"rates": {}, "python": "", "day": ""}',
        '{"version": 1, "pace": 1, "crowding": [1, 1], "seconds": {}, "rates": {}, '
        '"python": "", "day": ""}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_something_else_counts_as_none(data, text):
    data.mkdir()
    (data / calibration.FILE).write_text(text)
    assert calibration.this_machine() is DEFAULT


def test_disturbances_do_not_become_constants():
    assert interval([1e-5, 1e-5, 1.1e-5, 1.2e-5, 9.0]) == (1e-5, 1e-5, 1.2e-5)
    low, likely, high = interval([2.0, 1.0])
    assert low <= likely <= high


def test_what_cannot_be_measured_is_told():
    with pytest.raises(CalibrationError, match="together"):
        calibration_of({**READINGS, "together": []})


def failing(*_: object) -> None:
    raise CalibrationError("no processes here")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("stop, code", [(failing, 2), (interrupted, 130)])
def test_a_calibration_that_stops_leaves_the_one_before(data, monkeypatch, capsys, stop, code):
    before = calibration.store(data, calibration_of(READINGS)).read_bytes()
    monkeypatch.setattr(calibrating, "_readings", stop)
    assert run(["calibrate"]) == code
    assert [file.read_bytes() for file in data.iterdir()] == [before]
    assert capsys.readouterr().out == ""


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PFADVISOR_DATA_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(calibrating, "_readings", lambda: READINGS)
    assert run(["calibrate"]) == 2
    assert capsys.readouterr().err.startswith("error: not calibrated: ")


def test_calibrate_stores_and_shows(data, monkeypatch, capsys):
    monkeypatch.setattr(calibrating, "_readings", lambda: READINGS)
    assert run(["calibrate"]) == 0
    made = capsys.readouterr().out
    assert run(["calibrate", "--show"]) == 0
    assert capsys.readouterr().out == made
    assert all(name.replace("_", "-") in made for name in FIGURES)
    assert "calibrated on" in made.partition("\n")[0]


def test_check_and_explain_say_whose_figures_they_used(data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    loop = "import time\ndef f(xs):\n    for x in xs:\n        time.sleep(0.1)\n"
    (tmp_path / "a.py").write_text(loop)
    run(["check", "a.py", "--review"])
    run(["explain", "a.py:3"])
    assert capsys.readouterr().out.count(SHIPPED) == 2
    calibration.store(data, calibration_of(READINGS))
    run(["check", "a.py", "--review"])
    run(["explain", "a.py:3"])
    run(["check", "a.py", "--review", "--output-format", "json"])
    out = capsys.readouterr().out
    assert SHIPPED not in out
    found = json.loads(out[out.index("[\n") :])
    assert found[0]["profit"]["constants"] == calibration.this_machine().origin


def test_each_probe_gives_seconds():
    """Those that start no processes are run; a probe that fails is left out."""
    chosen = ("threads", "per_thread", "loop", "task_async", "hand_over", "number", "pace")
    probes = {name: machine_probes.probes()[name] for name in chosen}

    def broken() -> float:
        raise OSError("no semaphores")

    found = machine_probes.measured({**probes, "fork": [broken]}, patience=0.0)
    assert found.keys() == set(chosen)
    assert all(reading > 0 for readings in found.values() for reading in readings)


def test_the_names_that_are_measured_are_those_of_the_machine():
    known = {*FIGURES, *calibration.RATES, "pace", "alone", "together"} - {"message"}
    assert machine_probes.probes().keys() <= known
    assert known - machine_probes.probes().keys() <= {"fork", "forkserver", "spawn"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
@pytest.mark.parametrize("how, code", [("SIGINT", 130), ("SIGKILL", -9), ("SIGTERM", -15)])
def test_a_calibration_that_is_ended_leaves_the_one_before(data, how, code):
    before = calibration.store(data, calibration_of(READINGS)).read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", WHILE_IT_MEASURES.format(root=str(ROOT))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None and running.stdout.readline() == "measuring\n"
        running.send_signal(getattr(signal, how))
        _, err = running.communicate(timeout=60)
    assert running.returncode == code and "Traceback" not in err
    assert [file.read_bytes() for file in data.iterdir()] == [before]
