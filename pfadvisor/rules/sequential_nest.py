"""Nested loops over independent combinations.

## What it does

Finds nested loops and comprehensions with several `for` whose combinations are all independent:
the outer loop is offered, as it has the larger pieces of work.

## Why it matters

A grid of points, all pairs, all parameter sets: the number of combinations is a product, so such
loops are where programs spend their time. Rewriting the outermost level starts one pool, once.

## Example

```python
def escape(x, y):
    real, imag, count = 0.0, 0.0, 0
    while count < 300 and real * real + imag * imag < 4.0:
        real, imag = real * real - imag * imag + x, 2.0 * real * imag + y
        count += 1
    return count


def picture(width, height):
    rows = []
    for j in range(height):  # PFA110
        row = []
        for i in range(width):
            row.append(escape(3.0 * i / width - 2.0, 2.0 * j / height - 1.0))
        rows.append(row)
    return rows


if __name__ == "__main__":
    print(sum(map(sum, picture(60, 40))))
```

## Use instead

```python
from functools import partial
from multiprocessing import Pool


def escape(x, y):
    real, imag, count = 0.0, 0.0, 0
    while count < 300 and real * real + imag * imag < 4.0:
        real, imag = real * real - imag * imag + x, 2.0 * real * imag + y
        count += 1
    return count


def _picture_row(width, height, j):
    row = []
    for i in range(width):
        row.append(escape(3.0 * i / width - 2.0, 2.0 * j / height - 1.0))
    return row


def picture(width, height):
    with Pool() as pool:
        rows = pool.map(partial(_picture_row, width, height), range(height))
    return rows


if __name__ == "__main__":
    print(sum(map(sum, picture(60, 40))))
```

## When it is silent

Each row is made from the one above:

```python
def pascal(height):
    rows = [[1]]
    for _ in range(height):
        above = rows[-1]
        rows.append([1, *(a + b for a, b in zip(above, above[1:])), 1])
    return rows


if __name__ == "__main__":
    print(pascal(6)[-1])
```

## Fix safety

Safe when nothing was assumed. Only one level is rewritten: a pool inside of a pool multiplies
the workers and gains nothing.

## References

- [Loop nest optimization](https://en.wikipedia.org/wiki/Loop_nest_optimization)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA110"
name: Final = "sequential-nest"
pattern: Final = "nest"
