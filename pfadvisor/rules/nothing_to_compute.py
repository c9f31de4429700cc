"""Everything in the body belongs to the part that stays in order.

## What it does

Says that no part of the body is both independent and more than moving values about: there is
nothing that a worker could take over.

## Why it matters

A loop that only prints, appends or writes what is already there gains nothing from workers.

## Example

```python
def show(rows):
    for row in rows:  # PFA224
        print(row)


if __name__ == "__main__":
    show(["a", "b"])
```

## What frees the loop

Nothing, and nothing needs to. Where the work is elsewhere, look at the loop that makes the rows:

```python
def row(n):
    return str(3**n)


def rows(count):
    return [row(n) for n in range(count)]


if __name__ == "__main__":
    print("\\n".join(rows(5)))
```

## When it is silent

What is printed is computed first:

```python
def digits(n):
    return len(str(3**n))


def show(numbers):
    for n in numbers:
        print(digits(n))


if __name__ == "__main__":
    show(range(5))
```

## References

- [Amdahl's law](https://en.wikipedia.org/wiki/Amdahl%27s_law)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA224"
name: Final = "nothing-to-compute"
