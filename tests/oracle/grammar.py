"""A grammar of functions with one loop: hypothesis draws, the text and its inputs come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from .helpers import prelude
from .statements import Body, inside

SOURCES = {
    "xs": "n",
    "range(len(xs))": "n",
    "enumerate(xs)": "i,n",
    "zip(xs, ys)": "n,n",
    "sorted(xs)": "n",
    "reversed(xs)": "n",
    "xs[1:]": "n",
    "set(xs)": "n",
    "iter(xs)": "n",
    "lazily(xs)": "n",
    "loudly(xs)": "n",
    "cells": "n",
    "zip(xs, xs[1:])": "n,n",
    "enumerate(ys, 1)": "i,n",
    "counts.items()": "n,n",
    "list(counts)": "n",
    "[fresh(n) for n in xs]": "l",
    "[(n, fresh(n)) for n in xs]": "n,l",
    "(plain(n) for n in xs)": "n",
    "[Box(n) for n in xs]": "b",
    "[own] * len(xs)": "b",
    "boxes": "b",
    "enumerate(boxes)": "i,b",
    "zip(xs, boxes)": "n,b",
    "groups.items()": "n,l",
}
SETUP = {
    "rows": ("l", "rows = []"),
    "total": ("n", "total = 0"),
    "seen": ("s", "seen = set()"),
    "counts": ("d", "counts = {n: 1 for n in ys}"),
    "best": ("n", "best = -1"),
    "last": ("n", "last = 0"),
    "cells": ("l", "cells = [1] * (3 * len(xs) + 3)"),
    "own": ("b", "own = Box(3)"),
    "text": ("t", "text = ''"),
    "alias": ("l", "alias = rows"),
    "copy": ("l", "copy = list(ys)"),
    "groups": ("g", "groups = {n: [n] for n in ys}"),
    "boxes": ("bl", "boxes = [Box(n) for n in xs]"),
    "other": ("b", "other = own"),
    "table": ("ll", "table = [[n, n] for n in xs]"),
    "ticks": ("it", "ticks = iter(ys)"),
}
NEEDS = {"alias": ("rows",), "other": ("own",)}
QUESTIONS = 600
GIVEN = ("rows", "seen", "counts", "own", "cells", "boxes", "copy", "table")
ANNOTATIONS = {
    "l": "list[int]", "s": "set[int]", "d": "dict[int, int]", "b": "Box", "bl": "list[Box]",
    "ll": "list[list[int]]",
}  # fmt: skip
INPUTS = ([3], [], [5, 2, 9, 4, 2, 30, 16], [1, 4, 40, 7, 13, 18, 8, 2, 29, 3, 3, 21] * 2)


class Program(NamedTuple):
    """A text that defines `run(xs, ys, ...)`, and what to call it with."""

    text: str
    inputs: tuple[tuple[Any, ...], ...]


class Choice:
    """What the grammar asks of hypothesis; it shrinks towards the first and towards no.

    One byte answers one question, all are drawn at once: a draw each would cost more than
    all the rest of making a program."""

    def __init__(self, answers: bytes) -> None:
        self._answers = iter(answers)

    def number(self, most: int) -> int:
        return next(self._answers, 0) % (most + 1)

    def of(self, values: Any) -> Any:
        values = list(values)
        return values[self.number(len(values) - 1)]

    def once_in(self, count: int) -> bool:
        return self.number(count - 1) == count - 1 if count > 1 else True

    def some(self, values: Any, one_in: int) -> list[Any]:
        return [value for value in values if self.once_in(one_in)]


@st.composite
def programs(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Program:
    choose = Choice(draw(st.binary(min_size=QUESTIONS, max_size=QUESTIONS)))
    if choose.once_in(6):
        return _comprehension(choose)
    names = _closed(choose.some(SETUP, 3))
    source = choose.of([s for s in SOURCES if _usable(s, names)])
    body = Body(choose, {name: SETUP[name][0] for name in names})
    target = body.targets(SOURCES[source].split(","))
    rows = [f"for {target} in {source}:  # LOOP", *inside(body.block(depth=1))]
    if choose.once_in(9):
        rows += ["else:", *inside([f"print('all', {choose.of(body.names('n') or ['0'])})"])]
    rows = _around(choose, rows)
    left = choose.some([*names, *(body.late if choose.once_in(3) else [])], 2)
    return _function(choose, names, rows, [f"return {_tuple(left)}"])


def _comprehension(choose: Choice) -> Program:
    names = _closed(choose.some(SETUP, 4))
    source = choose.of([s for s in SOURCES if _usable(s, names)])
    body = Body(choose, {name: SETUP[name][0] for name in names})
    target = body.targets(SOURCES[source].split(","))
    loop = f"for {target} in {source}"
    if choose.once_in(4):
        loop += f" for z in {body.several()}"
        body.bind("z", "n")
    if choose.once_in(3):
        loop += f" if {body.test()}"
    value, key = body.number(), body.number()
    forms = [
        f"[{value} {loop}]", f"sum({value} {loop})", f"{{{key}: {value} {loop}}}",
        f"{{{value} {loop}}}", f"max(({value} {loop}), default=0)", f"any({value} {loop})",
        f"','.join(str({value}) {loop})", f"[{body.several()} {loop}]",
        f"next(({value} {loop}), None)", f"sorted(({value} {loop}), reverse=True)",
        f"[({key}, {value}) {loop}]", f"tuple({value} {loop})",
    ]  # fmt: skip
    if not body.uses_target(value):
        forms.append(f"list(map(lambda q: {value} + q, xs))")
    form = choose.of(forms)
    left = choose.some(names, 2)
    return _function(choose, names, [f"got = {form}  # LOOP"], [f"return {_tuple(['got', *left])}"])


def _usable(source: str, names: list[str]) -> bool:
    return all(name in names for name in SETUP if name in _words(source))


def _words(text: str) -> set[str]:
    return set("".join(c if c.isidentifier() or c.isdigit() else " " for c in text).split())


def _closed(names: list[str]) -> list[str]:
    wanted = {*names, *(need for name in names for need in NEEDS.get(name, ()))}
    return [name for name in SETUP if name in wanted]


def _tuple(names: list[str]) -> str:
    return f"({', '.join(names)},)" if names else "None"


def _around(choose: Choice, rows: list[str]) -> list[str]:
    match choose.number(17):
        case 13:
            handler = ["except (ValueError, LookupError) as error:", "    print('failed', error)"]
            return ["try:", *inside(rows), *handler]
        case 14:
            return ["with suppress(ValueError):", *inside(rows)]
        case 15:
            return ["try:", *inside(rows), "finally:", "    print('left')"]
        case 16:
            return ["for again in (1, 2):", *inside(rows)]
        case 17:
            return ["if ys:", *inside(rows)]
    return rows


def _function(choose: Choice, names: list[str], rows: list[str], end: list[str]) -> Program:
    given = choose.some([n for n in names if n in GIVEN], 4)
    typed = not choose.once_in(8)
    parameters = ["xs", "ys", *given]
    kinds = {"xs": "l", "ys": "l", **{name: SETUP[name][0] for name in given}}
    header = ", ".join(f"{p}: {ANNOTATIONS[kinds[p]]}" if typed else p for p in parameters)
    setup = [SETUP[name][1] for name in names if name not in given]
    lines = [f"def run({header}):", *inside([*setup, *rows, *end])]
    if choose.once_in(10):
        lines = ["class Runner:", *inside([lines[0].replace("(", "(self, ", 1), *lines[1:]])]
        lines += ["", "", "def run(*given):", "    return Runner().run(*given)"]
    body = "\n".join(lines)
    makers = "".join(f"    {SETUP[n][1]}\n" for n in given)
    make = f"def make(xs, ys):\n{makers}    return ({', '.join(parameters)},)"
    text = prelude(f"{body}\n{make}") + f"\n\n{make}\n\n\n{body}\n"
    return Program(text, tuple((xs, [*xs[::-1], 5]) for xs in INPUTS))
