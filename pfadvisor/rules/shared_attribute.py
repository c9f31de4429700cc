"""Iterations write an attribute that later ones read.

## What it does

Names the attribute (`self.total`, `Class.count`) that the expensive part writes and reads, with
both places and the calls that lead there.

## Why it matters

An object that was sent to a worker process is a copy, and what is written to it there is lost. In
threads the attribute has the value of whichever iteration came last.

## Example

```python
import math


class Estimator:
    def __init__(self):
        self.level = 1.0

    def update(self, sample):
        self.level = math.exp(-abs(self.level * 7 + sample) / 8)
        return self.level

    def run(self, samples):
        out = []
        for sample in samples:  # PFA206
            out.append(self.update(sample))
        return out


if __name__ == "__main__":
    print(Estimator().run([1.0, 2.0, 3.0])[-1])
```

## What frees the loop

A method that returns its result instead of storing it:

```python
import math


class Estimator:
    def __init__(self, level):
        self.level = level

    def estimate(self, sample):
        return math.exp(-abs(self.level * 7 + sample) / 8)

    def run(self, samples):
        return [self.estimate(sample) for sample in samples]


if __name__ == "__main__":
    print(Estimator(1.0).run([1.0, 2.0, 3.0])[-1])
```

## When it is silent

The attribute is only collected into: that part stays in the parent.

```python
def cost(n):
    total = 0
    while n:
        n, digit = divmod(n, 3)
        total += digit
    return total


class Account:
    def __init__(self):
        self.total = 0

    def run(self, numbers):
        for n in numbers:
            self.total += cost(n)
        return self.total


if __name__ == "__main__":
    print(Account().run(range(100)))
```

## References

- [Attribute references](https://docs.python.org/3/reference/expressions.html#attribute-references)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA206"
name: Final = "shared-attribute"
