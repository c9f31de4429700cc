"""The loop hands each result to a consumer before it goes on.

## What it does

Names the `yield` in the body, or the generator expression that is kept, and used up only after
something that it may see has changed.

## Why it matters

Between two iterations the consumer runs, and may stop, throw, or change what the next iteration
reads. A generator is lazy: computing ahead is work that was not asked for.

## Example

```python
def digest(block):
    value = 7
    for byte in block:
        value = (value * 31 + byte) % 1_000_003
    return value


def digests(blocks):
    for block in blocks:  # PFA209
        yield digest(block)


if __name__ == "__main__":
    print(list(digests([b"a" * 500, b"b" * 500])))
```

## What frees the loop

Returning a list, where all results are wanted anyway:

```python
def digest(block):
    value = 7
    for byte in block:
        value = (value * 31 + byte) % 1_000_003
    return value


def digests(blocks):
    return [digest(block) for block in blocks]


if __name__ == "__main__":
    print(digests([b"a" * 500, b"b" * 500]))
```

## When it is silent

The generator that yields is another one, consumed by the loop:

```python
def blocks(data, size):
    position = 0
    while position < len(data):
        yield data[position : position + size]
        position += size


def sizes(data):
    return [len(block) for block in blocks(data, 3)]


if __name__ == "__main__":
    print(sizes(b"abcdefgh"))
```

## References

- [Yield expressions](https://docs.python.org/3/reference/expressions.html#yield-expressions)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA209"
name: Final = "yields"
