"""Runs programs and notes, for each call of one of their functions, what it changed.

Takes a file (JSON): programs, each with its path, statements to run in its namespace, and where its
notes go. Each runs in a process of its own, forked from this one. Standard library only.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import signal
import sys
import tempfile
import traceback
import types
from typing import Any

import pictures
import surroundings
from reach import NAME, kind_of, names_of, parameters, roots

SECONDS = 20
MOST_CALLS = 3
INNER = ("<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
RESUMED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
Key = tuple[str, int, str]


class Recorder:
    """The profile function of one program."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.broken = ""
        self.notes: dict[Key, set[str]] = {}
        self.counts: dict[Key, int] = {}
        self.given: dict[types.FrameType, list[Any]] = {}
        self.waiting: list[tuple[types.FrameType, Any]] = []

    def __call__(self, frame: types.FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if code.co_filename != self.path or not code.co_flags & inspect.CO_OPTIMIZED:
            return
        if code.co_name in INNER:
            return
        try:
            self._note(frame, event)
        except Exception:
            self.broken = traceback.format_exc()

    def _note(self, frame: types.FrameType, event: str) -> None:
        if event == "call":
            self.waiting.append((frame, self.before(frame)))
        elif event == "return" and self.waiting and self.waiting[-1][0] is frame:
            entry = self.waiting.pop()[1]
            if entry is not None:
                self.after(frame, *entry)

    def before(self, frame: types.FrameType) -> Any:
        code = frame.f_code
        if frame not in self.given or not code.co_flags & RESUMED:
            names = parameters(code)
            given = [frame.f_locals.get(name) for name in names]
            self.given |= {frame: given} if code.co_flags & RESUMED else {}
        else:
            given = self.given[frame]
        key = code.co_qualname, code.co_firstlineno, json.dumps([kind_of(v) for v in given])
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.counts[key] > MOST_CALLS:
            return None
        try:
            picture = pictures.Picture(roots(frame, given))
        except pictures.TooLarge:
            return None
        since = len(surroundings.events)
        return key, picture, names_of(frame), surroundings.look(), since

    def after(
        self,
        frame: types.FrameType,
        key: Key,
        picture: pictures.Picture,
        names: dict[str, Any],
        around: dict[str, Any],
        since: int,
    ) -> None:
        found = self.notes.setdefault(key, set())
        for step, ways in picture.changes():
            found.add(json.dumps([step, ways]))
        later = names_of(frame)
        for name in names.keys() | later.keys():
            if names.get(name, self) is not later.get(name, self):
                found.add(json.dumps(["=", [[name, []]]]))
        for resource in surroundings.changed(around, since):
            found.add(json.dumps(["=", [[f"res {resource}", []]]]))


def run(job: dict[str, Any]) -> None:
    """Import the program and run the statements; what they raise is no matter here."""
    spec = importlib.util.spec_from_file_location(NAME, job["path"])
    assert spec is not None and spec.loader is not None
    program = sys.modules[NAME] = importlib.util.module_from_spec(spec)
    recorder = Recorder(job["path"])
    surroundings.begin()
    error = ""
    sys.setprofile(recorder)
    try:
        spec.loader.exec_module(program)
        for statement in job["statements"]:
            try:
                exec(statement, vars(program))
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
    except BaseException as raised:
        error = f"{type(raised).__name__}: {raised}"
    finally:
        sys.setprofile(None)
    calls = [
        {"function": key[0], "row": key[1], "given": json.loads(key[2]), "changes": sorted(changes)}
        for key, changes in recorder.notes.items()
    ]
    with open(job["notes"], "w", encoding="utf-8") as handle:
        json.dump({"error": error, "broken": recorder.broken, "calls": calls}, handle)


def in_child(job: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                os.chdir(folder)
                run(job)
            finally:
                os._exit(0)
        wait_for(child)


def wait_for(child: int) -> None:
    def end(*_: object) -> None:
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(SECONDS)
    os.waitpid(child, 0)
    signal.alarm(0)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as handle:
        jobs = json.load(handle)
    for job in jobs:
        in_child(job)


if __name__ == "__main__":
    main()
