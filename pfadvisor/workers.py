"""A function over chunks in processes, in order; a chunk whose worker dies gives None."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")


def processors() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(
    function: Callable[[Chunk], Result],
    chunks: Sequence[Chunk],
    jobs: int,
    done: Callable[[int], None],
) -> list[Result | None]:
    """`done` is told how many chunks have been."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children

    others = active_children()
    results: list[Result | None] = []
    pool = ProcessPoolExecutor(min(jobs, len(chunks)), initializer=_end_silently_on_interrupt)
    try:
        for future in [pool.submit(function, chunk) for chunk in chunks]:
            try:
                results.append(future.result())
            except BrokenProcessPool:
                results.append(None)
            done(len(results))
    except BaseException:
        for child in active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return results


def _end_silently_on_interrupt() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
