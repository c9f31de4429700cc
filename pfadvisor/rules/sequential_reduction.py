"""Results of all items folded into one value.

## What it does

Finds loops that compute one result per item and fold it into a running value (`total += f(x)`,
`count`, `|=`), and `sum`, `any` and `all` over a comprehension, where the results themselves are
proved independent.

## Why it matters

Only the fold needs the iteration before; the expensive part, the results, can be computed at the
same time. The fold stays in the parent and runs in the order of the items, so that sums of
floats come out exactly as before.

## Example

```python
def persistence(n):
    rounds = 0
    while n > 9:
        product = 1
        while n:
            n, digit = divmod(n, 10)
            product *= digit
        n = product
        rounds += 1
    return rounds


def total(numbers):
    rounds = 0
    for n in numbers:  # PFA107
        rounds += persistence(n)
    return rounds


if __name__ == "__main__":
    print(total(range(100_000, 120_000)))
```

## Use instead

```python
from multiprocessing import Pool


def persistence(n):
    rounds = 0
    while n > 9:
        product = 1
        while n:
            n, digit = divmod(n, 10)
            product *= digit
        n = product
        rounds += 1
    return rounds


def total(numbers):
    rounds = 0
    with Pool() as pool:
        for result in pool.map(persistence, numbers):
            rounds += result
    return rounds


if __name__ == "__main__":
    print(total(range(100_000, 120_000)))
```

## When it is silent

What is computed uses the running value:

```python
def checksum(numbers):
    state = 7
    for n in numbers:
        state = (state * 31 + n * state) % 1_000_003
    return state


if __name__ == "__main__":
    print(checksum(range(1000)))
```

## Fix safety

Safe when nothing was assumed. No sum is re-associated, not even of integers.

## References

- [Fold](https://en.wikipedia.org/wiki/Fold_(higher-order_function))
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA107"
name: Final = "sequential-reduction"
pattern: Final = "reduction"
