"""From an open file back to the path that it was opened by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.returning import returned

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.values import Val

FIRST: Final = frozenset(
    {
        "open",
        "io.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "codecs.open",
        "mailbox.mbox",
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
        "os.fdopen",
    }
)  # what they work on is the path, or the open file, that they get first
FILEOBJ: Final = {"gzip.GzipFile": 3, "tarfile.open": 2, "tarfile.TarFile": 2}
FILE: Final = ("res", "file")
OF_PATH: Final = "pathlib.Path.open"
ARCHIVE: Final = frozenset({"zipfile.ZipFile"})
PRINTING: Final = frozenset({"write", "writelines", "flush", "print"})
STREAMS: Final = {
    ("global", f"sys.{name}"): ("res", name.strip("_"))
    for name in ("stdout", "stderr", "__stdout__", "__stderr__")
}
IN_MEMORY: Final = frozenset({"io.BytesIO", "io.StringIO"})
OPENED: Final = "opened"  # the step of a path to the file that was opened by it
MOST: Final = 6


def path_behind(ev: Evaluation, value: int, start: int = 0) -> int:
    """The path that an open file was opened by, as far back as instruction `start`."""
    for _ in range(MOST):
        below = _below(ev, value) if value >= start else -1
        if below < 0:
            break
        value = below
    return value


def buffer_behind(ev: Evaluation, value: int) -> Val | None:
    """The buffer in memory that a file works on, None if it may be something else."""
    behind = ev.values[path_behind(ev, value)] if value >= 0 else None
    told = behind is not None and behind.objs and behind.types and behind.types <= IN_MEMORY
    return behind if told else None


def stream_behind(ev: Evaluation, value: int) -> str:
    """The standard stream that an open file is, "" if it may be another file."""
    objs = ev.values[value].objs if value >= 0 else frozenset()
    found = {STREAMS[root][1] if not path and root in STREAMS else "" for root, path in objs}
    return found.pop() if len(found) == 1 else ""


def moves(ev: Evaluation, value: int, *, write: bool) -> bool:
    """Whether the use of an open file changes it, or how far it was read: each member of an
    archive is read by itself."""
    return write or ev.values[value].types != ARCHIVE


def only_read(ev: Evaluation, value: int) -> bool:
    """Whether the open file was opened for reading: flushing or closing it writes nothing."""
    code = ev.function.code
    for _ in range(MOST):
        instr = code[value] if value >= 0 else None
        if instr is not None and instr.op == "call" and _opens(ev, value):
            return _is_reading(ev, value)
        if instr is not None and _given_to_read(ev, value):
            return True
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
    if names and names <= FIRST:
        return _worked_on(ev, names, instr.args[1])
    given = _given_back(ev, value)
    if given >= 0:
        return given
    callee = code[instr.args[0]]
    opens = any(name.endswith(".open") for name in names) and not names & FIRST
    return int(callee.args[0]) if opens and callee.op == "attr" else -1


def _given_back(ev: Evaluation, call: int) -> int:
    """What a function was called with if it gives that back, or a file of it; -1 if it does not."""
    form, values = returned(ev, call)
    if form is not None and form[:2] == ("path", OPENED):
        form = form[3]
    return values[form[1]] if form is not None and form[0] == "value" else -1


def _given_to_read(ev: Evaluation, value: int) -> bool:
    """Whether a function gives a file that it opens for reading."""
    form, _ = returned(ev, value)
    return form is not None and form[:3] == ("path", OPENED, (True,))


def _worked_on(ev: Evaluation, names: set[str], given: list[tuple[str, str, int]]) -> int:
    """The first argument, or the open file that some take beside a name."""
    at = {FILEOBJ.get(name, -1) for name in names}
    if at != {-1}:
        beside = [v for kind, name, v in given if kind == "kw" and name == "fileobj"]
        beside += [v for kind, _, v in given[max(at) : max(at) + 1] if kind == "pos"]
        if any(kind not in ("pos", "kw") for kind, _, _ in given):
            return -1
        if beside and ev.values[beside[0]].const is not None:
            return beside[0]
    return int(given[0][2]) if given and given[0][0] == "pos" else -1
