"""All iterations use one open file, connection or archive.

## What it does

Names the object and the calls on it that move its position or change its state; or what an
iteration acquires and leaves open for others.

## Why it matters

An open file has one position, a connection one conversation, an archive one file under it: what an
iteration reads depends on where the one before stopped. Forked workers share the position too, and
buffered writes get lost.

## Example

```python
import tempfile


def checksum(handle):
    size = handle.read(1)[0]
    return sum(handle.read(size)) + handle.tell()


def checksums(path, count):
    out = []
    with open(path, "rb") as handle:
        for _ in range(count):  # PFA215
            out.append(checksum(handle))
    return out


if __name__ == "__main__":
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes([2, 5, 6, 1, 9, 3, 7, 7, 7]))
        file.flush()
        print(checksums(file.name, 3))
```

## What frees the loop

A handle of its own for each iteration:

```python
import tempfile


def checksum(path, start, size):
    with open(path, "rb") as handle:
        handle.seek(start)
        return sum(handle.read(size))


def checksums(path, starts, size):
    return [checksum(path, start, size) for start in starts]


if __name__ == "__main__":
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(range(200)))
        file.flush()
        print(checksums(file.name, [0, 50, 100], 50))
```

## When it is silent

Only the results are written to the shared file, in order:

```python
import io


def digits(n):
    return len(str(7**n))


def export(numbers, handle):
    for n in numbers:
        handle.write(f"{digits(n)}\\n")


if __name__ == "__main__":
    out = io.StringIO()
    export(range(10), out)
    print(len(out.getvalue()))
```

## References

- [io](https://docs.python.org/3/library/io.html)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA215"
name: Final = "shared-handle"
