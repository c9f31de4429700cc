"""Commands that the program starts: whether a child process only looks and reports.

Any program may write what another one reads, so a command is told by its text alone: a
program that is known to write nothing but its output, or Python code that stands in the source.
"""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access
from pfadvisor.effects.alone import is_changed
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.folders import LISTS
from pfadvisor.effects.refinement import without
from pfadvisor.effects.repeats import innermost_loop
from pfadvisor.effects.values import NOTHING

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

LOOKING: Final = frozenset(
    {"basename", "cat", "cksum", "cmp", "comm", "cut", "df", "diff", "dirname", "du", "echo"}
    | {"egrep", "expr", "false", "ffprobe", "fgrep", "grep", "head", "id", "ls", "md5sum", "nm"}
    | {"printenv", "printf", "ps", "pwd", "readelf", "readlink", "realpath", "seq", "sha1sum"}
    | {"sha224sum", "sha256sum", "sha384sum", "sha512sum", "stat", "strings", "tail", "test"}
    | {"tr", "true", "uname", "wc", "which", "whoami"}
)
LOOKING_GIT: Final = frozenset(
    {"blame", "cat-file", "describe", "for-each-ref", "ls-files", "ls-tree", "merge-base"}
    | {"name-rev", "rev-list", "rev-parse"}
)
LISTING_TAR: Final = re.compile(r"-?t[zjJv]*f")
LOGGED: Final = re.compile(r"-\d+|--(format|pretty)=.*|--oneline|HEAD")
COLLECTING: Final = frozenset({"check_output", "getoutput", "getstatusoutput", "popen"})
LISTED: Final = ("list", "tuple")
SHELL: Final = frozenset("|&;<>()$`\n*?[#~")
INTERPRETER: Final = "sys.executable"
OWN: Final = frozenset({"stdout", "stderr", "stdin", "clock", "entropy", "rng", "env", "cwd"})
STOPPING: Final = frozenset({"sys.exit"})


def only_looks(ev: Evaluation, i: int, name: str) -> bool:
    """Whether the command of a call is known to change nothing, and its output is collected."""
    given = ev.function.code[i].args[1]
    named = {key: value for kind, key, value in given if kind == "kw"}
    if not _collected(ev, name, named) or any(kind in ("star", "dstar") for kind, *_ in given):
        return False
    words = [value for kind, _, value in given if kind == "pos"] or [named.get("args", -1)]
    return looks(ev, i, words[0]) if len(words) == 1 else _is_harmless(ev, _spelled(ev, words))


def looks(ev: Evaluation, i: int, value: int) -> bool:
    """Whether it is, at instruction `i`, a command that is known to change nothing."""
    instr = ev.function.code[value] if value >= 0 else None
    if instr is None:
        return False
    if ev.values[value].const is not NOTHING:
        return _is_harmless(ev, _spelled(ev, [value]))
    given = ev.context[instr.args[0]] if instr.op == "param" and ev.context else None
    known = _is_harmless(ev, _spelled(ev, [value])) if instr.op != "param" else given is not None
    return known and (given is None or given.looks) and _stays(ev, i, value)


def passed_to_look(ev: Evaluation, i: int, value: int) -> bool:
    """Whether a call passes a list of words, or hands one on, that is such a command."""
    instr = ev.function.code[value] if value >= 0 else None
    listed = instr is not None and instr.op == "display" and instr.args[0] in LISTED
    return (listed or (instr is not None and instr.op == "param")) and looks(ev, i, value)


def _stays(ev: Evaluation, i: int, value: int) -> bool:
    """Whether the words of a command are at instruction `i` what they were at first."""
    from pfadvisor.effects.program import operands

    code = ev.function.code
    if is_changed(ev, ev.values[value]):
        return False
    here = innermost_loop(ev.function, code[i].stmt)
    if code[value].op != "param" and innermost_loop(ev.function, code[value].stmt) == here:
        return True
    later = (c for c in code[i + 1 :] if c.op != "bind") if here >= 0 else ()
    return not any(value in operands(c) for c in later)


