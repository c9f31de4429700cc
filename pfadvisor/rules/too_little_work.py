"""The iterations are independent, but a pool would cost more than it saves.

## What it does

Shows the prediction: the seconds of one iteration, the cost of starting workers and of sending
arguments and results, and the number of iterations from which on it would pay, if there is one.

## Why it matters

Starting two processes takes 10 to 300 ms, sending one small task a few microseconds at best. A
loop of short iterations is faster as it is, however many cores there are.

## Example

```python
def squares():
    out = []
    for n in range(1000):  # PFA219
        out.append(n * n)
    return out


if __name__ == "__main__":
    print(sum(squares()))
```

## What frees the loop

Larger pieces of work, if there are any: the enclosing loop, or blocks of items.

```python
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def block(start):
    total = 0
    for n in range(start, start + 2000):
        total += steps(n)
    return total


def survey(starts):
    return [block(start) for start in starts]


if __name__ == "__main__":
    print(survey(range(1, 20_000, 2000)))
```

## When it is silent

An iteration does enough:

```python
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def survey(blocks):
    return [max(map(steps, block)) for block in blocks]


if __name__ == "__main__":
    print(survey([range(1, 5000), range(5000, 9000)]))
```

## References

- [Amdahl's law](https://en.wikipedia.org/wiki/Amdahl%27s_law)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA219"
name: Final = "too-little-work"
