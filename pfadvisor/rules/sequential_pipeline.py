"""Independent work between steps that must stay in order.

## What it does

Finds loops that as a whole must run in order (they print, write to one file, look up what they
have seen, keep a running state), but whose expensive part is proved independent. The loop is
split: the expensive part is computed ahead by workers, the rest remains a loop over the results.
A `for` in its body is split alike: workers list what its items give, and it remains a loop over
items and results.

## Why it matters

A checker that looks for independent iterations must refuse such a loop, and most real loops are
such loops. Split, everything with an order keeps it: output, files, sums, the first exception.

## Example

```python
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def longest(start):
    return max(steps(n) for n in range(start, start + 500))


def report(numbers: range) -> None:
    seen = set()
    for n in numbers:  # PFA111
        length = longest(n)
        if length in seen:
            print(n, "as before:", length)
        seen.add(length)


if __name__ == "__main__":
    report(range(837_000, 847_000, 500))
```

## Use instead

```python
from concurrent.futures import ProcessPoolExecutor


def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def longest(start):
    return max(steps(n) for n in range(start, start + 500))


def report(numbers: range) -> None:
    seen = set()
    with ProcessPoolExecutor() as executor:
        for n, length in zip(numbers, executor.map(longest, numbers)):
            if length in seen:
                print(n, "as before:", length)
            seen.add(length)


if __name__ == "__main__":
    report(range(837_000, 847_000, 500))
```

## When it is silent

The expensive part needs the state:

```python
def follow(numbers):
    state = 1
    for n in numbers:
        k = n
        while k > 1:
            state = (state * k) % 1_000_003
            k //= 2
        print(n, state)


if __name__ == "__main__":
    follow(range(2, 20))
```

## Fix safety

Safe when nothing was assumed. Workers run ahead of the ordered part by a few items each, never by
the whole source; what they computed ahead is dropped if the ordered part leaves the loop.

## References

- [Loop fission](https://en.wikipedia.org/wiki/Loop_fission_and_fusion)
- [Decoupled software pipelining](https://en.wikipedia.org/wiki/Software_pipelining)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA111"
name: Final = "sequential-pipeline"
pattern: Final = "pipeline"
