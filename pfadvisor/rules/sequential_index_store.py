"""One result per index, stored into its own slot.

## What it does

Finds loops that store one result per iteration at an index that belongs to that iteration alone
(`out[i] = ...`), where no iteration reads what another one writes. Inside a `with` or `try` the
store has to be the last thing that the iteration does.

## Why it matters

Slots that differ never conflict: the values can be computed at the same time and stored in order.

## Example

```python
def brightness(x, y):
    real, imag, count = 0.0, 0.0, 0
    while count < 200 and real * real + imag * imag < 4.0:
        real, imag = real * real - imag * imag + x, 2.0 * real * imag + y
        count += 1
    return count


def column(ys: list[float]) -> list[int]:
    out = [0] * len(ys)
    for i, y in enumerate(ys):  # PFA106
        out[i] = brightness(-0.5, y)
    return out


if __name__ == "__main__":
    print(sum(column([y / 500 for y in range(500)])))
```

## Use instead

```python
from multiprocessing import Pool


def brightness(x, y):
    real, imag, count = 0.0, 0.0, 0
    while count < 200 and real * real + imag * imag < 4.0:
        real, imag = real * real - imag * imag + x, 2.0 * real * imag + y
        count += 1
    return count


def _column_item(y):
    return brightness(-0.5, y)


def column(ys: list[float]) -> list[int]:
    out = [0] * len(ys)
    with Pool() as pool:
        for i, result in enumerate(pool.map(_column_item, ys)):
            out[i] = result
    return out


if __name__ == "__main__":
    print(sum(column([y / 500 for y in range(500)])))
```

## When it is silent

Each slot is computed from its neighbour:

```python
def smoothed(values):
    out = list(values)
    for i in range(1, len(out)):
        out[i] = (out[i] + out[i - 1]) / 2
    return out


if __name__ == "__main__":
    print(smoothed([1.0, 2.0, 4.0]))
```

## Fix safety

Safe when nothing was assumed. Indices that come out of another list (`out[order[i]]`) may repeat;
they are stored in order, and the assumption `distinct-keys` is named where the order matters.

## References

- [Affine dependence tests](https://en.wikipedia.org/wiki/Loop_dependence_analysis)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA106"
name: Final = "sequential-index-store"
pattern: Final = "index-store"
