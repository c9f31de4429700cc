"""Runs the scenarios of one case inside one fresh interpreter.

Takes a job file (JSON), imports the program from the job's folder, and appends one line per
started and per observed scenario to a journal. Standard library only; knows nothing of
pfadvisor. Standard output is a file given by the parent and is read back by offset.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

SCENE = "scene"


class SourceFailure(Exception):
    """What a one-shot source raises half-way."""


def one_shot(items: Iterable[Any], fails: bool) -> Iterator[Any]:
    middle = len(items) // 2 if isinstance(items, list) else 0
    for number, item in enumerate(items):
        if fails and number == middle:
            raise SourceFailure(number)
        yield item


class Scene:
    """One scenario: its names, its inputs, and what came out of it."""

    def __init__(self, job: dict[str, Any], scenario: dict[str, Any], program: Any) -> None:
        self.job = job
        self.scenario = scenario
        self.world = vars(program)
        self.names: dict[str, Any] = {"program": program}
        self.results: list[Any] = []
        self.error: BaseException | None = None

    def evaluate(self, text: str) -> Any:
        return eval(text, self.world, self.names)

    def prepare(self) -> None:
        exec(self.job["setup"], self.world, self.names)
        texts = self.scenario["items"]
        if self.scenario["shared"]:
            texts = texts[:1]
        items = [self.evaluate(text) for text in texts]
        if self.scenario["shared"]:
            items *= len(self.scenario["items"])
        self.names["LIST"] = items
        if self.scenario["source"] == "list":
            self.names["ITEMS"] = self.evaluate(self.job["build"])
        else:
            source = itertools.cycle(items) if self.scenario["source"] == "endless" else items
            self.names["ITEMS"] = one_shot(source, self.scenario["source"] == "failing")

    def call(self) -> None:
        try:
            for _ in range(self.scenario["calls"]):
                self.results.append(self.evaluate(self.scenario["call"]))
        except BaseException as error:
            self.error = error

    def run(self) -> None:
        if not self.scenario["thread"]:
            self.call()
            return
        thread = threading.Thread(target=self.call)
        thread.start()
        thread.join()


def wait_for_helpers(patience: float = 3.0) -> dict[str, Any]:
    """What the scenario left running, after a moment in which it may end by itself."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        extra = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
        children = multiprocessing.active_children()
        if not extra and not children:
            return {"threads": 0, "processes": 0}
        time.sleep(0.005)
    return {"threads": len(extra), "processes": len(children)}


def flush() -> tuple[int, int]:
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fstat(1).st_size, os.fstat(2).st_size


def read_from(path: str, offset: int) -> str:
    with open(path, "rb") as handle:
        handle.seek(offset)
        return handle.read().decode("utf-8", "backslashreplace")


def files_below(folder: str) -> dict[str, str]:
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as handle:
                text = handle.read().decode("utf-8", "backslashreplace")
            found[os.path.relpath(path, folder)] = text
    return dict(sorted(found.items()))


def observe(scene: Scene, outcome: dict[str, Any]) -> None:
    from describe import Describer, describe_error

    plain, shared = Describer(marks=False), Describer(marks=True)
    states = {text: scene.evaluate(text) for text in ["ITEMS", *scene.job["state"]]}
    outcome["result"] = [plain.text(result) for result in scene.results]
    outcome["error"] = describe_error(scene.error, plain)
    outcome["state"] = {text: plain.text(value) for text, value in states.items()}
    outcome["sharing"] = shared.text([scene.results, *states.values()])


def play(job: dict[str, Any], scenario: dict[str, Any], program: Any) -> dict[str, Any]:
    folder = os.path.join(job["folder"], SCENE, scenario["name"])
    os.makedirs(folder)
    os.chdir(folder)
    scene = Scene(job, scenario, program)
    scene.prepare()
    out, err = flush()
    scene.run()
    outcome: dict[str, Any] = {"scenario": scenario["name"], "left": wait_for_helpers()}
    flush()
    os.chdir(folder)
    observe(scene, outcome)
    outcome["stdout"] = read_from(job["stdout"], out)
    outcome["stderr"] = read_from(job["stderr"], err)
    outcome["files"] = files_below(folder)
    return outcome


def note(journal: str, entry: dict[str, Any]) -> None:
    with open(journal, "a", encoding="utf-8") as handle:
        handle.write(json.dumps(entry) + "\n")


def main() -> None:
    import faulthandler

    with open(sys.argv[1], encoding="utf-8") as handle:
        job = json.load(handle)
    sys.path.insert(0, job["folder"])
    multiprocessing.set_start_method(job["method"])
    faulthandler.enable()
    program = importlib.import_module("program")
    for scenario in job["scenarios"]:
        note(job["journal"], {"started": scenario["name"]})
        faulthandler.dump_traceback_later(job["patience"] * 0.8, exit=False)
        outcome = play(job, scenario, program)
        faulthandler.cancel_dump_traceback_later()
        note(job["journal"], outcome)
    note(job["journal"], {"finished": True})
    with contextlib.suppress(BrokenPipeError):
        flush()


if __name__ == "__main__":
    main()
