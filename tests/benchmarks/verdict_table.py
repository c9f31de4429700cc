"""Verdicts on real code: `verdict_table.py [--draw N] [--seed S] FOLDER...` prints, per folder,
how many loops got which verdict and the commonest blockers and assumptions; then N loops drawn
at random, with their source, to be read against their verdicts. A FOLDER that is a file is read
as the output of `check --all --output-format json`."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VERDICTS = ("parallel", "pipeline", "review", "serial")
MOST = 10
LINES = 25
REASONS = 8
Row = dict[str, Any]


def judged(place: Path) -> list[Row]:
    """One row per loop of the product's code; tests are left out."""
    if place.is_file():
        rows = json.loads(place.read_text(encoding="utf-8"))
    else:
        command = [sys.executable, "-m", "pfadvisor", "check", "--all", "--no-cache"]
        run = subprocess.run(
            [*command, "--output-format", "json", str(place)], capture_output=True, text=True
        )
        rows = json.loads(run.stdout)
    return [row for row in rows if row["loop"] and not _is_test(Path(row["filename"]))]


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_") or bool({"test", "tests"} & set(path.parts))


def table(rows: dict[str, list[Row]]) -> None:
    print(f"{'':12}{'loops':>7}" + "".join(f"{v:>10}" for v in VERDICTS))
    for name, found in rows.items():
        counts = Counter(row["verdict"] for row in found)
        print(f"{name:12}{len(found):7}" + "".join(f"{counts[v]:10}" for v in VERDICTS))


def commonest(title: str, words: Iterable[str]) -> None:
    print(f"\n{title}")
    for word, count in Counter(words).most_common(MOST):
        print(f"{count:6}  {word}")


def _names(rows: list[Row], key: str, *fields: str) -> Iterable[str]:
    """Each name once per loop."""
    for row in rows:
        yield from {":".join(str(each[f]) for f in fields) for each in row[key]}


def show(row: Row) -> None:
    first, last = row["location"]["row"], row["end_location"]["row"]
    print(f"\n--- {row['filename']}:{row['loop']['for_row']} {row['loop']['form']}")
    print(f"    {row['verdict']} {row['pattern'] or ''} {row['kind'] or ''}")
    reasons = [f"{each['name']}: {each['message']}" for each in row["blockers"]]
    reasons += [f"{each['name']}:{each['subject']}" for each in row["assumptions"]]
    for reason in list(dict.fromkeys(reasons))[:REASONS]:
        print(f"    {reason}")
    lines = Path(row["filename"]).read_text(encoding="utf-8").splitlines()
    print("\n".join(lines[max(first - 6, 0) : min(last, first + LINES)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--draw", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows = {place.stem: judged(place) for place in options.folders}
    every = [row for found in rows.values() for row in found]
    table(rows)
    commonest("blockers", _names(every, "blockers", "name"))
    commonest("assumptions", _names(every, "assumptions", "name"))
    commonest("what is assumed, of what", _names(every, "assumptions", "name", "subject"))
    for row in random.Random(options.seed).sample(every, min(options.draw, len(every))):
        show(row)


if __name__ == "__main__":
    main()
