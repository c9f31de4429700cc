"""The loop is left early, and trying further items is not harmless.

## What it does

Names the `break`, `return` or `raise` that ends the loop, and what makes it harmful to have tried
the items after it: an effect, or the repetition being the point of the loop (a retry).

## Why it matters

Iterations that run at the same time include some that would never have run. If they only
compute, that is waste (`sequential-search`); if they act, it is an error.

## Example

```python
import time


def attempt(state):
    state["tries"] += 1
    if state["tries"] < 3:
        raise OSError("busy")
    return state["tries"]


def persistent(state):
    for _ in range(5):  # PFA210
        try:
            return attempt(state)
        except OSError:
            time.sleep(0.001)
    return None


if __name__ == "__main__":
    print(persistent({"tries": 0}))
```

## What frees the loop

Nothing, for a retry. A search is freed by a test that only computes:

```python
def smallest_factor(n):
    divisor = 2
    while n % divisor:
        divisor += 1
    return divisor


def first_prime(numbers):
    for n in numbers:
        if smallest_factor(n) == n:
            return n
    return None


if __name__ == "__main__":
    print(first_prime(range(9000, 9100)))
```

## When it is silent

The exit belongs to an inner loop:

```python
def first_letters(words):
    out = []
    for word in words:
        for letter in word:
            if letter.isalpha():
                break
        else:
            letter = "?"
        out.append(letter)
    return out


if __name__ == "__main__":
    print(first_letters(["1a", "22", "b"]))
```

## References

- [break](https://docs.python.org/3/reference/simple_stmts.html#the-break-statement)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA210"
name: Final = "early-exit"
