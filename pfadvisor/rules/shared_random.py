"""All iterations draw from one random generator.

## What it does

Names the draws (`random.random()`, `rng.normal()`) of the expensive part, and the generator.

## Why it matters

The numbers an iteration gets depend on how many were drawn before. Forked workers may even all
draw the same numbers, so that a simulation repeats itself without anybody noticing.

## Example

```python
import random


def trial_count():
    count = 0
    while count < 200 and random.random() < 0.97:
        count += 1
    return count


def inside(trials):
    counts = []
    for _ in range(trials):  # PFA213
        counts.append(trial_count())
    return counts


if __name__ == "__main__":
    random.seed(7)
    print(sum(inside(50)))
```

## What frees the loop

A generator of its own for each iteration, seeded by its index (the numbers are others, but equally
good, and the same in every run):

```python
import random


def trial_count(trial):
    rng = random.Random(f"7-{trial}")
    count = 0
    while count < 200 and rng.random() < 0.97:
        count += 1
    return count


def inside(trials):
    return [trial_count(trial) for trial in range(trials)]


if __name__ == "__main__":
    print(sum(inside(50)))
```

## When it is silent

The numbers are drawn before, in order:

```python
import random


def digits(seed, count):
    rng = random.Random(seed)
    draws = rng.sample(range(1000), count)
    return [len(str(draw**50)) for draw in draws]


if __name__ == "__main__":
    print(sum(digits(3, 20)))
```

## References

- [random](https://docs.python.org/3/library/random.html)
- [NumPy: parallel random number generation](https://numpy.org/doc/stable/reference/random/parallel.html)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA213"
name: Final = "shared-random"
