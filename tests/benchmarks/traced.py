"""Runs a module or script of Python and notes what each of its calls called.

`traced.py NOTES FOLDER (-m MODULE | SCRIPT) ARGUMENT...` writes, for each call expression in a file
below FOLDER, the functions that ran because of it: those it called, and those that library code
ran for it. Standard library only. Generator functions are left out: they run when they are drawn
from, which is elsewhere.
"""

from __future__ import annotations

import dis
import inspect
import json
import os
import runpy
import sys
import threading
from collections.abc import Iterator
from functools import cache
from types import CodeType, FrameType
from typing import Any

CALLS = {"CALL", "CALL_FUNCTION_EX", "CALL_KW", "PRECALL"}
LATER = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
Site = tuple[str, int, int]  # the file, and where the expression ends: row, column in bytes


class Tracer:
    """The profile function of one thread, and of those that it starts."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.join(os.path.abspath(folder), "")
        self.seen: set[Any] = set()
        self.found: dict[Site, set[tuple[str, ...]]] = {}
        self.inside = threading.local()

    def __call__(self, frame: FrameType, event: str, given: Any) -> None:
        if given is __build_class__:
            return
        if event == "c_call":
            self._count(frame, 1)
            self._note_builtin(frame, given)
        elif event in ("c_return", "c_exception"):
            self._count(frame, -1)
        elif event == "call" and frame.f_back is not None:
            self._note_function(frame.f_back, frame.f_code)

    def _count(self, frame: FrameType, step: int) -> None:
        """How many calls of builtin functions a frame is in at the moment."""
        if frame.f_code.co_filename.startswith(self.folder):
            deep = self.inside.__dict__.setdefault("deep", {})
            deep[frame] = deep.get(frame, 0) + step
            if not deep[frame]:
                del deep[frame]

    def _note_builtin(self, frame: FrameType, given: Any) -> None:
        code, owner = frame.f_code, getattr(given, "__self__", None)
        if not code.co_filename.startswith(self.folder):
            return
        mark = code, frame.f_lasti, given.__qualname__, type(owner)
        if mark not in self.seen:
            self.seen.add(mark)
            kinds = [name_of(cls) for cls in type(owner).__mro__]
            module = getattr(given, "__module__", None) or ""
            self._note(code, frame.f_lasti, ("builtin", module, given.__qualname__, *kinds))

    def _note_function(self, frame: FrameType, callee: CodeType) -> None:
        code = frame.f_code
        if not code.co_filename.startswith(self.folder) or callee.co_flags & LATER:
            return
        if not callee.co_flags & inspect.CO_OPTIMIZED:  # the body of a class
            return
        mark = code, frame.f_lasti, callee
        if mark not in self.seen:
            self.seen.add(mark)
            through = frame in self.inside.__dict__.get("deep", ())
            how = "through" if through else "function"
            row = str(callee.co_firstlineno)
            note = (how, callee.co_filename, callee.co_qualname, row)
            self._note(code, frame.f_lasti, note)

    def _note(self, code: CodeType, offset: int, callee: tuple[str, ...]) -> None:
        site = sites(code).get(offset)
        if site is not None:
            self.found.setdefault((code.co_filename, *site), set()).add(callee)


def name_of(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"


@cache
def sites(code: CodeType) -> dict[int, tuple[int, int]]:
    """Where the call ends that an instruction, or one of its caches, belongs to."""
    found: dict[int, tuple[int, int]] = {}
    positions = list(code.co_positions())
    for instruction in dis.get_instructions(code):
        if instruction.opname in CALLS:
            _, row, _, column = positions[instruction.offset // 2]
            if row is not None and column is not None:
                found |= dict.fromkeys(_belonging(code, instruction.offset), (row, column))
    return found


def _belonging(code: CodeType, offset: int) -> Iterator[int]:
    yield offset
    while offset + 2 < len(code.co_code) and code.co_code[offset + 2] == 0:
        offset += 2
        yield offset


def main() -> None:
    notes, folder, *command = sys.argv[1:]
    tracer = Tracer(folder)
    threading.setprofile(tracer)
    sys.path.insert(0, os.getcwd())
    sys.setprofile(tracer)
    try:
        if command[0] == "-m":
            sys.argv = command[1:]
            runpy.run_module(command[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = command
            runpy.run_path(command[0], run_name="__main__")
    finally:
        sys.setprofile(None)
        rows = [[*site, sorted(callees)] for site, callees in sorted(tracer.found.items())]
        with open(notes, "w", encoding="utf-8") as handle:
            json.dump(rows, handle)


if __name__ == "__main__":
    main()
