"""A value computed by one iteration is needed by the next.

## What it does

Names the variable that one iteration writes and a later one reads before writing it itself, with
the two places. What computes it cannot start before the previous iteration has finished.

## Why it matters

Run at the same time, iterations would start from a value that is too old. Filters, integrators,
random walks and state machines are of this kind: their order is their meaning.

## Example

```python
def step(state, sample):
    return pow(state * 31 + sample, 65_537, 1_000_003)


def filtered(samples):
    state, out = 1, []
    for sample in samples:  # PFA201
        state = step(state, sample)
        out.append(state)
    return out


if __name__ == "__main__":
    print(sum(filtered(range(1, 300))))
```

## What frees the loop

Computing what does not need the state beforehand, or several independent sequences at once:

```python
def step(state, sample):
    return pow(state * 31 + sample, 65_537, 1_000_003)


def filtered(samples):
    state, out = 1, []
    for sample in samples:  # PFA201
        state = step(state, sample)
        out.append(state)
    return out


def all_filtered(channels):
    return [filtered(channel) for channel in channels]


if __name__ == "__main__":
    print([sum(out) for out in all_filtered([range(1, 300), range(5, 200)])])
```

## When it is silent

The value is only accumulated, and nothing expensive reads it: the results are computed in
parallel and folded in order.

```python
def cost(n):
    total = 0
    while n:
        n, digit = divmod(n, 3)
        total += digit
    return total


def total_cost(numbers):
    total = 0
    for n in numbers:
        total += cost(n)
    return total


if __name__ == "__main__":
    print(total_cost(range(1000)))
```

## References

- [Loop-carried dependence](https://en.wikipedia.org/wiki/Loop_dependence_analysis)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA201"
name: Final = "carried-value"
