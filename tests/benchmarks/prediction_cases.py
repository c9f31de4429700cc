"""The loops of the benchmark of predictions: programs of one loop, by name.

The name says what an iteration costs and how many there are. Sleeping and the loopback
interface stand for waiting; nothing leaves the machine.
"""

from __future__ import annotations

import textwrap
from typing import Final, NamedTuple

SPIN: Final = """
def work(x):
    total = 0
    for i in range({size}):
        total += i * x % 7
    return total
"""
ROWS: Final = """
def work(row):
    best = 0.0
    for _ in range({size}):
        best = max(best, sum(row))
    return best
"""
PAIRS: Final = """
def work(x):
    return [(x * i, str(i)) for i in range({size})]
"""
HASH: Final = """
import hashlib

DATA = bytes({size})


def work(x):
    return hashlib.sha256(DATA).hexdigest()
"""
SLEEP: Final = """
import time


def work(x):
    time.sleep({size})
    return x
"""
SQUEEZE: Final = """
import zlib

DATA = b"some words that come again " * {size}


def work(level):
    return len(zlib.compress(DATA, 1 + level % 9))
"""
LOOPBACK: Final = """
import socket
import threading
import time


def serve(server):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection):
    with connection:
        data = connection.recv(64)
        time.sleep({size})
        connection.sendall(data)


SERVER = socket.create_server(("127.0.0.1", 0), backlog=64)
PORT = SERVER.getsockname()[1]
threading.Thread(target=serve, args=(SERVER,), daemon=True).start()


def work(x):
    with socket.create_connection(("127.0.0.1", PORT)) as connection:
        connection.sendall(b"%d" % x)
        return connection.recv(64)
"""
FILES: Final = """
import tempfile
import pathlib

FOLDER = tempfile.TemporaryDirectory()
PATH = pathlib.Path(FOLDER.name) / "text"
PATH.write_text("a few words in a line\\n" * {size})


def work(x):
    return sum(len(line.split()) for line in PATH.read_text().splitlines())
"""
MIXED: Final = """
import time


def work(x):
    time.sleep({size} / 2)
    total = 0
    for i in range(int({size} * 1e7)):
        total += i * x % 7
    return total
"""
APPEND: Final = (
    "    out = []\n    for x in xs:  # LOOP\n        out.append(work(x))\n    return out\n"
)
LIST: Final = "    return [work(x) for x in xs]  # LOOP\n"
SUM: Final = "    return sum(work(x) for x in xs)  # LOOP\n"
DICT: Final = "    return {x: work(x) for x in xs}  # LOOP\n"
FILTER: Final = "    out = []\n    for x in xs:  # LOOP\n        y = work(x)\n        if y % 2:\n            out.append(y)\n    return out\n"
SEEN: Final = "    seen = set()\n    again = 0\n    for x in xs:  # LOOP\n        y = work(x)\n        if y in seen:\n            again += 1\n        seen.add(y)\n    return again\n"
NUMBERS: Final = "range({count})"
LONG_ROWS: Final = "[[float(i)] * 5000 for i in range({count})]"


class Case(NamedTuple):
    work: str
    size: float
    loop: str
    count: int
    items: str = NUMBERS

    @property
    def function(self) -> str:
        return textwrap.dedent(self.work).format(size=self.size)

    @property
    def text(self) -> str:
        items = self.items.format(count=self.count)
        return (
            f"{self.function}\n\n"
            f"def run(xs: list):\n{self.loop}\n\n"
            f"ITEMS = []\n\n\ndef fill():\n    ITEMS.extend({items})\n\n\n"
            "def main():\n    return run(ITEMS)\n\n\n"
            'if __name__ == "__main__":\n    fill()\n    main()\n'
        )


CASES: Final[dict[str, Case]] = {
    "spin-1us-100": Case(SPIN, 20, APPEND, 100),
    "spin-1us-10k": Case(SPIN, 20, LIST, 10_000),
    "spin-1us-100k": Case(SPIN, 20, APPEND, 100_000),
    "spin-10us-1k": Case(SPIN, 200, LIST, 1_000),
    "spin-10us-10k": Case(SPIN, 200, APPEND, 10_000),
    "spin-10us-100k": Case(SPIN, 200, APPEND, 100_000),
    "spin-100us-10": Case(SPIN, 2_000, APPEND, 10),
    "spin-100us-300": Case(SPIN, 2_000, LIST, 300),
    "spin-100us-10k": Case(SPIN, 2_000, APPEND, 10_000),
    "spin-100us-sum": Case(SPIN, 2_000, SUM, 3_000),
    "spin-100us-seen": Case(SPIN, 2_000, SEEN, 2_000),
    "spin-1ms-10": Case(SPIN, 20_000, LIST, 10),
    "spin-1ms-60": Case(SPIN, 20_000, APPEND, 60),
    "spin-1ms-1k": Case(SPIN, 20_000, APPEND, 1_000),
    "spin-1ms-dict": Case(SPIN, 20_000, DICT, 300),
    "spin-1ms-seen": Case(SPIN, 20_000, SEEN, 300),
    "spin-1ms-filter": Case(SPIN, 20_000, FILTER, 300),
    "spin-10ms-10": Case(SPIN, 200_000, APPEND, 10),
    "spin-10ms-100": Case(SPIN, 200_000, LIST, 100),
    "spin-100ms-10": Case(SPIN, 2_000_000, SUM, 10),
    "rows-in-300": Case(ROWS, 1, LIST, 300, LONG_ROWS),
    "rows-in-heavy": Case(ROWS, 40, LIST, 300, LONG_ROWS),
    "pairs-out-300": Case(PAIRS, 2_000, APPEND, 300),
    "hash-2kB-10k": Case(HASH, 2_048, LIST, 10_000),
    "hash-1MB-400": Case(HASH, 1_000_000, LIST, 400),
    "hash-20MB-20": Case(HASH, 20_000_000, APPEND, 20),
    "squeeze-10kB-1k": Case(SQUEEZE, 400, LIST, 1_000),
    "squeeze-1MB-60": Case(SQUEEZE, 40_000, LIST, 60),
    "sleep-1ms-300": Case(SLEEP, 0.001, APPEND, 300),
    "sleep-10ms-40": Case(SLEEP, 0.01, LIST, 40),
    "sleep-100ms-10": Case(SLEEP, 0.1, APPEND, 10),
    "loopback-1ms-300": Case(LOOPBACK, 0.001, LIST, 300),
    "loopback-10ms-40": Case(LOOPBACK, 0.01, APPEND, 40),
    "files-2kB-1k": Case(FILES, 100, LIST, 1_000),
    "files-2MB-20": Case(FILES, 100_000, LIST, 20),
    "mixed-1ms-300": Case(MIXED, 0.001, APPEND, 300),
    "mixed-10ms-40": Case(MIXED, 0.01, LIST, 40),
}
