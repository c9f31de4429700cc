"""One result per item, stored under a key.

## What it does

Finds loops that fill a dictionary or a set with one result per item, and dict and set
comprehensions, whose iterations are proved independent.

## Why it matters

The values can be computed at the same time. Storing them afterwards, in the order of the items,
gives the same insertion order and the same winner where two items share a key.

## Example

```python
def digit_sum_of_power(exponent):
    total = 0
    rest = 7**exponent
    while rest:
        rest, digit = divmod(rest, 10)
        total += digit
    return total


def table(exponents: range) -> dict[int, int]:
    sums = {}
    for exponent in exponents:  # PFA105
        sums[exponent] = digit_sum_of_power(exponent)
    return sums


if __name__ == "__main__":
    print(table(range(500, 540)))
```

## Use instead

```python
from multiprocessing import Pool


def digit_sum_of_power(exponent):
    total = 0
    rest = 7**exponent
    while rest:
        rest, digit = divmod(rest, 10)
        total += digit
    return total


def table(exponents: range) -> dict[int, int]:
    with Pool() as pool:
        sums = dict(zip(exponents, pool.map(digit_sum_of_power, exponents)))
    return sums


if __name__ == "__main__":
    print(table(range(500, 540)))
```

## When it is silent

The value that is stored is made from the one already there:

```python
def mixed(pairs):
    state = {}
    for key, value in pairs:
        state[key] = (state.get(key, 1) * 31 + value) % 1_000_003
    return state


if __name__ == "__main__":
    print(mixed([(n % 7, n) for n in range(100)]))
```

## Fix safety

Safe when nothing was assumed: keys are stored in the parent, in order, so keys need not differ.

## References

- [Mapping types](https://docs.python.org/3/library/stdtypes.html#mapping-types-dict)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA105"
name: Final = "sequential-keyed-store"
pattern: Final = "keyed-store"
