"""What libraries do to the process that uses them, beside what their calls do.

A table speaks of callables; this is about whole import roots. A program shows what it uses by the
imports of a module and of the modules that it imports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from pfadvisor.effects.facts import Instr, ModuleFacts

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Trait = Literal["threads", "greenlets", "main-thread"]
TRAITS: Final[dict[Trait, frozenset[str]]] = {
    # start threads, or open devices and connections, of which a forked process has half
    "threads": frozenset({
        "apscheduler", "confluent_kafka", "cupy", "grpc", "jax", "kafka", "mxnet", "onnxruntime",
        "paddle", "pycuda", "pyopencl", "tensorflow", "torch", "zmq",
    }),
    # make the program's threads, locks and sockets their own
    "greenlets": frozenset({"eventlet", "gevent"}),
    # have objects that belong to the main thread of one process
    "main-thread": frozenset({
        "AppKit", "PyQt4", "PyQt5", "PyQt6", "PySide", "PySide2", "PySide6", "gi", "gtk", "kivy",
        "pygame", "pyglet", "qtpy", "tkinter", "wx",
    }),
}  # fmt: skip
# what starts threads, by the library that it is of
STARTERS: Final[dict[str, frozenset[str]]] = {
    "_thread": frozenset({"start_new_thread"}),
    "asyncio": frozenset({"run_in_executor", "to_thread"}),
    "concurrent": frozenset({"ThreadPoolExecutor"}),
    "http": frozenset({"ThreadingHTTPServer"}),
    "logging": frozenset({"QueueListener"}),
    "multiprocessing": frozenset({"ThreadPool"}),
    "socketserver": frozenset({"ThreadingMixIn", "ThreadingTCPServer", "ThreadingUDPServer"}),
    "threading": frozenset({"Thread", "Timer"}),
}


def library_with(program: Program, module: ModuleFacts, trait: Trait) -> str:
    """A library with the trait that the module or one of its imports uses, "" if none does."""
    key = module.name, trait
    if key not in program.libraries:
        found = (r for f in program.around(module) for r in sorted(roots(f) & TRAITS[trait]))
        program.libraries[key] = next(found, "")
    return program.libraries[key]


def thread_starter(program: Program, module: ModuleFacts) -> str:
    """What of the module, or of its imports, may have left threads running when a loop begins."""
    if module.name not in program.starters:
        program.starters[module.name] = _starter(program, module)
    return program.starters[module.name]


def _starter(program: Program, module: ModuleFacts) -> str:
    for facts in program.around(module):
        starters = frozenset[str]().union(*(STARTERS.get(r, ()) for r in roots(facts)))
        for word in _words(facts) if starters else ():
            if word in starters:
                return word
    return library_with(program, module, "threads") or library_with(program, module, "main-thread")


def chooses_start(program: Program, module: ModuleFacts) -> bool:
    """Whether the program says itself how processes are started."""
    key = module.name, "start"
    if key not in program.libraries:
        chosen = any("set_start_method" in _words(facts) for facts in program.around(module))
        program.libraries[key] = "chosen" if chosen else ""
    return bool(program.libraries[key])


def names_one(program: Program, module: ModuleFacts, words: str) -> bool:
    """Whether the module or one of its imports has one of the words ("a|b") in any place."""
    key = module.name, words
    if key not in program.libraries:
        wanted = frozenset(words.split("|"))
        code = (i for facts in program.around(module) for f in facts.functions for i in f.code)
        program.libraries[key] = words if any(_names(instr, wanted) for instr in code) else ""
    return bool(program.libraries[key])


def _names(instr: Instr, words: frozenset[str]) -> bool:
    told = (name for _, name, _ in instr.args[1]) if instr.op == "call" else instr.args
    return any(isinstance(word, str) and word in words for word in told)


def roots(module: ModuleFacts) -> frozenset[str]:
    """First names of what the module imports, wherever it does so."""
    found = {target for _, (target, _, level) in module.imports if level == 0}
    found |= {target for target, level in module.star_imports if level == 0}
    found |= {
        instr.args[0]
        for function in module.functions
        for instr in function.code
        if instr.op == "import" and instr.args[2] == 0
    }
    return frozenset(target.partition(".")[0] for target in found)


def _words(module: ModuleFacts) -> Iterator[str]:
    """The names that the code reads, takes as attributes or imports."""
    for function in module.functions:
        for instr in function.code:
            if instr.op in ("name", "attr"):
                yield str(instr.args[-1])
            elif instr.op == "import" and instr.args[1]:
                yield str(instr.args[1])
