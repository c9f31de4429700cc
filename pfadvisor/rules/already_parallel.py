"""The loop runs in a worker, or starts workers itself.

## What it does

Names the pool, executor, process or thread that the body starts or hands work to, or the place
where the enclosing function is handed to a pool.

## Why it matters

Workers of `multiprocessing.Pool` may not have children, and pools inside of pools multiply their
processes. A loop that submits work is already parallel, and only starts it.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def digits(n):
    return len(str(3**n))


def table(numbers):
    with ThreadPoolExecutor() as executor:
        futures = []
        for n in numbers:  # PFA226
            futures.append(executor.submit(digits, n))
        return [future.result() for future in futures]  # PFA226


if __name__ == "__main__":
    print(table(range(5)))
```

## What frees the loop

Nothing: it is parallel. One level is enough.

```python
def digits(n):
    return len(str(3**n))


def table(numbers):
    return [digits(n) for n in numbers]


if __name__ == "__main__":
    print(table(range(5)))
```

## When it is silent

The pool is used elsewhere in the function:

```python
from concurrent.futures import ThreadPoolExecutor


def table(numbers):
    with ThreadPoolExecutor() as executor:
        text = executor.submit(str, 5).result()
    return [len(text) + n for n in numbers]


if __name__ == "__main__":
    print(table(range(5)))
```

## References

- [multiprocessing: daemonic processes](https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Process.daemon)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA226"
name: Final = "already-parallel"
