"""What generated loops call: functions and a class whose effects are known from their text."""

from __future__ import annotations

import ast

SOURCE = """
import os
from collections import Counter, defaultdict, deque
from contextlib import suppress

LIMIT = 7
TABLE = {n: n * n % 11 for n in range(12)}
JOURNAL = []
TALLY = 0


class Box:
    made = 0

    def __init__(self, level):
        self.level = level
        self.items = []

    def scaled(self, v):
        return self.level * v % 13

    def grow(self, v):
        self.level = (self.level + v) % 17
        return self.level

    def push(self, v):
        self.items.append(v)
        return self

    def size(self):
        return len(self.items)

    def stamp(self, v):
        Box.made += v
        return Box.made

    @property
    def double(self):
        return self.level * 2

    def __enter__(self):
        self.level += 1
        return self

    def __exit__(self, *error):
        self.level -= 1


def plain(v):
    total = 0
    for k in range(v % 5):
        total += k * v
    return total % 19


def picky(v):
    if v % 11 == 7:
        raise ValueError(v)
    return v + 1


def lookup(v):
    return TABLE[v % 13]


def loud(v):
    print("loud", v)
    return v


def tally(v):
    global TALLY
    TALLY += v
    return TALLY


def deep_tally(v):
    return tally(v) + 1


def journal(v):
    JOURNAL.append(v)
    return len(JOURNAL)


def journaled():
    return len(JOURNAL)


def fresh(v):
    return [v, v + 1, v % 3]


def same(v):
    return v


def put(rows, v):
    rows.append(v)
    return len(rows)


def first(rows):
    return rows[0] if rows else 0


def boxed(v):
    return Box(v)


def relevel(box, v):
    box.level = v
    return box


def counted(v, seen=[]):
    seen.append(v)
    return len(seen)


def fetch(v):
    return os.path.getsize(os.devnull) + v


def lazily(xs):
    for x in xs:
        if x == 13:
            raise LookupError(x)
        yield x


def loudly(xs):
    for x in xs:
        print("next", x)
        yield x


def split(v):
    return divmod(v, 3)
"""

_PARTS = {
    name: (node, ast.unparse(node))
    for node in ast.parse(SOURCE).body
    for name in (
        [getattr(node, "name", "")]
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        else [a.name for a in node.names]
        if isinstance(node, ast.Import | ast.ImportFrom)
        else [ast.unparse(target) for target in getattr(node, "targets", [])]
    )
}


def prelude(body: str) -> str:
    """The definitions that `body` needs, in the order above."""
    needed: set[str] = set()
    waiting = [ast.parse(body)]
    while waiting:
        names = {node.id for node in ast.walk(waiting.pop()) if isinstance(node, ast.Name)}
        new = (names & _PARTS.keys()) - needed
        needed |= new
        waiting += [_PARTS[name][0] for name in new]
    texts = dict.fromkeys(text for name, (_, text) in _PARTS.items() if name in needed)
    return "\n\n".join(texts)
