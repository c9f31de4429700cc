"""The expensive part of the body advances an iterator that all iterations share.

## What it does

Names the iterator, generator, file or reader that an iteration advances (`next(lines)`, a call
that reads from it), and where.

## Why it matters

Which items an iteration gets depends on how many the others took. A generator cannot even be
entered by two threads at once, nor sent to another process.

## Example

```python
def read_record(lines):
    size = int(next(lines))
    return sum(int(next(lines)) for _ in range(size))  # PFA208


def records(text, count):
    lines = iter(text.split())
    out = []
    for _ in range(count):  # PFA208
        out.append(read_record(lines))
    return out


if __name__ == "__main__":
    print(records("2 1 5 1 7 0", 3))
```

## What frees the loop

Taking the items first, in order, and computing from what was taken:

```python
def read_record(lines):
    size = int(next(lines))
    return [next(lines) for _ in range(size)]  # PFA208


def total(record):
    return sum(int(item) for item in record)


def records(text, count):
    lines = iter(text.split())
    raw = []
    for _ in range(count):  # PFA208
        raw.append(read_record(lines))
    return [total(record) for record in raw]


if __name__ == "__main__":
    print(records("2 1 5 1 7 0", 3))
```

## When it is silent

Only the loop's header advances it:

```python
def squares(text):
    numbers = iter(text.split())
    return [int(number) ** 2 for number in numbers]


if __name__ == "__main__":
    print(squares("1 2 3"))
```

## References

- [Iterator types](https://docs.python.org/3/library/stdtypes.html#iterator-types)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA208"
name: Final = "shared-iterator"
