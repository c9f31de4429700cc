"""What a run of a program leaves behind: its result or exception, all state, its output."""

from __future__ import annotations

import contextlib
import gc
import io
import pickle
import signal
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from differential.inside.describe import Describer

from .pools import Stage, standing

FILENAME = "case.py"
PATIENCE = 0.1  # seconds of this process


class Endless(BaseException):
    """The program did not end by itself."""


class Outcome(NamedTuple):
    """All that can be seen of a run, as text; parts that are shared carry numbers."""

    ended: str
    state: str
    output: str


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Endless after so many seconds. No garbage of others is collected meanwhile: what is
    raised in a callback for it would be lost."""

    def stop(*_: object) -> None:
        raise Endless

    collecting = gc.isenabled()
    gc.disable()
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if collecting:
            gc.enable()


@lru_cache(maxsize=8)
def compiled(text: str) -> CodeType:
    return compile(text, FILENAME, "exec", dont_inherit=True)


def played(text: str, given: tuple[Any, ...], seed: int = 0, patience: float = PATIENCE) -> Outcome:
    """What `run(*make(*given))` of the program does, on copies of what is given."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        stage = Stage(compiled(text), Random(seed))
        with standing(stage.main), limited(patience):
            arguments = stage.main.make(*pickle.loads(pickle.dumps(given)))
            seen = Describer(marks=True)
            ended = _ended(stage.main, arguments, seen)
            state = seen.text((arguments, _state(stage.main)))
    return Outcome(ended, state, output.getvalue())


def _ended(module: ModuleType, arguments: tuple[Any, ...], seen: Describer) -> str:
    try:
        return seen.text(module.run(*arguments))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _state(module: ModuleType) -> list[Any]:
    """Global data, what classes hold, and what functions keep in their defaults."""
    data = {k: v for k, v in vars(module).items() if k.isupper()}
    own = [v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__]
    classes = [
        {k: v for k, v in vars(one).items() if not k.startswith("__") and not callable(v)}
        for one in own
        if isinstance(one, type)
    ]
    kept = [one.__defaults__ for one in own if isinstance(one, FunctionType) and one.__defaults__]
    return [data, classes, kept]
