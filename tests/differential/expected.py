"""The expected text of a case's rewrites, backend by backend, as one file that is read as a patch.

The case is analysed once; its loops are then rewritten for each target. A section is what
`fix --diff` shows, or why a target takes none of the loops; targets that come to the same share
one. A case without a file is rewritten for none of them; of an open one it says why, where that is
asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from pfadvisor import pipeline
from pfadvisor.config import Settings, backends
from pfadvisor.model import Failed, Finding, Report
from pfadvisor.rewrite import apply
from pfadvisor.source.module import SourceFile, from_text
from pfadvisor.stages import with_fix

from .case import Case

PROCESSORS = frozenset(range(4))
FILE = "program.py"
ASSUMED = ("review", "open")  # verdicts that `--unsafe-fixes` shows something of


def path(case: Case) -> Path:
    return case.folder / "expected.diff"


def read(case: Case) -> str:
    """What was reviewed, "" for nothing."""
    return path(case).read_text(encoding="utf-8") if path(case).exists() else ""


def write(case: Case, text: str) -> None:
    if text:
        path(case).write_text(text, encoding="utf-8")
    else:
        path(case).unlink(missing_ok=True)


def made(case: Case, cwd: Path) -> str:
    """What the tool makes of the case, in a project in `cwd` that holds nothing else."""
    unsafe = case.verdict in ASSUMED
    show = "review" if unsafe else "suggested"
    asked = pipeline.Request(Settings(min_speedup=0), cwd, show, unsafe=unsafe)
    with usual_machine():
        report = pipeline.analyze_text(case.before, Path(FILE), asked)
    source = from_text(case.before, cwd / FILE, FILE)
    sections: dict[str, list[str]] = {}
    for name in backends():
        settings = replace(asked.settings, backend=name)
        text = _for(report, source, replace(asked, settings=settings))
        sections.setdefault(text, []).append(name)
    if not any("\n@@ " in text or (text and case.verdict == "open") for text in sections):
        return ""
    return "\n".join(f"== {' '.join(names)}\n{text}" for text, names in sections.items())


def after(case: Case, backend: str) -> str:
    """The whole text that the case's file says of a target."""
    for section in re.split("^== ", read(case), flags=re.M)[1:]:
        names, _, patch = section.partition("\n")
        if backend in names.split():
            return patched(case.before, patch)
    return case.before


def patched(before: str, patch: str) -> str:
    """What a unified diff makes of the text that it was made from."""
    rows, done = before.splitlines(keepends=True), 0
    result: list[str] = []
    for line in patch.splitlines(keepends=True):
        if line.startswith("@@ "):
            start = int(line.split()[1].partition(",")[0][1:]) - 1
            result += rows[done:start]
            done = start
        elif line[0] in " -" and not line.startswith("--- "):
            result += [line[1:]] * line.startswith(" ")
            done += 1
        elif line[0] == "+" and not line.startswith("+++ "):
            result.append(line[1:])
    return "".join([*result, *rows[done:]])


def _for(report: Report, source: SourceFile, asked: pipeline.Request) -> str:
    """The patch for one target, or the reasons why there is none."""
    found = [with_fix(replace(one, fix=None), source, asked) for one in report.findings]

    def wanted(finding: Finding) -> bool:
        return apply.is_applicable(finding.fix, unsafe=asked.unsafe)

    changes = apply.changes(
        replace(report, findings=tuple(found)), lambda _: source, wanted, asked.settings.line_length
    )
    shown = [apply.diff(one) for one in changes if not isinstance(one, Failed)]
    failed = [f"# {one.message}\n" for one in changes if isinstance(one, Failed)]
    left = [one for one in found if one.judgement is not None and not wanted(one)]
    reasons = [f"# {FILE}:{one.span.row}: left: {one.fix_refused or 'unsafe'}\n" for one in left]
    return "".join([*reasons, *failed, *shown])


@contextmanager
def usual_machine() -> Iterator[None]:
    """Sizes of chunks follow from the number of processors."""
    with mock.patch("os.sched_getaffinity", lambda _: PROCESSORS, create=True):
        yield
