"""Predicted and measured gains of many loops, side by side: `predictions.py [-n RUNS] [NAMES]`.

Not a test: run it by hand on a quiet machine. Each loop is predicted from its code and from a
profile, rewritten, and run before and after the rewrite in turns. Loops whose own ratio spreads
by more than 15 % are left out of the summary and counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prediction_cases import CASES

from pfadvisor import pipeline
from pfadvisor.config import Settings
from pfadvisor.measure.candidates import candidates
from pfadvisor.measure.commands import parse
from pfadvisor.measure.profile import File, quietly
from pfadvisor.model import Finding, Profit
from pfadvisor.profit.basis import Basis, of_this_machine
from pfadvisor.rewrite.compose import applied, compose

STABLE = 0.15
LEAST = 1.2
NOISE = 0.05
DRIVER = """
import sys, time
sys.path.insert(0, {folder!r})
import {old} as ready  # what both import is not part of either
start = time.perf_counter()
import {name} as case
imported = time.perf_counter() - start
ready.fill()
case.ITEMS[:] = ready.ITEMS
start = time.perf_counter()
case.main()
print(time.perf_counter() - start + imported)
"""


@dataclass
class Row:
    name: str
    static: Profit
    profiled: Profit
    ratios: list[float]
    measured: float

    @property
    def stable(self) -> bool:
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return (high - low) / statistics.median(self.ratios) <= STABLE

    @property
    def pays(self) -> bool:
        return self.measured >= LEAST


def judged(folder: Path, name: str, basis: Basis, least: float) -> Finding:
    """The finding on the marked loop."""
    settings = Settings(min_speedup=least)
    request = pipeline.Request(settings, folder, "all", basis=basis)
    path = folder / f"{name}.py"
    row = next(n for n, line in enumerate(path.read_text().split("\n"), 1) if "# LOOP" in line)
    report = pipeline.analyze([path], request, 1)
    return next(one for one in report.findings if one.noqa_row == row)


def profit_of(finding: Finding) -> Profit:
    assert finding.judgement is not None and finding.judgement.profit is not None, finding.message
    return finding.judgement.profit


def profiled(folder: Path, name: str, finding: Finding, basis: Basis) -> Basis:
    path = folder / f"{name}.py"
    source = pipeline.Session(Settings(), folder).source(path)
    loops = candidates([finding], all_=True)[finding.filename]
    file = File(os.path.realpath(path), source.digest, loops)
    found = quietly(parse([str(path)]), [file], basis.machine)
    return replace(basis, profile=replace(found, path="benchmark"))


def rewritten(folder: Path, name: str, finding: Finding) -> bool:
    """Whether there is a rewrite even if any gain is wanted."""
    text = (folder / f"{name}.py").read_text()
    if finding.fix is None:
        return False
    new = applied(text, compose([finding.fix], 100).edits, "\n")
    (folder / f"{name}_new.py").write_text(new)
    return True


def seconds(folder: Path, name: str, module: str) -> float:
    """Of the loop, with what its rewrite imports besides."""
    program = folder / f"drive_{module}.py"
    program.write_text(
        "if __name__ == '__main__':\n"
        + "".join(
            f"    {line}\n"
            for line in DRIVER.format(folder=str(folder), old=name, name=module).strip().split("\n")
        )
    )
    ran = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def measured(folder: Path, name: str, runs: int) -> tuple[list[float], float]:
    """The ratio of each pair, and that of the best."""
    before, after = [], []
    for _ in range(runs):
        before.append(seconds(folder, name, name))
        after.append(seconds(folder, name, f"{name}_new"))
    ratios = [old / new for old, new in zip(before, after, strict=True)]
    return ratios, min(before) / min(after)


def rows(names: Sequence[str], runs: int) -> Iterator[Row]:
    basis = of_this_machine()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "pyproject.toml").touch()
        for case in names:
            name = case.replace("-", "_")
            (folder / f"{name}.py").write_text(CASES[case].text)
            static = profit_of(judged(folder, name, basis, LEAST))
            legal = judged(folder, name, basis, 0.0)
            found = profiled(folder, name, legal, basis)
            profit = profit_of(judged(folder, name, found, LEAST))
            if not any(
                rewritten(folder, name, judged(folder, name, b, 0.0)) for b in (found, basis)
            ):
                print(f"{case:18} not even rewritten if any gain is wanted")
                continue
            ratios, best = measured(folder, name, runs)
            yield Row(case, static, profit, ratios, best)


def shown(row: Row) -> str:
    def interval(profit: Profit) -> str:
        return f"{profit.worth:7} {profit.speedup[0]:5.2f} to {profit.speedup[1]:5.2f}"

    inside = row.profiled.speedup[0] <= row.measured <= row.profiled.speedup[1]
    mark = ("inside" if inside else "outside") if row.stable else "unstable"
    return (
        f"{row.name:18} {interval(row.static)}   {interval(row.profiled)}   "
        f"{row.measured:5.2f}  {mark}"
    )


def summary(found: Sequence[Row]) -> Iterator[str]:
    kept = [row for row in found if row.stable]
    yield f"{len(found)} loops, {len(found) - len(kept)} left out: their ratio spreads by over 15 %"
    decided = [row for row in kept if row.static.worth != "depends"]
    right = sum((row.static.worth == "yes") == row.pays for row in decided)
    yield f"from the code: sign right {right} of {len(decided)}, {len(kept) - len(decided)} undecided"
    right = sum((row.profiled.worth != "no") == row.pays for row in kept)
    inside = sum(row.profiled.speedup[0] <= row.measured <= row.profiled.speedup[1] for row in kept)
    yield f"from a profile: sign right {right} of {len(kept)}, inside the interval {inside}"
    for how in ("static", "profiled"):
        slower = [
            row.name for row in kept if getattr(row, how).worth != "no" and row.measured < 1 - NOISE
        ]
        missed = [
            row.name for row in kept if getattr(row, how).worth == "no" and row.measured >= 1.6
        ]
        yield f"{how}: suggested but slower {slower}; 1.6x or more and not suggested {missed}"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("-n", type=int, default=5)
    options.add_argument("names", nargs="*", default=list(CASES))
    given = options.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, constants: {of_this_machine().machine.origin}")
    print(f"{'loop':18} {'from the code':22}   {'from a profile':22}   measured")
    found = []
    for row in rows(given.names, given.n):
        found.append(row)
        print(shown(row), flush=True)
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()
