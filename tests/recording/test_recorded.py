"""What functions of the fixtures change when they run, the analysis has said before.

Each program under fixtures is run under a recorder, which looks at all that a function of it can
reach before and after a call. Whatever has changed must be among the writes of the function's
summary, in each context that fits the call; reading files and servers, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from differential.case import Case
from differential.case import load_all as rewrites

from pfadvisor.effects.summary import NO_EFFECTS

from .predicted import Predictions, Told

ROOT = Path(__file__).parents[2]
RECORDER = Path(__file__).parent / "inside" / "recorder.py"
KINDS = ("loops", "rewrites")
LEAST = {"loops": 1800, "rewrites": 800}


class Run(NamedTuple):
    """One program of a fixture and how it is run."""

    name: str
    text: str
    statements: list[str]


def runs(kind: str) -> list[Run]:
    """Without the programs in which somebody vouches for code that does more than he says."""
    return [run for run in every(kind) if "# pfadvisor: pure" not in run.text]


def every(kind: str) -> list[Run]:
    if kind == "loops":
        paths = sorted((ROOT / "fixtures" / "loops").glob("*.py"))
        return [Run(path.stem, path.read_text("utf-8"), ["main()"]) for path in paths]
    return [Run(case.name, case.before, list(statements_of(case))) for case in rewrites()]


def statements_of(case: Case) -> Iterator[str]:
    """The case's entry on its items, on none, and on those that make it fail."""
    for items in (case.items, (), (*case.items, *case.raising)):
        if case.call:
            yield f"{case.setup}\nLIST = [{', '.join(items)}]\nITEMS = {case.build}\n{case.call}"


def recorded(kind: str, folder: Path) -> dict[str, Any]:
    return recorded_here(folder, runs(kind))


def recorded_here(folder: Path, programs: list[Run]) -> dict[str, Any]:
    """What the runs noted, by name."""
    jobs = []
    for run in programs:
        place = folder / run.name
        place.mkdir()
        (place / "pyproject.toml").touch()
        (place / "program.py").write_text(run.text, encoding="utf-8")
        notes = str(place / "notes.json")
        jobs.append(
            {"path": str(place / "program.py"), "statements": run.statements, "notes": notes}
        )
    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-B", str(RECORDER), str(folder / "jobs.json")]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    return {Path(job["path"]).parent.name: read(Path(job["notes"])) for job in jobs}


def read(notes: Path) -> Any:
    if not notes.exists():
        return {"error": "died", "broken": "", "calls": []}
    return json.loads(notes.read_text(encoding="utf-8"))


class Tally(NamedTuple):
    """Functions that were seen running, those of which something is promised, and what is wrong."""

    seen: set[tuple[str, int]]
    promised: set[tuple[str, int]]
    missed: list[str]


def compared(path: Path, calls: list[Any]) -> Tally:
    tally, predictions = Tally(set(), set(), []), Predictions(path)
    for call in calls:
        index = predictions.index_of(call["function"], call["row"])
        if index < 0:  # a lambda that stands for the body of a comprehension
            assert call["function"].endswith("<lambda>"), call["function"]
            continue
        tally.seen.add((path.parent.name, index))
        for told in predictions.summaries(index, call["given"]):
            if told.promises and told.summary is not None:
                tally.promised.add((path.parent.name, index))
                where = f"{path.parent.name}: {call['function']}"
                tally.missed.extend(missing(predictions, told, call["changes"], where))
    return tally


def missing(predictions: Predictions, told: Told, changes: list[str], where: str) -> Iterator[str]:
    assert told.summary is not None
    for step, ways in map(json.loads, changes):
        if step == "*" and all(steps for _, steps in ways):
            continue  # what an argument holds may be drawn from: who puts it there is asked for that
        if not predictions.covers(told.summary, step, ways):
            given = "in context" if any(told.context) else "for anything"
            yield f"{where}: {step} of {ways}, {given}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_was_predicted(kind, tmp_path):
    seen, promised, missed = set(), set(), []
    for name, notes in recorded(kind, tmp_path).items():
        assert not notes["broken"], notes["broken"]
        tally = compared(tmp_path / name / "program.py", notes["calls"])
        seen |= tally.seen
        promised |= tally.promised
        missed += tally.missed
    assert missed == [], "\n".join(missed)
    assert len(seen) >= LEAST[kind] and len(promised) >= 0.8 * len(seen)


WRONG = """
class Meter:
    total = 0

    def rise(self, rows):
        self.level = len(rows)
        rows.append(1)
        Meter.total += 1
        open("note", "w").close()


def main():
    Meter().rise([])
"""


def test_a_change_that_nobody_predicted_is_told(tmp_path):
    """Without this, a recorder that sees nothing would do."""
    notes = recorded_here(tmp_path, [Run("wrong", WRONG, ["main()"])])["wrong"]
    predictions = Predictions(tmp_path / "wrong" / "program.py")
    (call,) = (call for call in notes["calls"] if call["function"] == "Meter.rise")
    told = missing(predictions, Told((), NO_EFFECTS), call["changes"], "rise")
    said = "\n".join(told)
    for word in (".level", "[] of [['param 1'", ".total of [['class Meter'", "res file"):
        assert word in said
    index = predictions.index_of("Meter.rise", call["row"])
    for told in predictions.summaries(index, call["given"]):
        assert told.promises and not list(missing(predictions, told, call["changes"], "rise"))
