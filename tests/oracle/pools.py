"""Pools that run in this process: what would cross to a worker is pickled, the order is drawn.

A task waits until a result is asked for; then tasks run in a random order until that one is
done. A worker process is played by a second instance of the module, imported anew (spawn) or
given the data of the first (fork), so that what a worker changes is lost to the parent.
"""

from __future__ import annotations

import builtins
import pickle
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from random import Random
from types import CodeType, ModuleType
from typing import Any

NAME = "case"
WORKERS = 2
CODE = (type, types.FunctionType, types.BuiltinFunctionType, ModuleType)


class WouldHang(BaseException):
    """What a real pool would wait for, for ever."""


class Stage:
    """One run of a program: its module, and the pools that it starts."""

    def __init__(self, code: CodeType, random: Random) -> None:
        self.code, self.random = code, random
        self.forks = random.random() < 0.5
        self.main = self.imported()

    def imported(self) -> ModuleType:
        module = ModuleType(NAME)
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
        with standing(module):
            exec(self.code, module.__dict__)
        return module

    def worker(self) -> ModuleType:
        module = self.imported()
        if self.forks:
            data = {k: v for k, v in vars(self.main).items() if _is_data(k, v)}
            with standing(self.main):
                sent = pickle.dumps(data)
            with standing(module):
                vars(module).update(pickle.loads(sent))
        return module

    def _import(self, name: str, *rest: Any) -> Any:
        real = builtins.__import__(name, *rest)
        if name.partition(".")[0] not in ("concurrent", "multiprocessing"):
            return real
        pools = types.SimpleNamespace(
            ProcessPoolExecutor=lambda *a, **k: Executor(self, True, *a, **k),
            ThreadPoolExecutor=lambda *a, **k: Executor(self, False, *a, **k),
            Pool=lambda *a, **k: Pool(self, True, *a, **k),
        )
        whole = name == "concurrent.futures" and not (len(rest) > 2 and rest[2])
        return types.SimpleNamespace(futures=pools) if whole else pools


def _is_data(name: str, value: Any) -> bool:
    """Data of the module; what has no copy stays as it was imported."""
    if name.startswith("__") or isinstance(value, CODE):
        return False
    try:
        pickle.dumps(value)
    except Exception:
        return False
    return True


@contextmanager
def standing(module: ModuleType) -> Iterator[None]:
    """While `module` is the one that its name means."""
    before = sys.modules.get(NAME)
    sys.modules[NAME] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[NAME]
        else:
            sys.modules[NAME] = before


class Task(Future[Any]):
    """A future that has its pool run when it is asked."""

    def __init__(self, work: Callable[[], Any], pool: Executor) -> None:
        super().__init__()
        self.work, self.pool = work, pool

    def result(self, timeout: float | None = None) -> Any:
        self.pool.run_until(self)
        return super().result(timeout)

    def run(self) -> None:
        if self.set_running_or_notify_cancel():
            try:
                self.set_result(self.work())
            except BaseException as error:
                self.set_exception(error)


class Executor:
    """`ProcessPoolExecutor` and `ThreadPoolExecutor`."""

    def __init__(
        self,
        stage: Stage,
        processes: bool,
        workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        **_: Any,
    ) -> None:
        self.stage, self.processes = stage, processes
        self.waiting: list[Task] = []
        self.workers = [stage.worker() for _ in range(WORKERS)] if processes else []
        if initializer is not None:
            for worker in self.workers:
                self._remotely(worker, initializer, *initargs)

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *error: object) -> None:
        self.run_until(None)

    shutdown = __exit__

    def run_until(self, wanted: Task | None) -> None:
        while self.waiting and (wanted is None or not wanted.done()):
            place = self.stage.random.randrange(len(self.waiting))
            self.waiting.pop(place).run()

    def _called(self, function: Callable[..., Any], *given: Any) -> Any:
        if not self.processes:
            return function(*given)
        return self._remotely(self.stage.random.choice(self.workers), function, *given)

    def _remotely(self, worker: ModuleType, function: Callable[..., Any], *given: Any) -> Any:
        sent = pickle.dumps((function, given))
        with standing(worker):
            there, arguments = pickle.loads(sent)
            try:
                answer = pickle.dumps((there(*arguments), None))
            except BaseException as error:
                answer = pickle.dumps((None, error))
        value, error = pickle.loads(answer)
        if error is not None:
            raise error
        return value

    def submit(self, function: Callable[..., Any], *given: Any) -> Task:
        task = Task(lambda: self._called(function, *given), self)
        self.waiting.append(task)
        return task

    def map(
        self, function: Callable[..., Any], *sources: Iterable[Any], chunksize: int = 1
    ) -> Iterator[Any]:
        items = list(zip(*sources, strict=False))
        size = chunksize if self.processes else 1
        tasks = [self.submit(_chunk, function, part) for part in _parts(items, size)]
        return self._taken(tasks)

    def _taken(self, tasks: list[Task]) -> Iterator[Any]:
        try:
            for task in tasks:
                yield from task.result()
        finally:
            for task in tasks:
                task.cancel()


class Pool(Executor):
    """`multiprocessing.Pool`: the source is read at once, what runs is killed at the end."""

    def __exit__(self, *error: object) -> None:
        self.waiting.clear()

    def map(  # type: ignore[override]
        self, function: Callable[..., Any], source: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """Which of several failures is raised is not promised; this raises the earliest."""
        items, failure = _read(source)
        size = chunksize or -(-len(items) // (4 * WORKERS)) or 1
        tasks = [self.submit(_mapped, function, part) for part in _parts(items, size)]
        self.run_until(None)
        found = [value for task in tasks for value in task.result()]
        if failure is not None:
            raise failure
        return found

    def imap(
        self, function: Callable[..., Any], source: Iterable[Any], chunksize: int = 1
    ) -> Iterator[Any]:
        items, failure = _read(source)
        if failure is not None:
            del items[len(items) // chunksize * chunksize :]
        tasks = [self.submit(_mapped, function, part) for part in _parts(items, chunksize)]
        for task in tasks:
            yield from task.result()
        if failure is not None:
            raise failure


def _read(source: Iterable[Any]) -> tuple[list[tuple[Any]], Exception | None]:
    """The items up to the source's own failure."""
    items: list[tuple[Any]] = []
    try:
        items.extend((item,) for item in source)
    except Exception as error:
        return items, error
    return items, None


def _parts(items: list[tuple[Any, ...]], size: int) -> list[list[tuple[Any, ...]]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _chunk(function: Callable[..., Any], part: list[tuple[Any, ...]]) -> list[Any]:
    return [function(*given) for given in part]


def _mapped(function: Callable[..., Any], part: list[tuple[Any, ...]]) -> list[Any]:
    """As a worker of `Pool` does it: an escaping StopIteration ends the chunk."""
    try:
        return list(map(function, *zip(*part, strict=True)))
    except Exception:
        raise
    except BaseException as error:
        raise WouldHang(repr(error)) from error
