"""The body uses something whose meaning depends on where it stands.

## What it does

Names the construct: `exec`, `eval`, `locals()`, `vars()`, stack inspection, the text of a
traceback that passes through the loop, a loop in a class body, an `else` that cannot be kept, and
the like. It is also where the loop stands that counts in
a program of gevent or eventlet, whose threads are no threads, and at the program's end.

## Why it matters

The work of the loop would have to move into a function, and there the construct means something
else. What it reads and writes cannot be seen in the code either.

## Example

```python
def table(expressions):
    scale = 3
    out = []
    for expression in expressions:  # PFA218
        out.append(eval(expression))
    return scale, out


if __name__ == "__main__":
    print(table(["1 + scale", "2 ** scale"]))
```

## What frees the loop

Saying in code what was said in strings:

```python
def table(functions, scale):
    out = []
    for function in functions:
        out.append(function(scale))
    return scale, out


if __name__ == "__main__":
    print(table([(1).__add__, (2).__pow__], 3))
```

## When it is silent

The text is parsed, not run:

```python
import ast


def table(expressions):
    return [ast.literal_eval(expression) for expression in expressions]


if __name__ == "__main__":
    print(table(["[1, 2]", "3"]))
```

## References

- [eval](https://docs.python.org/3/library/functions.html#eval)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA218"
name: Final = "unsupported-construct"
