"""The best of the results of all items.

## What it does

Finds loops that compute a score per item and keep the best (`if score > best: best = score`),
and `min` and `max` over a comprehension, where the scores are proved independent.

## Why it matters

The scores can be computed at the same time. The comparison stays in the parent and sees them in
the order of the items, so that of equal scores the same one wins as before.

## Example

```python
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def longest(numbers: range):
    best, champion = -1, None
    for n in numbers:  # PFA108
        length = steps(n)
        if length > best:
            best, champion = length, n
    return champion, best


if __name__ == "__main__":
    print(longest(range(1, 20_000)))
```

## Use instead

```python
from multiprocessing import Pool


def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def longest(numbers: range):
    best, champion = -1, None
    with Pool() as pool:
        for n, length in zip(numbers, pool.map(steps, numbers)):
            if length > best:
                best, champion = length, n
    return champion, best


if __name__ == "__main__":
    print(longest(range(1, 20_000)))
```

## When it is silent

The best so far steers the computation (a branch and bound):

```python
def bounded(n, limit):
    count = 0
    while n != 1 and count <= limit:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def shortest(numbers):
    best = 1000
    for n in numbers:
        best = min(best, bounded(n, best))
    return best


if __name__ == "__main__":
    print(shortest(range(3, 300)))
```

## Fix safety

Safe when nothing was assumed: ties keep the first, as before.

## References

- [max](https://docs.python.org/3/library/functions.html#max)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA108"
name: Final = "sequential-min-max"
pattern: Final = "min-max"
