"""What pools, tasks, pickles and plain Python take on this machine; run as a program of its own.

Prints one JSON object: a list of seconds for every name of `Machine` and `Rates` that is
measured, `pace`, and work `alone` and `together`. What does not work on a platform is left out.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing.context import BaseContext
from typing import Final

ROUNDS: Final = 9
PROCESSES: Final = 2
THREADS: Final = 8
AHEAD: Final = 4
PATIENCE: Final = 13.0
MANY: Final = 20_000
SOME: Final = 1_000
LONG: Final = 1_500_000  # as long as a scheduler needs to share the processors out
TABLE_SECONDS: Final = 1.13e-7  # what the tables of costs say of one turn of `_turns`
POOLS: Final = ("import multiprocessing.pool", "import concurrent.futures.process")
EXECUTORS: Final = "import concurrent.futures.thread"
now: Final = time.perf_counter
Probe = Callable[[], float]


class Record:
    """An instance as programs send them."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.number, self.share = name, number, number / 7


def nothing(value: object = None) -> None:
    """A task that takes no time."""


def _pool_start(context: BaseContext) -> float:
    start = now()
    with context.Pool(PROCESSES) as pool:
        pool.map(nothing, range(PROCESSES), 1)
    return now() - start


def _executor_start(context: BaseContext) -> float:
    start = now()
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as executor:
        list(executor.map(nothing, range(PROCESSES)))
    return now() - start


def _pool_tasks(context: BaseContext, number: int, chunk: int) -> float:
    with context.Pool(PROCESSES) as pool:
        pool.map(nothing, range(PROCESSES), 1)
        start = now()
        pool.map(nothing, range(number), chunk)
        return (now() - start) / number


def _executor_tasks(executor: Executor, workers: int, number: int) -> float:
    """Some are under way, and results are taken one by one in order."""
    with executor:
        list(executor.map(nothing, range(workers)))
        waiting: deque[Future[None]] = deque()
        start = now()
        for index in range(number):
            waiting.append(executor.submit(nothing, index))
            if len(waiting) >= AHEAD * workers:
                waiting.popleft().result()
        for future in waiting:
            future.result()
        return (now() - start) / number


def _thread_pool() -> float:
    start = now()
    with ThreadPoolExecutor(PROCESSES) as executor:
        executor.submit(nothing).result()
    return now() - start


def _thread() -> float:
    start = now()
    for _ in range(50):
        thread = threading.Thread(target=nothing)
        thread.start()
        thread.join()
    return (now() - start) / 50


def _tasks_of_a_loop(number: int) -> float:
    async def nothing_much() -> None:
        await asyncio.sleep(0)

    async def group() -> float:
        start = now()
        await asyncio.gather(*(nothing_much() for _ in range(number)))
        return now() - start

    return asyncio.run(group())


def _hand_over() -> float:
    """Two threads that wait for each other in turn."""
    ours, theirs, turns = threading.Semaphore(0), threading.Semaphore(0), 500

    def answer() -> None:
        for _ in range(turns):
            theirs.acquire()
            ours.release()

    thread = threading.Thread(target=answer)
    thread.start()
    start = now()
    for _ in range(turns):
        theirs.release()
        ours.acquire()
    taken = now() - start
    thread.join()
    return taken / (2 * turns)


def _sent(value: object, parts: int) -> float:
    """Seconds per part to pickle a value, pass it through a pipe and unpickle it."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    start = now()
    data = pickle.dumps(value)
    thread = threading.Thread(target=writer.send_bytes, args=(data,))
    thread.start()
    pickle.loads(reader.recv_bytes())
    taken = now() - start
    thread.join()
    reader.close()
    writer.close()
    return taken / parts


def _turns(number: int) -> float:
    """Plain Python, as loops are made of it."""
    record, table, total = Record("a", 3), {"a": 1, "b": 2}, 0.0
    start = now()
    for index in range(number):
        total += record.number * index % 7
        if table["a"] < index:
            total -= index / 3
        record.share = total
    return (now() - start) / number


def _work(context: BaseContext, together: int) -> float:
    """Seconds that work takes with as much on so many of the processors at the same time."""
    workers = processors()
    with context.Pool(workers) as pool:
        pool.map(nothing, range(workers), 1)
        return sum(pool.map(_turns, [LONG] * together, 1)) / together


def processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def _import(statement: str) -> float:
    """Seconds of an import in an interpreter that has just started."""
    program = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return float(ran.stdout)


def _starts() -> dict[str, list[Probe]]:
    found: dict[str, list[Probe]] = {}
    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        found[method] = [partial(_pool_start, context), partial(_executor_start, context)]
    return found


def _values() -> dict[str, Probe]:
    numbers = [index / 3 for index in range(MANY)]
    texts = [f"station {index}" for index in range(MANY)]
    records = [Record("some name", index) for index in range(2_000)]
    return {
        "number": partial(_sent, numbers, MANY),
        "text": partial(_sent, texts, MANY),
        "character": partial(_sent, "x" * 2_000_000, 2_000_000),
        "entry": partial(_sent, {text: text[::-1] for text in texts}, MANY),
        "instance": partial(_sent, records, 2_000),
        "megabyte": partial(_sent, bytes(4_000_000), 4),
    }


def probes() -> dict[str, list[Probe]]:
    """By name; those of one name take turns."""
    context = multiprocessing.get_context()

    def executor() -> float:
        made = ProcessPoolExecutor(PROCESSES, mp_context=context)
        return _executor_tasks(made, PROCESSES, SOME)

    def threads() -> float:
        return _executor_tasks(ThreadPoolExecutor(THREADS), THREADS, SOME)

    return {
        **_starts(),
        "imports_processes": [partial(_import, one) for one in POOLS],
        "imports_threads": [partial(_import, EXECUTORS)],
        "threads": [_thread_pool],
        "per_thread": [_thread],
        "loop": [partial(_tasks_of_a_loop, 1)],
        "task_async": [lambda: _tasks_of_a_loop(SOME) / SOME],
        "task_chunked": [partial(_pool_tasks, context, MANY, 64)],
        "task_process": [partial(_pool_tasks, context, SOME, 1)],
        "task_executor": [executor],
        "task_thread": [threads],
        "hand_over": [_hand_over],
        **{name: [probe] for name, probe in _values().items()},
        "alone": [partial(_work, context, 1)],
        "together": [partial(_work, context, processors())],
        "pace": [lambda: _turns(MANY) / TABLE_SECONDS],
    }


def measured(chosen: dict[str, list[Probe]], patience: float = PATIENCE) -> dict[str, list[float]]:
    """Readings in rounds, so that what else the machine does meets all alike."""
    found: dict[str, list[float]] = {}
    end = now() + patience
    for turn in range(ROUNDS):
        for name, several in chosen.items():
            if now() > end and name in found:
                continue
            for probe in several:
                try:
                    found.setdefault(name, []).append(probe())
                except (OSError, ValueError, ImportError) as error:
                    print(f"{name}, round {turn + 1}: {error}", file=sys.stderr)
    return {name: readings for name, readings in found.items() if readings}


def main(arguments: Sequence[str] = ()) -> None:
    json.dump(measured(probes()), sys.stdout)


if __name__ == "__main__":
    main()
