"""The body deletes a name that lives outside of it.

## What it does

Names the `del` of a variable that other iterations, or code after the loop, may look at.

## Why it matters

Whether the name exists is itself a value that is carried from one iteration to the next: in a
worker it would be deleted there only.

## Example

```python
def consume(texts):
    spare = "none"
    out = []
    for text in texts:  # PFA223
        if text == "stop":
            del spare
        else:
            out.append(spare + text)
    return out


if __name__ == "__main__":
    print(consume(["a", "b", "stop"]))
```

## What frees the loop

A value that says so, instead of a name that is missing:

```python
def consume(texts):
    spare = "none"
    out = []
    for text in texts:
        if text != "stop":
            out.append(spare + text)
    return out


if __name__ == "__main__":
    print(consume(["a", "b", "stop"]))
```

## When it is silent

The name belongs to the iteration:

```python
def sizes(texts):
    out = []
    for text in texts:
        copy = text * 2
        out.append(len(copy))
        del copy
    return out


if __name__ == "__main__":
    print(sizes(["a", "bc"]))
```

## References

- [The del statement](https://docs.python.org/3/reference/simple_stmts.html#the-del-statement)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA223"
name: Final = "deletes-name"
