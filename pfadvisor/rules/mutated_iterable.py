"""The body changes what the loop iterates over.

## What it does

Names the line that adds to or removes from the collection in the loop's header.

## Why it matters

What the next item is depends on what the iteration before did. A pool takes the items first, and
would miss those that are added later: a worklist would stop early.

## Example

```python
def neighbours(n):
    return [m for m in (n * 2, n + 3) if m < 200]


def reach(start):
    todo = [start]
    for n in todo:  # PFA207
        for m in neighbours(n):
            if m not in todo:
                todo.append(m)
    return sorted(todo)


if __name__ == "__main__":
    print(len(reach(1)))
```

## What frees the loop

Working in rounds: all items of one round are independent.

```python
def neighbours(n):
    return [m for m in (n * 2, n + 3) if m < 200]


def reach(start):
    seen, level = {start}, [start]
    while level:
        found = [neighbours(n) for n in level]
        level = sorted({m for ms in found for m in ms} - seen)
        seen.update(level)
    return sorted(seen)


if __name__ == "__main__":
    print(len(reach(1)))
```

## When it is silent

The loop runs over a copy:

```python
def doubled(values):
    out = list(values)
    for value in list(out):
        out.append(value * 2)
    return out


if __name__ == "__main__":
    print(doubled([1, 2]))
```

## References

- [The for statement](https://docs.python.org/3/reference/compound_stmts.html#the-for-statement)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA207"
name: Final = "mutated-iterable"
