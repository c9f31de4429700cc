"""The loop, or what it calls, holds a lock.

## What it does

Names the `with lock:` around or in the body, or the `acquire`, whose lock all iterations share.

## Why it matters

If the lock is held around the loop and the body takes it again, workers wait for ever. If each
iteration takes it, one works and the others wait; and a thread's lock excludes nobody in another
process.

## Example

```python
import threading

LOCK = threading.Lock()


def work(n):
    return len(str(3**n))


def table(numbers):
    out = []
    with LOCK:
        for n in numbers:  # PFA225
            out.append(work(n))
    return out


if __name__ == "__main__":
    print(table(range(5)))
```

## What frees the loop

Computing without the lock, and taking it for what is shared only:

```python
def work(n):
    return len(str(3**n))


def table(numbers):
    return [work(n) for n in numbers]


if __name__ == "__main__":
    print(table(range(5)))
```

## When it is silent

The lock is taken and released before the loop:

```python
import threading

LOCK = threading.Lock()


def table(numbers):
    with LOCK:
        copy = list(numbers)
    return [len(str(3**n)) for n in copy]


if __name__ == "__main__":
    print(table(range(5)))
```

## References

- [threading.Lock](https://docs.python.org/3/library/threading.html#lock-objects)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA225"
name: Final = "inside-lock"
