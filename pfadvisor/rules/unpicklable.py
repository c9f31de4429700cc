"""Something that would go to or come from a worker process cannot be sent.

## What it does

Names the captured value, item or result whose type does not pickle (a generator, an open file, a
lock, a connection, a match object, a lambda, an instance of a local class), in a loop whose work
holds the interpreter's lock, so that threads would not help.

## Why it matters

The rewritten loop would end with `TypeError: cannot pickle ...`, often after all work was done.

## Example

```python
import re


def matches(pattern, texts):
    found = []
    for text in texts:  # PFA211
        found.append(re.search(pattern, text))
    return len(found), found[0].span()


if __name__ == "__main__":
    print(matches(r"(a+)b", ["caaab" * 20, "b"]))
```

## What frees the loop

Sending plain data:

```python
import re


def span(pattern, text):
    match = re.search(pattern, text)
    return match.span() if match else None


def matches(pattern, texts):
    found = []
    for text in texts:
        found.append(span(pattern, text))
    return [place for place in found if place]


if __name__ == "__main__":
    print(matches(r"(a+)b", ["caaab" * 20, "b"]))
```

## When it is silent

The object lives and dies within one call:

```python
import re


def word(text):
    match = re.search(r"[a-z]+", text)
    return match.group(0) if match else ""


def words(texts):
    return [word(text) for text in texts]


if __name__ == "__main__":
    print(words(["12ab", "c"]))
```

## References

- [What can be pickled](https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA211"
name: Final = "unpicklable"
