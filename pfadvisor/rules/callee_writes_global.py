"""A function that the loop calls changes a module's global state.

## What it does

Follows the calls of the body to the line that writes a global variable, a class attribute or a
module-level container, and to the one that reads it, and shows the way there.

## Why it matters

Each worker process has its own copy of the module: counters start anew, identifiers repeat, and
what was stored is lost when the worker ends. Threads would lose updates.

## Example

```python
NEXT = {"id": 0}


def register(text):
    NEXT["id"] += 1
    value = sum(map(ord, text * 50))
    return NEXT["id"], value


def register_all(texts):
    rows = []
    for text in texts:  # PFA205
        rows.append(register(text))
    return rows


if __name__ == "__main__":
    print(register_all(["a", "b", "c"]))
```

## What frees the loop

Handing the number in, so that the function only computes:

```python
def register(number, text):
    return number, sum(map(ord, text * 50))


def register_all(texts):
    rows = []
    for number, text in enumerate(texts, 1):
        rows.append(register(number, text))
    return rows


if __name__ == "__main__":
    print(register_all(["a", "b", "c"]))
```

## When it is silent

The global is only read:

```python
WEIGHTS = (3, 1, 4)


def weigh(text):
    return sum(weight * ord(letter) for weight, letter in zip(WEIGHTS, text))


def weigh_all(texts):
    return [weigh(text) for text in texts]


if __name__ == "__main__":
    print(weigh_all(["abc", "def"]))
```

## References

- [multiprocessing programming guidelines](https://docs.python.org/3/library/multiprocessing.html#all-start-methods)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA205"
name: Final = "callee-writes-global"
