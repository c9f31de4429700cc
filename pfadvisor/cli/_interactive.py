"""The questions of `fix --interactive`, one for each rewrite, as `git add --patch` asks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import click

from pfadvisor.cli import _run
from pfadvisor.model import Edit, Failed, Finding, Fix, Report
from pfadvisor.rewrite import apply
from pfadvisor.rewrite.apply import Change

HELP: Final = """\
y - rewrite this loop
n - do not rewrite this loop
q - quit; rewrite none of the loops that follow
a - rewrite this loop and all that follow in the file
d - do not rewrite this loop nor any that follow in the file
e - edit the new code, then rewrite this loop
? - print help
"""
_HEAD: Final = "# pfadvisor: "
_PART: Final = re.compile(rf"^{_HEAD}part (\d+) of \d+.*\n", re.M)
_NOTE: Final = f"{_HEAD}save to take the code below; lines that begin like this one are left out\n"

Make = Callable[[Report], list[Change | Failed]]


def chosen(run: _run.Run, report: Report, make: Make) -> list[Finding]:
    """The findings that the reader wants rewritten, with their fixes as they were edited."""
    taken: list[Finding] = []
    whole: dict[str, bool] = {}
    for finding in report.findings:
        if not apply.is_applicable(finding.fix, unsafe=True):
            continue
        if finding.filename not in whole:
            answer, finding = _ask(run, finding, make)
            if answer == "q":
                break
            if answer in ("a", "d"):
                whole[finding.filename] = answer == "a"
        else:
            answer = "y" if whole[finding.filename] else "n"
        if answer in ("y", "a"):
            taken.append(finding)
    return taken


def _ask(run: _run.Run, finding: Finding, make: Make) -> tuple[str, Finding]:
    """One letter of y, n, q, a and d, and the finding with the fix that it is given for."""
    _show(run, finding, make)
    while True:
        answer = click.prompt("Rewrite this loop [y,n,q,a,d,e,?]", default="n", show_default=False)
        letter = answer.strip()[:1].lower()
        if letter == "e":
            changed = _edited(finding)
            problem = _problem(changed, make)
            if not problem:
                return "y", changed
            _run.write(f"{problem}\n")
        elif letter and letter in "ynqad":
            return letter, finding
        else:
            _run.write(HELP)


def _show(run: _run.Run, finding: Finding, make: Make) -> None:
    """What was found and why, then what it would become."""
    explained = _run.render(Report((finding,)), run, "text").rpartition("\n\n")[0]
    changes = (one for one in make(Report((finding,))) if isinstance(one, Change))
    _run.write(f"{explained}\n\n" + "".join(apply.diff(one) for one in changes))


def _problem(finding: Finding, make: Make) -> str:
    failed = [one.message for one in make(Report((finding,))) if isinstance(one, Failed)]
    return "; ".join(failed)


def _edited(finding: Finding) -> Finding:
    """The finding with its fix as it comes back from the editor."""
    fix = finding.fix
    assert fix is not None
    given = click.edit(_NOTE + "".join(_parts(fix)), extension=".py")
    if given is None:
        return finding
    numbered = _PART.split(given)[1:]
    texts = {int(n): text for n, text in zip(numbered[::2], numbered[1::2], strict=True)}
    edits = [
        replace(edit, content=_restored(edit, texts[n])) if n in texts else edit
        for n, edit in enumerate(fix.edits, 1)
    ]
    return replace(finding, fix=replace(fix, edits=tuple(edits)))


def _parts(fix: Fix) -> Iterator[str]:
    for number, edit in enumerate(fix.edits, 1):
        text = edit.content if edit.content.endswith("\n") else f"{edit.content}\n"
        yield f"{_HEAD}part {number} of {len(fix.edits)}, for row {edit.span.row}\n{text}"


def _restored(edit: Edit, text: str) -> str:
    """The part's text with the end that it had."""
    kept = "".join(row for row in text.splitlines(True) if not row.startswith(_HEAD))
    return kept if edit.content.endswith("\n") else kept.removesuffix("\n")
