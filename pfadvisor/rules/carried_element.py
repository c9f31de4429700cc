"""An element written by one iteration is read by another.

## What it does

Compares the subscripts of all reads and writes of one sequence or mapping. If two iterations can
reach the same element and one of them writes it, both places are named, with the distance where
it is known (`a[i]` against `a[i - 1]` is 1).

## Why it matters

The later iteration needs what the earlier one stored. Dynamic programming, recurrences and
in-place smoothing are of this kind.

## Example

```python
def relax(above, value):
    for _ in range(40):
        value = (above + value * 3) / 4
    return value


def settle(values):
    for i in range(1, len(values)):  # PFA202
        values[i] = relax(values[i - 1], values[i])
    return values


if __name__ == "__main__":
    print(settle([float(n % 7) for n in range(50)])[-1])
```

## What frees the loop

Reading from the state before the loop and writing to a new one, if that is what is meant:

```python
def relax(above, value):
    for _ in range(40):
        value = (above + value * 3) / 4
    return value


def settle(values):
    return [relax(above, value) for above, value in zip([0.0, *values], values)]


if __name__ == "__main__":
    print(settle([float(n % 7) for n in range(50)])[-1])
```

## When it is silent

Every iteration reads and writes its own element only:

```python
def settle(values):
    out = [0.0] * len(values)
    for i in range(len(values)):
        out[i] = values[i] ** 0.5
    return out


if __name__ == "__main__":
    print(sum(settle([1.0, 4.0, 9.0])))
```

## References

- [GCD test](https://en.wikipedia.org/wiki/GCD_test)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA202"
name: Final = "carried-element"
