"""Work per item whose results nobody collects.

## What it does

Finds loops that do something for each item and keep nothing, typically reading, writing or
copying one file or asking one server per item, where no two iterations touch the same thing.

## Why it matters

Most of the time of such a loop is waiting: for a disk, a server, a child process. Threads wait
at the same time, and the interpreter's lock is free while they do.

## Example

```python
import os
import tempfile
from pathlib import Path


def stamp(folder, names):
    for name in names:  # PFA104
        os.utime(folder / name, (0, 0))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        Path(place, "a").touch()
        Path(place, "b").touch()
        stamp(Path(place), ["a", "b"])
        print(Path(place, "a").stat().st_mtime, Path(place, "b").stat().st_mtime)
```

## Use instead

```python
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path


def _stamp_name(folder, name):
    os.utime(folder / name, (0, 0))


def stamp(folder, names):
    with ThreadPoolExecutor(max_workers=8) as executor:
        for _ in executor.map(partial(_stamp_name, folder), names):
            pass


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        Path(place, "a").touch()
        Path(place, "b").touch()
        stamp(Path(place), ["a", "b"])
        print(Path(place, "a").stat().st_mtime, Path(place, "b").stat().st_mtime)
```

## When it is silent

Every iteration appends to the same file:

```python
import tempfile


def journal(path, entries):
    for entry in entries:
        with open(path, "a") as handle:
            handle.write(entry + "\\n")


if __name__ == "__main__":
    with tempfile.NamedTemporaryFile("r") as file:
        journal(file.name, ["one", "two"])
        print(file.read())
```

## Fix safety

Usually unsafe, because two things are rarely provable: that all items differ (`distinct-keys`),
and that it does no harm if later items were already done when an earlier one fails
(`effects-past-failure`). Both can be answered once, by a comment or in the settings.

## References

- [concurrent.futures.ThreadPoolExecutor](https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA104"
name: Final = "sequential-foreach"
pattern: Final = "foreach"
