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
        "contextlib.closing",
        "csv.reader",
        "csv.writer",
        "csv.DictReader",
        "csv.DictWriter",
        "io.TextIOWrapper",
        "io.BufferedReader",
        "io.BufferedWriter",
    }
)  # what they work on is the path, or the open file, that they get first
OF_PATH: Final = "pathlib.Path.open"
MOST: Final = 6


def path_behind(ev: Evaluation, value: int, start: int = 0) -> int:
    """The path that an open file was opened by, as far back as instruction `start`."""
    for _ in range(MOST):
        below = _below(ev, value) if value >= start else -1
        if below < 0:
            break
        value = below
    return value


def only_read(ev: Evaluation, value: int) -> bool:
    """Whether the open file was opened for reading: flushing or closing it writes nothing."""
    code = ev.function.code
    for _ in range(MOST):
        instr = code[value] if value >= 0 else None
        if instr is not None and instr.op == "call" and _opens(ev, value):
            return _is_reading(ev, value)
        value = _below(ev, value) if value >= 0 else -1
    return False


def _names(ev: Evaluation, call: int) -> set[str]:
    """What is called; a method known by its name alone is no function of that name."""
    return {f"?.{t.name}" if t.kind == "duck" else t.name for t in ev.targets.get(call, ())}


def _opens(ev: Evaluation, call: int) -> bool:
    names = _names(ev, call)
    functions = {name for name in FIRST if name.endswith("open")}
    return bool(names) and (names <= functions or names == {OF_PATH})


def _is_reading(ev: Evaluation, call: int) -> bool:
    """Whether the mode, second after a path or first in a method of the path, is one to read."""
    arguments = ev.function.code[call].args[1]
    at = 0 if _names(ev, call) == {OF_PATH} else 1
    given = [v for kind, name, v in arguments if kind == "kw" and name == "mode"]
    plain = [v for kind, _, v in arguments if kind == "pos"][at : at + 1]
    if any(kind not in ("pos", "kw") for kind, _, _ in arguments):
        return False
    modes = [ev.values[v].const for v in (*given, *plain)]
    return all(isinstance(m, str) and m.startswith("r") and "+" not in m for m in modes)


def _below(ev: Evaluation, value: int) -> int:
    """The path or file that a file was made of; -1 if it is none."""
    code = ev.function.code
    instr = code[value]
    if instr.op == "enter":
        return int(instr.args[0])
    if instr.op != "call":
        return -1
    names = _names(ev, value)
    given = instr.args[1][0] if instr.args[1] else ("", "", -1)
    if names and names <= FIRST:
        return int(given[2]) if given[0] == "pos" else -1
    callee = code[instr.args[0]]
    opens = any(name.endswith(".open") for name in names) and not names & FIRST
    return int(callee.args[0]) if opens and callee.op == "attr" else -1
