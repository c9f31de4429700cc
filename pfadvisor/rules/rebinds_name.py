"""The body assigns to a name of an outer scope.

## What it does

Names the assignment under `global` or `nonlocal` whose value other iterations, or code that the
loop calls, may read.

## Why it matters

In a worker process the assignment changes the worker's own copy. Where the value is needed by the
next iteration, the order is the meaning.

## Example

```python
CURRENT = 0


def describe(n):
    return n * CURRENT


def walk(numbers):
    global CURRENT
    out = []
    for n in numbers:  # PFA217
        out.append(describe(n))
        CURRENT = n
    return out


if __name__ == "__main__":
    print(walk(range(5)))
```

## What frees the loop

Handing the value in:

```python
def describe(current, n):
    return n * current


def walk(numbers):
    numbers = list(numbers)
    return [describe(before, n) for before, n in zip([0, *numbers], numbers)]


if __name__ == "__main__":
    print(walk(range(5)))
```

## When it is silent

The name is local to the function:

```python
def walk(numbers):
    out = []
    for n in numbers:
        current = n + 1
        out.append(current * current)
    return out


if __name__ == "__main__":
    print(walk(range(5)))
```

## References

- [The global statement](https://docs.python.org/3/reference/simple_stmts.html#the-global-statement)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA217"
name: Final = "rebinds-name"
