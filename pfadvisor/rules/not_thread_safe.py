"""The iterations wait on an object that threads may not share and processes cannot get.

## What it does

Names the object, its type, and why: it belongs to the thread that made it, or its methods may not
be called at the same time. In a program with windows (tkinter, Qt ...), calls of which nothing is
known may be theirs, and belong to the main thread. Of a client that keeps cookies or connections
this is often not said anywhere: then the loop is under review, with the assumption `thread-safe`.

## Why it matters

Some of these raise at once (a database connection used in another thread), others mix up answers
now and then (one HTTP connection, one socket).

## Example

```python
import sqlite3


def counts(path, tables):
    connection = sqlite3.connect(path)
    out = []
    for table in tables:  # PFA216
        rows = connection.execute(f"select count(*) from {table}").fetchall()
        out.append(rows[0][0])
    return out


if __name__ == "__main__":
    print(counts(":memory:", ["sqlite_master"]))
```

## What frees the loop

One object for each iteration (or one for each thread):

```python
from urllib.request import urlopen


def size(url):
    with urlopen(url) as response:
        return len(response.read())


def sizes(urls):
    return [size(url) for url in urls]


if __name__ == "__main__":
    print(sizes(["data:,abc", "data:,abcdef"]))
```

## When it is silent

Each iteration makes its own:

```python
import http.client


def paths(hosts):
    out = []
    for host in hosts:
        connection = http.client.HTTPSConnection(host)
        out.append(connection.host)
    return out


if __name__ == "__main__":
    print(paths(["example.org"]))
```

## References

- [sqlite3: check_same_thread](https://docs.python.org/3/library/sqlite3.html#sqlite3.connect)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA216"
name: Final = "not-thread-safe"
