"""Predicted and measured gains of many loops, side by side: `predictions.py [-s SECONDS] [NAMES]`.

Not a test: run it by hand on a quiet machine, after `pfadvisor calibrate`. Each loop is predicted
from its code and from a profile, rewritten, and run before and after the rewrite in turns, short
loops more often. The pairs are dealt to some blocks like cards, each block gives a ratio of its
best times, and loops whose ratios spread by more than 15 % are left out of the summary and
counted. The profile is the quickest of as many as a block has pairs: of more runs the best is
better, and what is predicted from a best time is compared with best times.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prediction_cases import CASES, Case

from pfadvisor import pipeline
from pfadvisor.config import Settings
from pfadvisor.measure.candidates import candidates
from pfadvisor.measure.commands import parse
from pfadvisor.measure.profile import File, quietly
from pfadvisor.model import Finding, Profit
from pfadvisor.profit.basis import Basis, of_this_machine
from pfadvisor.profit.machine import worker_count
from pfadvisor.profit.profiles import Profile
from pfadvisor.rewrite.compose import applied, compose
from pfadvisor.selection import hangs_on

STABLE = 0.15
LEAST = 1.2
NOISE = 0.05
BLOCKS = 3
FEWEST, MOST = 5, 20  # pairs of a block
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
    before: list[float]
    after: list[float]

    @property
    def measured(self) -> float:
        """Of the best times: whatever else the machine does only ever adds."""
        return min(self.before) / min(self.after)

    @property
    def spread(self) -> float:
        """From the least to the largest of the blocks' own ratios."""
        blocks = [slice(first, None, BLOCKS) for first in range(BLOCKS)]
        ratios = [min(self.before[one]) / min(self.after[one]) for one in blocks]
        return (max(ratios) - min(ratios)) / self.measured

    @property
    def stable(self) -> bool:
        return self.spread <= STABLE

    def profit(self, how: str) -> Profit:
        return self.static if how == "static" else self.profiled

    def suggested(self, how: str) -> bool:
        """If undecided, only for as many iterations as are said to pay, and if it hangs on that
        alone: else `fix` takes it among the unsafe ones only."""
        profit = self.profit(how)
        if hangs_on(profit):
            return False
        least = profit.break_even or 0
        return profit.worth == "yes" or (
            profit.worth == "depends" and least <= CASES[self.name].count
        )

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


def profiled(folder: Path, name: str, finding: Finding, basis: Basis, patience: float) -> Basis:
    path = folder / f"{name}.py"
    source = pipeline.Session(Settings(), folder).source(path)
    loops = candidates([finding], all_=True)[finding.filename]
    file = File(os.path.realpath(path), source.digest, loops)
    start, wanted, runs = time.perf_counter(), 1, list[Profile]()
    while len(runs) < wanted:
        runs.append(quietly(parse([str(path)]), [file], basis.machine))
        if len(runs) == 1:
            wanted = pairs_of_a_block(patience, time.perf_counter() - start)
    return replace(basis, profile=replace(min(runs, key=_taken), path="benchmark"))


def pairs_of_a_block(patience: float, spent: float) -> int:
    """`spent` is how long the first took, and that so many fit into the patience."""
    return min(max(int(patience / spent), FEWEST), MOST)


def _taken(profile: Profile) -> float:
    return sum(loop.total for _, loop in profile.loops())


def rewritten(folder: Path, name: str, finding: Finding) -> bool:
    """Whether there is a rewrite even if any gain is wanted."""
    text = (folder / f"{name}.py").read_text()
    if finding.fix is None:
        return False
    new = applied(text, compose([finding.fix], 100).edits, "\n")
    (folder / f"{name}_new.py").write_text(new)
    return True


def rewritten_like(folder: Path, name: str, case: Case, basis: Basis) -> None:
    """The rewrite of a loop that the tool leaves alone whatever is wanted: its work is so light.
    That of the same loop with much work, with the light work put back."""
    heavy = case._replace(size=case.size * 1_000)
    twin = f"{name}_heavy"
    (folder / f"{twin}.py").write_text(heavy.text)
    assert rewritten(folder, twin, judged(folder, twin, basis, 0.0))
    text = (folder / f"{twin}_new.py").read_text()
    assert heavy.function in text
    (folder / f"{name}_new.py").write_text(text.replace(heavy.function, case.function))


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


def measured(folder: Path, name: str, patience: float) -> tuple[list[float], list[float]]:
    """Seconds before and after the rewrite, in turns; so many as fit into the patience."""
    taken: dict[str, list[float]] = {name: [], f"{name}_new": []}
    turns = list(taken)
    start = time.perf_counter()
    pairs = BLOCKS * FEWEST
    while len(taken[name]) < pairs:
        for module in turns:
            taken[module].append(seconds(folder, name, module))
        turns.reverse()
        spent = time.perf_counter() - start
        if len(taken[name]) == BLOCKS:
            pairs = BLOCKS * pairs_of_a_block(patience, spent)
        elif len(taken[name]) >= BLOCKS * FEWEST and spent > 2 * patience:
            break
    before, after = taken.values()
    return before, after


def rows(names: Sequence[str], patience: float) -> Iterator[Row]:
    basis = of_this_machine()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "pyproject.toml").touch()
        for case in names:
            name = case.replace("-", "_")
            (folder / f"{name}.py").write_text(CASES[case].text)
            static = profit_of(judged(folder, name, basis, LEAST))
            legal = judged(folder, name, basis, 0.0)
            found = profiled(folder, name, legal, basis, patience)
            profit = profit_of(judged(folder, name, found, LEAST))
            if not any(
                rewritten(folder, name, judged(folder, name, b, 0.0)) for b in (found, basis)
            ):
                rewritten_like(folder, name, CASES[case], basis)
            yield Row(case, static, profit, *measured(folder, name, patience))


def shown(row: Row) -> str:
    def interval(profit: Profit) -> str:
        return f"{profit.worth:7} {profit.speedup[0]:5.2f} to {profit.speedup[1]:5.2f}"

    inside = row.profiled.speedup[0] <= row.measured <= row.profiled.speedup[1]
    mark = ("inside" if inside else "outside") if row.stable else "unstable"
    return (
        f"{row.name:18} {interval(row.static)}   {interval(row.profiled)}   "
        f"{row.measured:5.2f}  +-{row.spread / 2:4.0%} of {len(row.before):2}  {mark}"
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
        slower = [row.name for row in kept if row.suggested(how) and row.measured < 1 - NOISE]
        missed = [row.name for row in kept if row.measured >= 1.6 and row.profit(how).worth == "no"]
        yield f"{how}: suggested but slower {slower}; 1.6x or more and not suggested {missed}"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("-s", type=float, default=12.0, help="seconds for a loop")
    options.add_argument("names", nargs="*", default=list(CASES))
    given = options.parse_args()
    print(
        f"CPython {platform.python_version()}, {worker_count()} processors, "
        f"load {os.getloadavg()[0]:.1f}, constants: {of_this_machine().machine.origin}"
    )
    print(f"{'loop':18} {'from the code':22}   {'from a profile':22}   measured")
    found = []
    for row in rows(given.names, given.s):
        found.append(row)
        print(shown(row), flush=True)
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()
