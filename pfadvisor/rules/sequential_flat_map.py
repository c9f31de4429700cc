"""Several results per item, concatenated in order.

## What it does

Finds loops that compute a list per item and extend one list by it (`extend`, `+=`, an inner loop
that appends, a comprehension with two `for`), whose iterations are proved independent. What a
generator gives is taken where it is made: `extend`, `update` and `+=` of a list, set, dict or
Counter that the function has made, and that nobody sees half-filled.

## Why it matters

Each item's share of the list can be computed at the same time as the others; concatenating the
shares in the order of the items is cheap.

## Example

```python
def factors(n):
    found = []
    divisor = 2
    while n > 1:
        while n % divisor == 0:
            found.append(divisor)
            n //= divisor
        divisor += 1
    return found


def all_factors(numbers):
    out = []
    for n in numbers:  # PFA103
        out.extend(factors(n))
    return out


if __name__ == "__main__":
    print(sum(all_factors(range(10_000, 10_300))))
```

## Use instead

```python
from multiprocessing import Pool


def factors(n):
    found = []
    divisor = 2
    while n > 1:
        while n % divisor == 0:
            found.append(divisor)
            n //= divisor
        divisor += 1
    return found


def all_factors(numbers):
    out = []
    with Pool() as pool:
        for result in pool.map(factors, numbers):
            out.extend(result)
    return out


if __name__ == "__main__":
    print(sum(all_factors(range(10_000, 10_300))))
```

## When it is silent

An item's share depends on how long the list is by then:

```python
def spread(numbers):
    out = [1]
    for n in numbers:
        out.extend([len(out) % n, out[-1]])
    return out


if __name__ == "__main__":
    print(sum(spread(range(1, 300))))
```

## Fix safety

Safe when nothing was assumed. A result that came back from a process is a copy; it is used where
the original was fresh as well, so that nobody can tell.

## References

- [itertools.chain.from_iterable](https://docs.python.org/3/library/itertools.html#itertools.chain.from_iterable)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA103"
name: Final = "sequential-flat-map"
pattern: Final = "flat-map"
