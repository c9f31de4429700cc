"""From an open file back to the path that it was opened by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

FIRST: Final = frozenset(
    {
        "open",
        "io.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "codecs.open",
        "tarfile.open",
        "wave.open",
        "gzip.GzipFile",
        "bz2.BZ2File",
        "lzma.LZMAFile",
        "zipfile.ZipFile",
        "tarfile.TarFile",
        "csv.reader",
        "csv.writer",
        "csv.DictReader",
        "csv.DictWriter",
        "io.TextIOWrapper",
        "io.BufferedReader",
        "io.BufferedWriter",
    }
)  # what they work on is the path, or the open file, that they get first
MOST: Final = 6


def path_behind(ev: Evaluation, value: int, start: int = 0) -> int:
    """The path that an open file was opened by, as far back as instruction `start`."""
    for _ in range(MOST):
        below = _below(ev, value) if value >= start else -1
        if below < 0:
            break
        value = below
    return value


def _below(ev: Evaluation, value: int) -> int:
    """The path or file that a file was made of; -1 if it is none."""
    code = ev.function.code
    instr = code[value]
    if instr.op == "enter":
        return int(instr.args[0])
    if instr.op != "call":
        return -1
    names = {t.name for t in ev.targets.get(value, ())}
    given = instr.args[1][0] if instr.args[1] else ("", "", -1)
    if names and names <= FIRST:
        return int(given[2]) if given[0] == "pos" else -1
    callee = code[instr.args[0]]
    opens = any(name.endswith(".open") for name in names) and not names & FIRST
    return int(callee.args[0]) if opens and callee.op == "attr" else -1