def started(ev: Evaluation, i: int, line: Line, name: str) -> Line:
    """What the call of a table's line that starts a child does: a child that only looks may look
    at any file."""
    redirected(ev, i)
    if not only_looks(ev, i, name):
        return line
    access.resource(ev, i, "file", write=False, how=LISTS)
    return replace(line, writes=without(line.writes, "process"))


def redirected(ev: Evaluation, i: int) -> None:
    """Open files that the child writes to, or reads on from."""
    for kind, key, value in ev.function.code[i].args[1]:
        if kind == "kw" and key in ("stdin", "stdout", "stderr"):
            ev.access(i, ev.values[value], "[]", write=True, how="write")


def _collected(ev: Evaluation, name: str, named: dict[str, int]) -> bool:
    """Whether what the child prints comes back to the caller."""
    kept = [named[key] for key in ("stdout", "stderr") if key in named]
    if any(ev.values[v].types != frozenset({"int"}) for v in kept):
        return False
    if "preexec_fn" in named or "executable" in named:
        return False
    captured = "capture_output" in named and ev.values[named["capture_output"]].const is True
    return captured or "stdout" in named or name.rpartition(".")[2] in COLLECTING


def _spelled(ev: Evaluation, values: list[int]) -> list[str | None]:
    """The words of a command, None for one that only the run will tell."""
    code, words = ev.function.code, list[str | None]()
    for value in values:
        instr = code[value] if value >= 0 else None
        if instr is not None and instr.op == "display" and instr.args[0] in LISTED:
            return [_word(ev, v) for v in instr.args[1:]]
        word = _word(ev, value) if value >= 0 else None
        if len(values) == 1:
            return [*shlex.split(word)] if word and not SHELL & set(word) else [None]
        words.append(word)
    return words


def _word(ev: Evaluation, value: int) -> str | None:
    instr = ev.function.code[value]
    if instr.op == "star":
        return None
    if instr.op == "attr" and ev.text(value) == INTERPRETER:
        return INTERPRETER
    const = ev.values[value].const
    return const if const is not NOTHING and isinstance(const, str) else None


def _is_harmless(ev: Evaluation, words: list[str | None]) -> bool:
    program = words[0] if words else None
    if program == INTERPRETER:
        return _runs_harmless_code(ev, words[1:])
    if program == "git":
        return _git_looks(words[1:])
    if program == "tar":
        return len(words) == 3 and bool(LISTING_TAR.fullmatch(words[1] or ""))
    if program == "pdftotext":
        return len(words) == 3 and words[2] == "-"
    return program is not None and program.rpartition("/")[2] in LOOKING


def _git_looks(words: list[str | None]) -> bool:
    """A log may be told to go to a file, if not to run other programs."""
    while words[:1] == ["-C"]:
        words = words[2:]
    if words[:1] == ["log"]:
        return all(word and LOGGED.fullmatch(word) for word in words[1:])
    return bool(words) and words[0] in LOOKING_GIT


def _runs_harmless_code(ev: Evaluation, words: list[str | None]) -> bool:
    """`python -c TEXT`: the text is analysed like any other code of the program."""
    for at, word in enumerate(words):
        if word is None or not word.startswith("-"):
            return False
        if word == "-c":
            text = words[at + 1] if at + 1 < len(words) else None
            return text is not None and _changes_nothing(ev, text)
    return False


def _changes_nothing(ev: Evaluation, text: str) -> bool:
    from pfadvisor.effects.lower import lower

    try:
        facts = lower(ast.parse(text), text, "command", f"the command {text}", is_package=False)
    except (SyntaxError, ValueError, RecursionError):
        return False
    ev.program.add(facts)
    found = ev.program.evaluation(facts, 0)
    return not any(u.subject not in STOPPING for u in found.unknowns) and all(
        not effect.write or effect.root[0] != "res" or effect.root[1] in OWN
        for effect in found.effects
    )
