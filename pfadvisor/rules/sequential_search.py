"""The first item that passes an expensive test.

## What it does

Finds loops that compute a test per item and stop at the first hit (`break`, `return`, `any`,
`next`), where the test is proved pure: computing it for later items in vain harms nobody.

## Why it matters

The tests of the next few items can be computed at the same time. They are looked at in order, so
the hit is the same; what was computed beyond it is thrown away, and what waits is cancelled.

## Example

```python
def is_heavy(n):
    total = 0
    for k in range(1, 20_000):
        total += n * n % k
    return total > 94_000_000


def first_heavy(numbers):
    for n in numbers:  # PFA109
        if is_heavy(n):
            return n
    return None


if __name__ == "__main__":
    print(first_heavy(range(2, 3000)))
```

## Use instead

```python
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor


def ordered(executor, function, items):
    \"\"\"Yield (item, function(item)) in order, running a bounded number of items ahead.\"\"\"
    ahead = max(64, 4 * (os.cpu_count() or 1))
    source = iter(items)
    window = deque()
    failure = None
    more = True
    try:
        while more or window:
            while more and len(window) < ahead:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                except (Exception, SystemExit) as error:
                    if not window:
                        raise
                    failure, more = error, False
                else:
                    window.append((item, executor.submit(function, item)))
            if window:
                item, future = window.popleft()
                yield item, future.result()
        if failure is not None:
            raise failure
    finally:
        for _, future in window:
            future.cancel()


def is_heavy(n):
    total = 0
    for k in range(1, 20_000):
        total += n * n % k
    return total > 94_000_000


def first_heavy(numbers):
    with ProcessPoolExecutor() as executor:
        for n, matched in ordered(executor, is_heavy, numbers):
            if matched:
                return n
    return None


if __name__ == "__main__":
    print(first_heavy(range(2, 3000)))
```

## When it is silent

Trying an item has an effect, and items after the hit must not be tried:

```python
def first_free(names, taken):
    for name in names:
        if name not in taken:
            taken.add(name)
            return name
    return None


if __name__ == "__main__":
    print(first_free(["a", "b"], {"a"}))
```

## Fix safety

Safe when the test is proved pure; otherwise the assumption `speculative-work` is named, as it is
where every attempt asks the same of the world outside and hopes for another answer. A pause between
attempts, of whatever length, is a `throttle`. How much is gained depends on where the hit is: a hit
among the first few items gains nothing.

## References

- [Speculative execution](https://en.wikipedia.org/wiki/Speculative_execution)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA109"
name: Final = "sequential-search"
pattern: Final = "search"
