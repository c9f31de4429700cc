"""Code after the loop reads what the last iteration left, and it cannot be handed back.

## What it does

Names the variable of the body that is read after the loop, and why its last value cannot be
carried out: it is not assigned on every way through the body, or cannot be sent.

## Why it matters

Variables of a worker are gone when it ends. Where the last value can be handed back with the
results, the rewrite does so and this rule is silent.

## Example

```python
def last_match(texts, width):
    for text in texts:  # PFA222
        if len(text) == width:
            found = (letter for letter in text * 3)
    return list(found)


if __name__ == "__main__":
    print(last_match(["ab", "c", "de"], 2))
```

## What frees the loop

Collecting plain results, and taking the last:

```python
def tripled(text):
    return list(text * 3)


def last_match(texts, width):
    matches = []
    for text in texts:
        if len(text) == width:
            matches.append(tripled(text))
    return matches[-1]


if __name__ == "__main__":
    print(last_match(["ab", "c", "de"], 2))
```

## When it is silent

The name is assigned again before it is read:

```python
def lengths(texts):
    out = []
    for text in texts:
        size = len(text)
        out.append(size)
    size = len(out)
    return size, out


if __name__ == "__main__":
    print(lengths(["ab", "c"]))
```

## References

- [The for statement](https://docs.python.org/3/reference/compound_stmts.html#the-for-statement)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA222"
name: Final = "last-value"
