"""What a program does to its surroundings, seen from outside: audit events, and what the
interpreter keeps for the whole process, before and after."""

from __future__ import annotations

import contextvars
import decimal
import io
import locale
import logging
import os
import random
import signal
import sys
import warnings
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LIBRARIES = tuple({sys.prefix, sys.base_prefix, "/usr/share", "/usr/lib", "/proc", "/dev"})
WORDS = {
    "os.listdir": "file?",
    "os.scandir": "file?",
    "os.remove": "file",
    "os.rename": "file",
    "os.mkdir": "file",
    "os.rmdir": "file",
    "os.link": "file",
    "os.symlink": "file",
    "os.truncate": "file",
    "os.chmod": "file",
    "os.utime": "file",
    "shutil.copyfile": "file",
    "shutil.rmtree": "file",
    "shutil.move": "file",
    "os.chdir": "cwd",
    "os.putenv": "env",
    "os.unsetenv": "env",
    "subprocess.Popen": "process",
    "os.system": "process",
    "os.fork": "fork",
    "os.exec": "process",
    "os.posix_spawn": "process",
    "os.kill": "process",
    "socket.connect": "network",
    "socket.bind": "network",
    "socket.getaddrinfo": "network",
    "socket.sendto": "network",
    "urllib.Request": "network?",
    "sqlite3.connect": "db?",
    "sys.setrecursionlimit": "interpreter",
    "signal.pthread_kill": "signal",
}
STARTING = ("subprocess.Popen", "os.posix_spawn")
events: list[str] = []


def listen(event: str, given: tuple[Any, ...]) -> None:
    if (event == "open" or event in WORDS) and not _of_own_place():
        _hear(event, given)


def _of_own_place() -> bool:
    """Whether temporary files and folders come or go, whose names nobody else has."""
    frame = sys._getframe(2)
    while frame is not None and not frame.f_code.co_filename.endswith("tempfile.py"):
        frame = frame.f_back
    return frame is not None


def _hear(event: str, given: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = given
        if isinstance(path, str | bytes) and not os.fsdecode(path).startswith(LIBRARIES):
            events.append("file" if isinstance(flags, int) and flags & WRITING else "file?")
    elif event in STARTING and os.fsdecode(given[0]) == sys.executable:
        return  # of code that the analysis may have read
    elif event == "sqlite3.connect" and given[0] == ":memory:":
        return  # nobody else's
    else:
        events.append(WORDS[event])


class Heard(io.TextIOWrapper):
    """A standard stream that nobody reads."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)


def begin() -> None:
    """Listen from now on."""
    sys.addaudithook(listen)
    sys.stdout, sys.stderr, sys.stdin = Heard(), Heard(), io.StringIO("1\n2\n3\n")
    plain = logging.getLogRecordFactory()

    def noted(*given: Any, **named: Any) -> logging.LogRecord:
        events.append("log")
        return plain(*given, **named)

    logging.setLogRecordFactory(noted)


def look() -> dict[str, Any]:
    """What the process has for all of its code."""
    return {
        "stdout": _told(sys.stdout),
        "stderr": _told(sys.stderr),
        "stdin": _told(sys.stdin),
        "cwd": os.getcwd(),
        "env": dict(os.environ),
        "rng": hash(random.getstate()),
        "context": _settings(decimal.getcontext()),
        "warnings": list(warnings.filters),
        "variables": [(each.name, id(value)) for each, value in contextvars.copy_context().items()],
        "locale": locale.setlocale(locale.LC_ALL),
        "interpreter": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "signal": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGUSR1)],
    }


def _settings(context: decimal.Context) -> tuple[Any, ...]:
    """What arithmetic goes by; its flags, which most of it sets, are looked at by nobody else."""
    traps = sorted(signal.__name__ for signal, on in context.traps.items() if on)
    return context.prec, context.rounding, context.Emin, context.Emax, traps


def _told(stream: Any) -> int:
    return stream.tell() if isinstance(stream, Heard | io.StringIO) and not stream.closed else -1


def changed(before: dict[str, Any], since: int) -> set[str]:
    """The resources that are no more as they were, or that events tell of; `?` for mere reading."""
    after, found = look(), set(events[since:])
    found |= {name for name, state in after.items() if before[name] != state}
    if "log" in found:  # where its handlers write is theirs
        found -= {"stdout", "stderr"}
    return found
