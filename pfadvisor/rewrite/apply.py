"""From the fixes of a report to changed files: composed, compiled, shown as a diff, written.

Encoding, byte order mark, newlines, permissions and every byte outside the edits
stay. Nothing is written unless the whole file compiles, and each file in one step; a
file that changed since it was read is left alone.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from pfadvisor.model import Failed, Finding, Fix, Report
from pfadvisor.rewrite.compose import applied, composed
from pfadvisor.source.module import SourceFile, decode, encode

_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Change:
    """What a file becomes. `left` are findings whose fix does not go with a taken one; `added`
    are packages that it declares now."""

    source: SourceFile
    text: str
    fixed: tuple[Finding, ...]
    left: tuple[Finding, ...]
    added: tuple[str, ...] = ()


def changes(
    report: Report,
    read: Callable[[str], SourceFile | Failed],
    wanted: Callable[[Finding], bool],
    width: int,
) -> list[Change | Failed]:
    """The changed files of a report, with the fixes of those findings that are `wanted`."""
    chosen = [one for one in report.findings if one.fix is not None and wanted(one)]
    files = groupby(chosen, key=lambda one: one.filename)
    return [_changed(read(name), list(found), width) for name, found in files]


def is_applicable(fix: Fix | None, *, unsafe: bool) -> bool:
    """Whether a fix may be applied to a file."""
    return fix is not None and (
        fix.applicability == "safe" or (unsafe and fix.applicability == "unsafe")
    )


def write(source: SourceFile, text: str) -> Failed | None:
    """Replace the file in one step, or say why not. Symbolic links stay links."""
    path = source.path.resolve()
    try:
        data = encode(source, text)
        if path.read_bytes() != source.data:
            return Failed(source.name, "not written: it changed since it was analysed")
        _replace(path, data)
    except UnicodeEncodeError as error:
        return Failed(source.name, f"not written: its encoding cannot hold it: {error}")
    except OSError as error:
        return Failed(source.name, f"not written: {error.strerror or error}")
    return None


def diff(change: Change) -> str:
    """The change as `git apply` takes it, below comments on what each rewrite rests on."""
    notes = [note for finding in change.fixed for note in _notes(finding)]
    if change.added:
        notes.append(f"{change.source.name}: declares {' and '.join(change.added)}")
    notes += [f"{_place(one)}: left, as it does not go with another rewrite" for one in change.left]
    mark = _MARK if change.source.bom else ""
    return unified_diff(change.source.name, mark + change.source.text, mark + change.text, notes)


def diff_bytes(change: Change) -> bytes:
    """The same in the encoding of the file, as a patch has to be."""
    encoding = "utf-8" if change.source.bom else change.source.encoding
    return diff(change).encode(encoding, "backslashreplace")


def unified_diff(name: str, before: str, after: str, notes: Sequence[str] = ()) -> str:
    """The change as `git apply` takes it; `notes` stand above it, where patch ignores them."""
    from difflib import unified_diff as compare

    if before == after:
        return ""
    shown = name.replace(os.sep, "/").lstrip("/")  # an absolute name is one below the root
    lines = compare(_rows(before), _rows(after), f"a/{shown}", f"b/{shown}")
    return "".join([*(f"# {note}\n" for note in notes), *_ended(lines)])


def _changed(source: SourceFile | Failed, found: Sequence[Finding], width: int) -> Change | Failed:
    if isinstance(source, Failed):
        return source
    fixes = [one.fix for one in found if one.fix is not None]
    made = composed(source.text, fixes, width)
    text = applied(source.text, made.edits, source.newline)
    problem = _problem(source, text)
    if problem:
        return Failed(source.name, f"not fixed: the rewritten file {problem}")
    fixed, left = ([found[index] for index in which] for which in (made.taken, made.dropped))
    return Change(source, text, tuple(fixed), tuple(left))


def _problem(source: SourceFile, text: str) -> str:
    """Why the text may not be written: it must compile, and be read back as it was meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, source.name, "exec", dont_inherit=True)
            found = decode(encode(source, text), source.path, source.name)
        except UnicodeEncodeError as error:
            return f"cannot be written in its encoding: {error}"
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"would not compile: {error}"
    read_back = isinstance(found, SourceFile) and found.text == text
    return "" if read_back else "would be read in another encoding"


def _replace(path: Path, data: bytes) -> None:
    mode = path.stat().st_mode
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _notes(finding: Finding) -> Iterator[str]:
    if finding.fix is not None:
        yield f"{_place(finding)}: {finding.fix.message}"
        yield from (f"  {note}" for note in finding.fix.notes)
    assumed = finding.judgement.assumptions if finding.judgement else ()
    said = (f"{each.name}:{each.subject}: {' '.join(each.message.split())}" for each in assumed)
    yield from (f"  assumes {each}" for each in dict.fromkeys(said))


def _place(finding: Finding) -> str:
    return f"{finding.filename.replace(os.sep, '/')}:{finding.span.row}"


def _rows(text: str) -> list[str]:
    """Rows as git counts them: a carriage return is part of its row."""
    return [row for row in text.replace("\n", "\n\0").split("\0") if row]


def _ended(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
