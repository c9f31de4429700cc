"""One result per item, collected in order.

## What it does

Finds loops that compute one result per item and append it to a list, list comprehensions of that
shape and calls of `map` that are used up at once, whose iterations are proved independent of each
other.

## Why it matters

Such a loop uses one core, however many there are. A pool computes the results at the same time
and `map` hands them back in the order of the items, so the list is the same.

It pays when an iteration costs much more than sending its argument and its result: as a rule of
thumb, the whole loop takes longer than 0.1 s and one iteration longer than 10 microseconds.

## Example

```python
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def survey(numbers):
    lengths = []
    for n in numbers:  # PFA101
        lengths.append(steps(n))
    return lengths


if __name__ == "__main__":
    print(sum(survey(range(1, 20_000))))
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


def survey(numbers):
    with Pool() as pool:
        lengths = pool.map(steps, numbers)
    return lengths


if __name__ == "__main__":
    print(sum(survey(range(1, 20_000))))
```

## When it is silent

Each result needs the one before it:

```python
def step(state, n):
    while n > 1:
        state = (state * 31 + n) % 1_000_003
        n //= 2
    return state


def chain(numbers):
    states = [1]
    for n in numbers:
        states.append(step(states[-1], n))
    return states


if __name__ == "__main__":
    print(chain(range(1, 200))[-1])
```

The work is smaller than the cost of sending it:

```python
def doubled(numbers):
    out = []
    for n in numbers:
        out.append(2 * n)
    return out


if __name__ == "__main__":
    print(sum(doubled(range(1000))))
```

## Fix safety

Safe when nothing was assumed. `Pool.map` is used where nobody can look at the list after an
exception, and only builtin exceptions can leave the iterations; otherwise the results are taken
one by one, so that the earliest exception is the one that is raised.

## References

- [multiprocessing.pool.Pool.map](https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.map)
- [concurrent.futures.Executor.map](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA101"
name: Final = "sequential-map"
pattern: Final = "map"
