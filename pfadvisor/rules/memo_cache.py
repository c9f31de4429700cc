"""Iterations leave results in a cache from which later ones live.

## What it does

Names the cache (`lru_cache`, a dictionary that is looked up and filled) and shows that the
expensive part fills it.

## Why it matters

Each worker process has its own cache, cold at the start and lost at the end: work that was done
once is done once per worker, and statistics of the cache stay at zero in the parent.

## Example

```python
from functools import lru_cache


@lru_cache(maxsize=None)
def ways(n):
    return 1 if n < 2 else ways(n - 1) + ways(n - 2)


def table(numbers):
    out = []
    for n in numbers:  # PFA221
        out.append(ways(n))
    return out, ways.cache_info().hits


if __name__ == "__main__":
    print(table(range(30)))
```

## What frees the loop

Without the cache, if the iterations have little in common:

```python
def ways(n):
    before, now = 1, 1
    for _ in range(n - 1):
        before, now = now, before + now
    return now


def table(numbers):
    out = []
    for n in numbers:
        out.append(ways(n))
    return out


if __name__ == "__main__":
    print(table(range(30)))
```

## When it is silent

The dictionary is only looked up:

```python
SHORT = {"a": 1, "b": 2}


def table(words):
    return [sum(SHORT.get(letter, 0) for letter in word) for word in words]


if __name__ == "__main__":
    print(table(["abba", "bab"]))
```

## References

- [functools.lru_cache](https://docs.python.org/3/library/functools.html#functools.lru_cache)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA221"
name: Final = "memo-cache"
