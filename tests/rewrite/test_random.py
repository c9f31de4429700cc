"""Random loops whose stages are known by construction: logs, state and exceptions must agree."""

from __future__ import annotations

from random import Random

import pytest
from oracle.play import played

from pfadvisor.model import Source
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.suggest import build_fix

from .plans import LISTED, ONE_SHOT, Finder, make

HEAD = """\
def h(x, *more):
    if x % 23 == 22:
        raise ValueError(x)
    return (x * 7 + sum(more)) % 101


def run(xs, c):
    state = 0
    try:
        for t in {source}:
"""
TAIL = """\
    except (ValueError, LookupError) as error:
        log("error", str(error))
    log("end", state)


def make(*given):
    return given


def log(*what):
    print(what)


def lazily(given):
    for x in given:
        if x == 13:
            raise LookupError(x)
        yield x
"""


class Body:
    """A random body: its rows, and which text belongs to which stage."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.rows: list[str] = []
        self.compute: list[str] = []
        self.commit: list[str] = []
        self.tests: list[str] = []
        self.holes: dict[str, str] = {}
        self.made: set[str] = set()
        self.handed: set[str] = set()
        self.leaves = self.skips = False
        self.count = 0
        self._block(3, ["t", "c"], [], top=True)
        if not self.compute and not self.holes:
            self._make(3, ["t", "c"])

    def _fresh(self) -> int:
        self.count += 1
        return self.count

    def _value(self, names: list[str]) -> str:
        picked = [self.random.choice(names) for _ in range(self.random.randint(1, 2))]
        return f"h({' + '.join(picked)} + {self._fresh()}, c)"

    def _add(self, depth: int, row: str) -> None:
        self.rows.append("    " * depth + row)

    def _make(self, depth: int, known: list[str]) -> str:
        name = f"v{self._fresh()}"
        row = f"{name} = {self._value(known)}"
        self.compute.append(row)
        self._add(depth, row)
        self.made.add(name)
        return name

    def _log(self, depth: int, known: list[str]) -> None:
        read = self.random.choice(known)
        number = self._fresh()
        if self.random.random() < 0.4:
            hole = self._value(known)
            self.holes[hole] = ""
            row = f"log({number}, {read}, {hole})"
        else:
            row = f"log({number}, {read})"
        if read in self.made:
            self.handed.add(read)
        self.commit.append(row)
        self._add(depth, row)

    def _block(self, depth: int, known: list[str], kinds: list[str], *, top: bool = False) -> None:
        known = list(known)
        for _ in range(self.random.randint(1, 4 if top else 2)):
            kind = self.random.choice(["make", "make", "log", "split", "skip", "fold", "leave"])
            if kind == "make":
                known.append(self._make(depth, known))
            elif kind == "log":
                self._log(depth, known)
            elif kind == "fold":
                row = f"state += {self.random.choice(['t', 'c'])} + {self._fresh()}"
                self.commit.append(row)
                self._add(depth, row)
            elif kind == "split" and depth < 6:
                self._split(depth, known)
            elif kind == "skip" and top and not self.skips:
                self.skips = True
                row = f"if {self._value(known)} % 4 == 0:"
                rows = [row, "    continue"]
                self.compute.append(("\n" + "    " * depth).join(rows))
                self.rows += ["    " * depth + each for each in rows]
            elif kind == "leave" and not top and not self.leaves:
                self.leaves = True
                self.commit.append("break")
                self._add(depth, "break")
                return

    def _split(self, depth: int, known: list[str]) -> None:
        test = f"{self._value(known)} % {self.random.randint(2, 3)} == 1"
        self.tests.append(test)
        self._add(depth, f"if {test}:")
        self._block(depth + 1, known, [])
        self._filled(depth)
        if self.random.random() < 0.5:
            self._add(depth, "else:")
            self._block(depth + 1, known, [])
            self._filled(depth)

    def _filled(self, depth: int) -> None:
        if self.rows[-1].endswith(":"):
            self._log(depth + 1, ["t", "c"])


def made(seed: int) -> tuple[str, Body, Source]:
    random = Random(seed)
    body = Body(random)
    lazy = random.random() < 0.5
    source = HEAD.format(source="lazily(xs)" if lazy else "xs")
    return source + "\n".join(body.rows) + "\n" + TAIL, body, ONE_SHOT if lazy else LISTED


@pytest.mark.parametrize("seed", range(150))
def test_a_random_loop_logs_the_same(seed: int) -> None:
    program, body, known = made(seed)
    find = Finder(program)
    if not body.commit:
        return
    plan = make(
        program,
        compute=tuple(body.compute),
        commit=tuple(dict.fromkeys(body.commit)),
        tests=tuple(body.tests),
        holes=body.holes,
        handed=tuple(sorted(body.handed)),
        captures=("c",),
        collected=False,
        leaves_early=body.leaves,
        source=known,
        handled=True,
    )
    assert find.source == program
    fix = build_fix(plan, program, "case.py")
    if isinstance(fix, Refusal):
        reasons = ("skips its rest at several points", "would come before what it follows")
        assert fix.reason.endswith(reasons) or reasons[0] in fix.reason, (program, fix)
        return
    after = applied(program, fix.edits)
    random = Random(seed)
    for size in (0, 1, 3, 40):
        items = [random.randint(0, 60) for _ in range(size)]
        expected = played(program, (items, 3))
        assert played(after, (items, 3), size, patience=60) == expected, after
