"""Two names may be one object, and what is written by one is read by the other.

## What it does

Names the two that are or may be one object (two parameters, `b = a`, an attribute and a local),
with the write through one and the read through the other.

## Why it matters

The iterations look independent because the names differ, and are not: one reads what the other
has already changed.

## Example

```python
def settle(source, target, i):
    target[i] = pow(source[i - 1] + source[i], 65_537, 1_000_003)


def settled(source, target):
    for i in range(1, len(source)):  # PFA204
        settle(source, target, i)
    return target


if __name__ == "__main__":
    print(settled(list(range(20)), [0] * 20)[-1])
```

## What frees the loop

A new list, if the old values were meant:

```python
def settle(before, value):
    return pow(before + value, 65_537, 1_000_003)


def settled(source):
    target = [0] * len(source)
    for i in range(1, len(source)):
        target[i] = settle(source[i - 1], source[i])
    return target


if __name__ == "__main__":
    print(settled(list(range(20)))[-1])
```

## When it is silent

The two are separate lists:

```python
def doubled(values):
    source = list(values)
    out = [0] * len(source)
    for i in range(len(source)):
        out[i] = source[i] * 2
    return out


if __name__ == "__main__":
    print(doubled([1, 2, 3]))
```

## References

- [Alias analysis](https://en.wikipedia.org/wiki/Alias_analysis)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA204"
name: Final = "aliased-places"
