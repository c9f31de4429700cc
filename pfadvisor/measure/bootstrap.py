"""Runs a program as Python would, with its loops measured: `python bootstrap.py SPEC`.

SPEC is a JSON file that says what to run and which loops to measure. The program sees its own
arguments, path and `__main__`; tracebacks show none of this.
"""

import os
import sys

OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
SAFE_PATH = OWN_FOLDER not in sys.path[:1]
if not SAFE_PATH:
    del sys.path[0]

import builtins  # noqa: E402
import json  # noqa: E402
import types  # noqa: E402
from importlib.machinery import SourceFileLoader  # noqa: E402
from typing import Any  # noqa: E402


def prepare() -> tuple[dict[str, Any], Any]:
    """The description of the run, and the recorder, installed."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec: dict[str, Any] = json.load(file)
    sys.path.insert(0, spec["home"])
    try:
        from pfadvisor.measure.recorder import Recorder
    finally:
        sys.path.remove(spec["home"])
    for name in [name for name in sys.modules if name.partition(".")[0] == "pfadvisor"]:
        del sys.modules[name]  # the program may have its own
    recorder = Recorder(spec["files"], spec["parts"])
    recorder.install()
    return spec, recorder


def new_main() -> types.ModuleType:
    """A `__main__` like that of an interpreter that just started."""
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = main
    return main


def run_script(path: str, recorder: Any) -> None:
    main, full = new_main(), os.path.abspath(path)
    if not SAFE_PATH:
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    main.__dict__.update(
        __file__=full, __cached__=None, __loader__=SourceFileLoader("__main__", full)
    )
    with open(full, "rb") as file:
        data = file.read()
    code = recorder.code(full, lambda: data) or compile(data, full, "exec", dont_inherit=True)
    exec(code, main.__dict__)


def run_module(name: str, path: str = "") -> None:
    """As `-m` does, or as a folder or archive with a `__main__` is run."""
    import runpy

    new_main()
    if path or not SAFE_PATH:
        sys.path.insert(0, path or os.getcwd())
    runpy._run_module_as_main(name, not path)  # type: ignore[attr-defined]


def end(error: BaseException) -> None:
    """Print what Python would print, without what stands in this file."""
    found = error.__traceback__
    while found is not None and found.tb_frame.f_code.co_filename == __file__:
        found = found.tb_next
    error.__traceback__ = found
    sys.excepthook(type(error), error, found)
    sys.excepthook = lambda *_: None


def main() -> None:
    spec, recorder = prepare()
    kind, target = spec["kind"], spec["target"]
    sys.argv = [target if kind == "script" else "-m", *spec["arguments"]]
    try:
        if kind == "module":
            run_module(target)
        elif os.path.isdir(target) or (not target.endswith(".py") and spec["archive"]):
            run_module("__main__", target)
        else:
            run_script(target, recorder)
    except SystemExit:
        raise
    except BaseException as error:
        end(error)
        raise


if __name__ == "__main__":
    kept = sys.modules["__main__"]  # else its names would be cleared
    main()
