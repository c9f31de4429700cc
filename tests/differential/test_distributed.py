"""Rewrites for clusters do on real workers what the program did; started and stopped here."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from pfadvisor import registry
from pfadvisor.backends._choice import load as load_backend
from pfadvisor.backends._job import Job

from .case import Case, load, load_all
from .cluster import QUIET, play
from .compare import differences, explain
from .lab import Fixed, Lab, fix
from .runner import Run
from .slices import thinned

TARGETS = [
    name
    for name in registry.names("pfadvisor.backends")
    if load_backend(name).TRAITS.requires
]  # fmt: skip
CASES = [
    case
    for case in load_all()
    if "futures" in case.backends and case.verdict in ("parallel", "pipeline")
]
NOT_COMPARED = ("left", "stderr")
LEAST = 20
SECONDS = 180

pytestmark = pytest.mark.distributed


class Played(NamedTuple):
    """What became of the cases on one target."""

    fixed: dict[str, Fixed]
    runs: Mapping[str, Run]


def package(target: str) -> str:
    """The distribution that the target's rewrites import."""
    return load_backend(target).TRAITS.requires[0]


@pytest.fixture(scope="module", params=TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    for distribution in re.findall(r"\w+", package(request.param)):
        if importlib.util.find_spec(distribution) is None:
            pytest.skip(f"{package(request.param)} is not installed")
    return request.param


@pytest.fixture(scope="module")
def played(target: str) -> Played:
    fixed = fix({case.name: case.before for case in CASES}, target, unsafe=False)
    moved = {slim(case): fixed[case.name].text for case in CASES if touched(case, fixed)}
    return Played(fixed, play(target, moved))


def slim(case: Case) -> Case:
    return thinned(case, "spawn")


def touched(case: Case, fixed: Mapping[str, Fixed]) -> bool:
    return fixed[case.name].text != case.before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rewrite_does_on_workers_what_the_program_did(
    lab: Lab, target: str, played: Played, case: Case
) -> None:
    fixed = played.fixed[case.name]
    assert fixed.code in (0, 1), fixed.log
    if not touched(case, played.fixed):
        return
    after = played.runs[case.name]
    names = {scenario.name for scenario in slim(case).scenarios()}
    assert set(after.observations) == names, f"{fixed.text}\n{after.stderr}"
    before = lab.before(load(case.folder), "fork").result()
    found = [
        each
        for each in differences(case, before, after)
        if each.aspect not in NOT_COMPARED
    ]  # fmt: skip
    assert not found, f"{explain(case, target, found)}\n\n{fixed.text}\n{after.stderr}"


def test_enough_cases_run_on_workers(target: str, played: Played) -> None:
    assert len(played.runs) >= LEAST


EFFECTS = """
import itertools
import pathlib


def write(number):
    if number == 5:
        raise ValueError(number)
    with open(pathlib.Path(HERE, str(number)), "a") as file:
        file.write("x")
    return bytearray(number)


if __name__ == "__main__":
    done = []
    try:
        for number, result in ray_ordered_once(write, itertools.count()):
            result += b"!"
            done.append((number, len(result)))
    except ValueError as error:
        print(type(error).__name__, error, done)
    found = sorted(pathlib.Path(HERE).iterdir())
    print(len(found) >= 5, {path.read_text() for path in found})
"""


class Flat:
    """A file where every module is imported as such."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.helpers: dict[str, str] = {}

    def spell(self, module: str, name: str) -> str:
        self.modules.add(module)
        return f"{module}.{name}"

    def share(self, name: str, define: Callable[[str], str]) -> str:
        self.helpers[name] = define(name)
        return name


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed")
def test_ray_runs_effects_once_and_ends_what_it_started(tmp_path: Path) -> None:
    """Results can be written to, the exception is the one raised, nothing runs on or twice."""
    context, here = Flat(), tmp_path / "here"
    job = Job("processes", "window", "write", "items", "results", discardable=False)
    load_backend("ray").emit(job, context)
    imports = [f"import {module}" for module in sorted(context.modules)]
    text = "\n".join([*imports, f"HERE = {str(here)!r}", *context.helpers.values(), EFFECTS])
    here.mkdir()
    code, output, _ = run_script(tmp_path / "program", text, ())
    assert (code, output.splitlines()) == (
        0,
        ["ValueError 5 [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]", "True {'x'}"],
    )


@pytest.mark.parametrize("argv", [("5", "8"), ("4", "-1", "6")], ids=["good", "failing"])
def test_a_script_starts_and_ends_by_itself(
    target: str, tmp_path: Path, argv: Sequence[str]
) -> None:
    """Nothing is started by the test: the rewritten program looks for its own workers."""
    case = next(case for case in CASES if case.name == "script-guarded")
    text = fix({case.name: case.before}, target, unsafe=False)[case.name].text
    assert text != case.before
    assert run_script(tmp_path / "after", text, argv) == run_script(
        tmp_path / "before", case.before, argv
    )


def run_script(folder: Path, text: str, argv: Sequence[str]) -> tuple[int, str, bool]:
    """Its exit code, its output, and whether it ended with the exception of the case."""
    folder.mkdir()
    (folder / "program.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py", *argv],
        cwd=folder,
        env=os.environ | QUIET,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout, "\nValueError: a board of" in done.stderr
