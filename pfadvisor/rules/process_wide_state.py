"""Iterations change a setting of the whole process.

## What it does

Names the call that changes the working directory, an environment variable, the locale, a signal
handler, warning filters, the decimal context, a recursion limit or the like; or the clock by which
the body measures how long its work takes.

## Why it matters

All threads of a process share these settings, so iterations would work in each other's directory.
In worker processes the setting would change for whatever that worker does next, and not in the
parent. A clock that is read before and after the work has to stay with it, and what it says of
work that shares the machine is an assumption, `measured-time`; so is what a program measures of its
own process around the loop, such as its CPU time, if the work goes to others.

## Example

```python
import os
import tempfile


def sizes(folders):
    out = []
    for folder in folders:  # PFA212
        os.chdir(folder)
        out.append(len(os.listdir(".")))
    return out


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(sizes([place, place]))
        os.chdir("/")
```

## What frees the loop

Naming things absolutely instead of going there:

```python
import os
import tempfile


def sizes(folders):
    out = []
    for folder in folders:
        out.append(len(os.listdir(folder)))
    return out


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(sizes([place, place]))
```

## When it is silent

The setting is only read:

```python
import os


def resolved(names):
    return [os.path.join(os.getcwd(), name) for name in names]


if __name__ == "__main__":
    print(len(resolved(["a", "b"])))
```

## References

- [os.chdir](https://docs.python.org/3/library/os.html#os.chdir)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA212"
name: Final = "process-wide-state"
