"""Results of the items that pass a test, collected in order.

## What it does

Finds loops that compute a test or a result per item and keep only some of the results,
comprehensions with an expensive `if` and calls of `filter`, whose iterations are proved
independent.

## Why it matters

The test and the result of one item say nothing about those of another: all can be computed at
the same time. Which are kept is decided afterwards, in the order of the items.

## Example

```python
def is_prime(n):
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return n > 1


def primes(numbers: range) -> list[int]:
    found = []
    for n in numbers:  # PFA102
        if is_prime(n):
            found.append(n)
    return found


if __name__ == "__main__":
    print(len(primes(range(10_000_000, 10_001_000))))
```

## Use instead

```python
from multiprocessing import Pool


def is_prime(n):
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return n > 1


def primes(numbers: range) -> list[int]:
    found = []
    with Pool() as pool:
        for n, matched in zip(numbers, pool.map(is_prime, numbers)):
            if matched:
                found.append(n)
    return found


if __name__ == "__main__":
    print(len(primes(range(10_000_000, 10_001_000))))
```

## When it is silent

Whether an item is kept depends on what was kept before:

```python
def coprime_set(numbers):
    kept = []
    for n in numbers:
        if all(n % k for k in kept):
            kept.append(n)
    return kept


if __name__ == "__main__":
    print(len(coprime_set(range(2, 500))))
```

## Fix safety

Safe when nothing was assumed. Items that fail the test are computed and dropped, as before; the
order of those that remain is that of the source.

## References

- [multiprocessing.pool.Pool.map](https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.map)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA102"
name: Final = "sequential-filter-map"
pattern: Final = "filter-map"
