"""What it takes to send a value to another process: its bytes and its seconds, within a time.

Runs inside the measured program: values are pickled, and only what is made of numbers, texts
and containers is read back, so that no code of the program runs besides its pickling.
"""

from __future__ import annotations

import io
import pickle
import time
from typing import Any, Final

now: Final = time.perf_counter
MOST_BYTES: Final = 32_000_000
MOST_READ: Final = 2_000_000
TRIES: Final = 5
QUICK: Final = 2e-4
REBUILD: Final = 0.8  # times the seconds of pickling: objects, whose code is not run


class TooLong(Exception):
    """Pickling takes longer than it may, for now."""


class Counter:
    """A file-like that counts, keeps what is small, and gives up on what is too large."""

    def __init__(self, until: float = float("inf")) -> None:
        self.size, self.until = 0, until
        self.parts: list[bytes] = []

    def write(self, data: Any) -> int:
        length: int = data.nbytes if isinstance(data, memoryview) else len(data)
        self.size += length
        if self.size > MOST_BYTES:
            raise OverflowError("larger than 32 MB")
        if now() > self.until:
            raise TooLong
        if self.size <= MOST_READ:
            self.parts.append(bytes(data))
        return length


class Plain(pickle.Unpickler):
    """Reads what is made of numbers, texts and containers: runs no code of the program."""

    def find_class(self, _module: str, name: str) -> Any:
        raise pickle.UnpicklingError(name)


def passed(values: list[object], counter: Counter | None = None) -> tuple[int, float]:
    """Bytes, and seconds to pickle and unpickle: the best of some tries, the first is slow."""
    there = back = float("inf")
    for _ in range(TRIES):
        size, *seconds = _passed_once(values, counter or Counter())
        counter = None
        there, back = min(there, seconds[0]), min(back, seconds[1])
        if there + back > QUICK:
            break
    return size, there + back


def _passed_once(values: list[object], counter: Counter) -> tuple[int, float, float]:
    start = time.thread_time()
    pickle.Pickler(counter, 4).dump(values)
    there = time.thread_time() - start
    if counter.size > MOST_READ:
        return counter.size, there, there * REBUILD
    reader = Plain(io.BytesIO(b"".join(counter.parts)))
    start = time.thread_time()
    try:
        reader.load()
    except Exception:
        return counter.size, there, there * REBUILD
    return counter.size, there, time.thread_time() - start


def reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:200]
