"""A command line that runs Python, taken apart: the interpreter, its options, and what it runs."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

WITH_VALUE: Final = frozenset({"-W", "-X", "--check-hash-based-pycs"})


class CommandError(Exception):
    """Not a command that runs Python; told in one line."""


@dataclass(frozen=True, slots=True)
class Command:
    """`options` are the interpreter's; `archive`: the target is a folder or archive to be run."""

    interpreter: str
    options: tuple[str, ...]
    kind: Literal["script", "module"]
    target: str
    arguments: tuple[str, ...]
    archive: bool = False

    @property
    def plain(self) -> list[str]:
        """The command as Python runs it."""
        what = ["-m", self.target] if self.kind == "module" else [self.target]
        return [self.interpreter, *self.options, *what, *self.arguments]


def parse(words: Sequence[str]) -> Command:
    """A script, `-m module`, `python …`, or a command that is a Python script, such as pytest.

    Raises CommandError.
    """
    if not words:
        raise CommandError("no command given: `-- script.py`, `-- -m module` or `-- pytest`")
    first = words[0]
    if first.startswith("-"):
        return _interpreted(sys.executable, words)
    if Path(first).name.rstrip("0123456789.").removesuffix(".exe") == "python":
        return _interpreted(_found(first), words[1:])
    if Path(first).is_file() or Path(first).is_dir():
        return _script(sys.executable, (), words, shebang=not first.endswith((".py", ".pyz")))
    found = shutil.which(first)
    if found is None:
        raise CommandError(f"{first}: no such file or command")
    return _script(sys.executable, (), [found, *words[1:]], shebang=True)


def _interpreted(interpreter: str, words: Sequence[str]) -> Command:
    options: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word == "-m" and rest:
            return Command(interpreter, tuple(options), "module", rest[0], tuple(rest[1:]))
        if word.startswith("-m") and len(word) > 2:
            return Command(interpreter, tuple(options), "module", word[2:], tuple(rest))
        if word.startswith("-c") or word == "-":
            raise CommandError(f"`{word}` has no file whose loops could be measured")
        options.append(word)
        if word in WITH_VALUE and rest:
            options.append(rest.pop(0))
    if not rest:
        raise CommandError("an interpreter without a program")
    return _script(interpreter, tuple(options), rest)


def _script(
    interpreter: str, options: tuple[str, ...], words: Sequence[str], *, shebang: bool = False
) -> Command:
    target = Path(words[0])
    if not target.exists():
        raise CommandError(f"{target}: no such file")
    archive = target.is_dir() or zipfile.is_zipfile(target)
    if shebang and not archive:
        interpreter = _of_shebang(target) or interpreter
    return Command(interpreter, options, "script", words[0], tuple(words[1:]), archive)


def _of_shebang(script: Path) -> str:
    """The interpreter that a script names in its first line."""
    with script.open("rb") as file:
        line = file.readline(300)
    words = line[2:].decode(errors="replace").split() if line.startswith(b"#!") else []
    if words and Path(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    if not words or not Path(words[0]).name.startswith("python"):
        raise CommandError(f"{script}: not a Python program")
    return _found(words[0])


def _found(interpreter: str) -> str:
    found = shutil.which(interpreter)
    if found is None:
        raise CommandError(f"{interpreter}: no such interpreter")
    return found
