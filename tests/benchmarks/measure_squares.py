"""Measures the loop that pfadvisor advises against: squares of a million numbers by a pool.

Prints how many times longer the pool takes than the loop (median of five runs of each).
Run by hand: python tests/benchmarks/measure_squares.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from multiprocessing import Pool

NUMBERS = range(1, 1_000_001)


def square(number: int) -> int:
    return number * number


def by_loop() -> list[int]:
    squares = []
    for number in NUMBERS:
        squares.append(number * number)
    return squares


def by_pool() -> list[int]:
    with Pool() as pool:
        return pool.map(square, NUMBERS)


def seconds(function: Callable[[], list[int]]) -> float:
    readings = []
    for _ in range(5):
        start = time.perf_counter()
        function()
        readings.append(time.perf_counter() - start)
    return statistics.median(readings)


def main() -> None:
    assert by_loop() == by_pool()
    loop, pool = seconds(by_loop), seconds(by_pool)
    print(f"loop {loop:.3f} s, pool {pool:.3f} s, ratio {pool / loop:.2f}")


if __name__ == "__main__":
    main()
