"""Labelled works from every area of the library that waits or computes: the kind, whether the
GIL is held, and what runs them at the same time.

The labels come from what CPython does, not from what is said here: each block of the files in
`kinds` gives its reason. A file is one label.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from pfadvisor import analyze_source
from pfadvisor.model import Finding

from .snippets import work_of

FOLDER = Path(__file__).with_name("kinds")
HEAD = re.compile(r"^## (\S+): .+\n", re.MULTILINE)
PLAIN = "\ndef run(items: list[{item}]):\n    return [work(item) for item in items]  # LOOP\n"
AWAITING = PLAIN.replace("def run", "async def run").replace("work(", "await work(")


class Label(NamedTuple):
    kind: str
    gil: str
    mode: str


LABELS = {
    "waiting": Label("io", "released", "threads"),
    "holding": Label("cpu", "held", "processes"),
    "holding-formats": Label("cpu", "held", "processes"),
    "releasing": Label("cpu", "released", "threads"),
    "awaiting": Label("async", "released", "async"),
    "mixed": Label("mixed", "mixed", "processes"),
}


def works() -> dict[str, tuple[str, Label]]:
    """Programs of one loop, by label and name."""
    found = {}
    for stem, label in LABELS.items():
        _, *parts = HEAD.split((FOLDER / f"{stem}.txt").read_text(encoding="utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            loop = AWAITING if label.kind == "async" else PLAIN
            (item,) = re.findall(r"def work\(item: ([\w.]+)\)", text)
            found[f"{stem}-{name}"] = text + loop.format(item=item), label
    return found


WORKS = works()


def finding_of(text: str) -> Finding:
    """What is said of the marked loop."""
    row = next(n for n, line in enumerate(text.split("\n"), 1) if line.endswith("# LOOP"))
    report = analyze_source(text, show="all")
    return next(one for one in report.findings if one.span.row == row)


def test_each_label_has_many_works() -> None:
    unmixed = [label for _, label in WORKS.values() if label.kind != "mixed"]
    assert len(unmixed) >= 150
    assert min(map(unmixed.count, unmixed)) >= 10


@pytest.mark.parametrize("name", WORKS)
def test_the_kind_is_that_of_the_label(name: str) -> None:
    text, label = WORKS[name]
    work = work_of(text)
    assert work.kind == label.kind
    assert label.kind == "async" or work.gil == label.gil


@pytest.mark.parametrize("name", WORKS)
def test_what_runs_it_is_that_of_the_label(name: str) -> None:
    """Where the loop may run in parallel at all, or may if something is assumed."""
    text, label = WORKS[name]
    plan = finding_of(text).judgement.plan
    assert plan is None or plan.mode == label.mode
