"""From a command's options to a report, and from a report to streams and an exit code."""

from __future__ import annotations

import io
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import click

from pfadvisor import pipeline, registry, selection
from pfadvisor.cli import _options
from pfadvisor.model import Failed, Report
from pfadvisor.report import View
from pfadvisor.source.files import display
from pfadvisor.source.module import SourceFile, decode, read

STDIN: Final = "-"
PLACE: Final = re.compile(r"(?P<path>.+?):(?P<row>\d+)(?::\d+)?")


@dataclass(frozen=True, slots=True)
class Run:
    """`stdin` is what came from standard input, under the name `paths[0]`; None for files.

    `sources` are files that were read to be shown or changed; `kept` is what files gave that the
    run has not changed since.
    """

    paths: tuple[Path, ...]
    request: pipeline.Request
    jobs: int | None
    stdin: bytes | None = None
    sources: dict[str, SourceFile | Failed] = field(default_factory=dict)
    kept: pipeline.Kept = field(default_factory=dict)

    def report(self) -> Report:
        if self.stdin is not None:
            return pipeline.analyze_text(self.stdin, self.paths[0], self.request)
        with _progress() as progress:
            return pipeline.analyze(self.paths, self.request, self.jobs, progress, self.kept)

    def again(self, changed: Iterable[str]) -> Run:
        """The same run over what the files hold now, of which only those that it changed are
        looked at again."""
        names, cwd = {*changed}, self.request.cwd
        kept = {one: gave for one, gave in self.kept.items() if display(one.path, cwd) not in names}
        return replace(self, sources={}, kept=kept)

    def afresh(self) -> Run:
        """The same run over all files as they are now: what others hold may matter to one."""
        return replace(self, sources={}, kept={})

    def asking(self, request: pipeline.Request) -> Run:
        """The same files, asked something else."""
        return replace(self, request=request, kept={})

    def with_text(self, data: bytes) -> Run:
        """The same run over another text from standard input."""
        return replace(self, stdin=data, sources={})

    def source(self, filename: str) -> SourceFile | Failed:
        """A file by the name that reports give it, as it was when it was first asked for."""
        if filename not in self.sources:
            path = self.request.cwd / filename
            if self.stdin is not None and filename == str(self.paths[0]):
                self.sources[filename] = decode(self.stdin, path, filename)
            else:
                self.sources[filename] = read(path, filename)
        return self.sources[filename]

    def line(self, filename: str, row: int) -> str:
        """A row of a file, "" where there is none."""
        rows = _rows(self.source(filename))
        return rows[row - 1] if 0 < row <= len(rows) else ""


def run_of(
    given: dict[str, Any],
    show: selection.Show = "suggested",
    *,
    unsafe: bool = False,
    fixes: bool = True,
    what_if: bool = False,
) -> Run:
    """What the options of a command ask for."""
    named = given.get("paths") or (".",)
    from_stdin = named == (STDIN,)
    if STDIN in named and not from_stdin:
        raise click.UsageError("`-` cannot be combined with other paths")
    if from_stdin:
        named = (given.get("stdin_filename") or "<stdin>",)
    cwd = Path.cwd()
    paths = tuple(Path(name) for name in named)
    settings = _options.settings(paths, cwd, given)
    stdin = sys.stdin.buffer.read() if from_stdin else None
    request = pipeline.Request(
        settings,
        cwd,
        show,
        fixes=fixes,
        unsafe=unsafe,
        cached=not given.get("no_cache", False),
        basis=_options.basis(given, what_if=what_if),
        dependences=what_if,
    )
    return Run(paths, request, given.get("jobs"), stdin)


def render(report: Report, run: Run, name: str, *, statistics: bool = False) -> str:
    shown = view(run, statistics=statistics)
    text: str = registry.load("pfadvisor.report", name).render(report, shown)
    return text


def view(run: Run, *, statistics: bool = False) -> View:
    return View(run.line, wants_colour(), statistics, run.request.settings)


def write(text: str, *, err: bool = False) -> None:
    """Print what may hold any character on whatever encoding the stream has."""
    stream = sys.stderr if err else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    stream.write(text)


@contextmanager
def _progress() -> Iterator[pipeline.Progress | None]:
    """Files done, on one line of the terminal that is gone at the end; quick runs show none."""
    if not sys.stderr.isatty():
        yield None
        return
    start, shown = time.monotonic(), 0.0

    def tell(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - start > 1 and now - shown > 0.1:
            shown = now
            print(f"\r\x1b[KAnalysing {done}/{total} files", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def wants_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def complain(report: Report, run: Run | None = None) -> None:
    """One line on stderr for all that kept a file from being analysed."""
    for name in stale(run) if run is not None else ():
        write(f"warning: {name}: changed since the profile, which is ignored for it\n", err=True)
    for failed in report.failed:
        write(f"error: {_place(failed)}: {failed.message}\n", err=True)
    for skipped in report.skipped:
        write(f"warning: {skipped.filename}: {skipped.reason}\n", err=True)
    for idle in report.idle:
        write(f"warning: {idle.where}: {idle.message}\n", err=True)
    if not report.files and not report.failed:
        write("warning: no Python files found under the given path(s)\n", err=True)


def stale(run: Run) -> list[str]:
    """Files that have changed since the profile was taken."""
    found = []
    for path, file in run.request.basis.profile.files.items():
        name = display(Path(path), run.request.cwd)
        source = run.source(name)
        if isinstance(source, Failed) or source.digest != file.digest:
            found.append(name)
    return found


def exit_code(report: Report, run: Run) -> int:
    if report.failed:
        return 2
    settings = run.request.settings
    return int(any(selection.is_proposed(one, settings) for one in report.findings))


def _place(failed: Failed) -> str:
    numbers = [str(number) for number in (failed.row, failed.column) if number]
    return ":".join([failed.filename, *numbers])


@lru_cache(maxsize=8)
def _rows(source: SourceFile | Failed) -> tuple[str, ...]:
    if isinstance(source, Failed):
        return ()
    return tuple(line.rstrip("\n") for line in io.StringIO(source.text, newline=None))
