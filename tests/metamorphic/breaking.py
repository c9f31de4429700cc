"""Changes that carry something from one iteration to the next: the loop is never `parallel`.

Each kind keeps a state somewhere, reads it before the loop's work and writes it afterwards.
The same change without the state is the control: if the loop does not stay `parallel` under
that, another thing stops it, and the mutant would show nothing.
"""

from __future__ import annotations

import ast
from random import Random
from typing import NamedTuple

from . import parts
from .parts import choice, expression, only_load
from .subject import Subject

NEXT = "({read} * 31 + ({v} is not None)) % 1009"


class Kind(NamedTuple):
    """`test` is asked before the work, `step` runs after it, `{v}` is the work's result.

    `step` may say NEXT: what follows from `read` and the result.
    """

    read: str
    step: str = "pass"
    setup: str = "pass"
    module: str = "pass"

    @property
    def test(self) -> str:
        return f"{self.read} % 3 != 1"


GAUGE = "class Gauge:\n    level = 1\n\n    def move(self, v):\n        self.level = NEXT"
CELL = "first = [1]\n"
KINDS = {
    "scalar": Kind("state", "state = NEXT", "state = 1"),
    "scalar-augmented": Kind("state", "state += {v} is not None", "state = 1"),
    "element": Kind("marks[i_ - 1]", "marks[i_] = NEXT", "marks = [1] * 4096"),
    "element-ahead": Kind("marks[i_]", "marks[i_ + 1] = NEXT", "marks = [1] * 4096"),
    "element-key": Kind("marks.get(i_ - 1, 1)", "marks[i_] = NEXT", "marks = {}"),
    "element-nested": Kind("marks[i_ - 1][0]", "marks[i_][0] = NEXT",
                           "marks = [[1] for _ in range(4096)]"),
    "element-slice": Kind("marks[i_ - 1]", "marks[i_:i_ + 1] = [NEXT]", "marks = [1] * 4096"),
    "attribute": Kind("gauge.level", "gauge.level = NEXT", "gauge = Gauge()", GAUGE),
    "attribute-by-name": Kind("getattr(gauge, 'level')", "setattr(gauge, 'level', NEXT)",
                              "gauge = Gauge()", GAUGE),
    "attribute-method": Kind("gauge.level", "gauge.move({v})", "gauge = Gauge()",
                             GAUGE.replace("NEXT", "self.level * 31 % 1009 + 1")),
    "attribute-dictionary": Kind("vars(gauge).get('level', 1)", "vars(gauge)['level'] = NEXT",
                                 "gauge = Gauge()", GAUGE),
    "attribute-namespace": Kind("space.level", "space.level = NEXT",
                                "space = SimpleNamespace(level=1)",
                                "from types import SimpleNamespace"),
    "class-attribute": Kind("Gauge.level", "Gauge.level = NEXT", module=GAUGE),
    "class-method": Kind("Gauge.level", "Gauge.move()", module="class Gauge:\n    level = 1\n\n"
                         "    @classmethod\n    def move(cls):\n        cls.level += 1"),
    "type-attribute": Kind("gauge.level", "type(gauge).level = NEXT", "gauge = Gauge()", GAUGE),
    "global": Kind("look()", "move({v})", module="STATE = 1\n\ndef look():\n    return STATE\n\n"
                   "def move(v):\n    global STATE\n    STATE = STATE * 31 % 1009 + 1"),
    "global-element": Kind("REGISTER['n']", "REGISTER['n'] = NEXT", module="REGISTER = {'n': 1}"),
    "global-by-name": Kind("globals()['STATE']", "globals()['STATE'] = NEXT", module="STATE = 1"),
    "two-levels": Kind("outer()", module="REGISTER = [1]\n\ndef outer():\n    return inner()\n\n"
                       "def inner():\n    REGISTER[0] += 1\n    return REGISTER[0]"),
    "two-levels-argument": Kind("outer(first)", setup=CELL, module="def outer(rows):\n"
                                "    return inner(rows)\n\ndef inner(rows):\n"
                                "    rows.append(1)\n    return len(rows)"),
    "function-attribute": Kind("probe.level", "probe.level = NEXT",
                               module="def probe():\n    return 1\n\nprobe.level = 1"),
    "alias": Kind("first[0]", "second[0] = NEXT", CELL + "second = first"),
    "alias-container": Kind("first[0]", "box[0][0] = NEXT", CELL + "box = (first, 2)"),
    "alias-attribute": Kind("first[0]", "gauge.cell[0] = NEXT",
                            CELL + "gauge = Gauge()\ngauge.cell = first", GAUGE),
    "alias-returned": Kind("first[0]", "second[0] = NEXT", CELL + "second = mirror(first)",
                           "def mirror(thing):\n    return thing"),
    "alias-choice": Kind("first[0]", "second[0] = NEXT", CELL + "second = first or [2]"),
    "alias-default": Kind("first[0]", "put()", CELL + "def put(cell=first):\n    cell[0] += 1"),
    "alias-in-place": Kind("len(first)", "second += [1]", CELL + "second = first"),
    "alias-method": Kind("len(first)", "push(1)", CELL + "push = first.append"),
    "alias-partial": Kind("len(first)", "push()", CELL + "push = partial(first.append, 1)",
                          "from functools import partial"),
    "alias-unbound": Kind("len(first)", "list.append(first, 1)", CELL),
    "alias-unbound-method": Kind("gauge.level", "Gauge.move(gauge, {v})", "gauge = Gauge()",
                                 GAUGE.replace("NEXT", "self.level * 31 % 1009 + 1")),
    "alias-unbound-update": Kind("len(marks)", "dict.update(marks, {len(marks): 1})",
                                 "marks = {}"),
    "alias-operator": Kind("first[0]", "setitem(first, 0, NEXT)", CELL,
                           "from operator import setitem"),
    "alias-starred": Kind("first[0]", "for cell_ in [*pair]:\n    cell_[0] = NEXT",
                          CELL + "pair = [first]"),
    "buffer": Kind("buffer[0]", "buffer.clear()\nbuffer.append(NEXT)", "buffer = [1]"),
    "buffer-slice": Kind("buffer[0]", "buffer[:] = [NEXT]", "buffer = [1]"),
    "buffer-bytes": Kind("buffer[0]", "buffer[0] = NEXT % 256", "buffer = bytearray(b'a')"),
    "buffer-stream": Kind("buffer.tell()", "buffer.write('abcd')", "buffer = StringIO()",
                          "from io import StringIO"),
    "mutated-result": Kind("len(last)", "last.append(1)\nlast = [{v}]", "last = [1]"),
    "mutated-then-kept": Kind("before[-1]", "mine = [0]\nmine.append(NEXT)\nbefore = mine",
                              "before = [1]"),
    "mutated-by-helper": Kind("len(last)", "extend(last)", "last = [1]",
                              "def extend(rows):\n    rows.extend((1, 2))"),
    "closure": Kind("state", "move({v})", "state = 1\ndef move(v):\n    nonlocal state\n"
                    "    state = state * 31 % 1009 + 1"),
    "closure-cell": Kind("step()", setup="step = counter()", module="def counter():\n"
                         "    count = [0]\n\n    def step():\n        count[0] += 1\n"
                         "        return count[0]\n    return step"),
    "closure-lambda": Kind("len(first)", "push()", CELL + "push = lambda: first.append(1)"),
    "default-argument": Kind("remember({v0})", module="def remember(v, kept=[]):\n"
                             "    kept.append(1)\n    return len(kept)"),
    "generator": Kind("next(ticks)", setup="ticks = iter(range(10**9))"),
    "generator-own": Kind("next(ticks)", setup="ticks = ticking()", module="def ticking():\n"
                          "    n = 1\n    while True:\n        yield n\n        n = n * 31 % 1009"),
    "generator-count": Kind("next(ticks)", setup="ticks = count()",
                            module="from itertools import count"),
    "generator-sent": Kind("ticks.send(1)", setup="ticks = ticking()\nnext(ticks)",
                           module="def ticking():\n    n = 1\n    while True:\n        n += yield n"),
    "deque": Kind("ring[0]", "ring.rotate(1)", "ring = deque([1, 2, 3])",
                  "from collections import deque"),
    "heap": Kind("heap[0]", "heappush(heap, -len(heap))", "heap = [1]",
                 "from heapq import heappush"),
    "descriptor": Kind("gauge.level", "gauge.level = NEXT", "gauge = Checked()",
                       "class Checked:\n    kept = 1\n\n    @property\n    def level(self):\n"
                       "        return self.kept\n\n    @level.setter\n"
                       "    def level(self, v):\n        self.kept = v"),
    "item-method": Kind("gauge[0]", "gauge[0] = NEXT", "gauge = Slots()",
                        "class Slots:\n    kept = 1\n\n    def __getitem__(self, k):\n"
                        "        return self.kept\n\n    def __setitem__(self, k, v):\n"
                        "        self.kept = v"),
    "call-method": Kind("gauge()", setup="gauge = Stepper()", module="class Stepper:\n"
                        "    kept = 1\n\n    def __call__(self):\n        self.kept += 1\n"
                        "        return self.kept"),
    "environment": Kind("len(os.environ['PFA_STATE'])", "os.environ['PFA_STATE'] += 'x'",
                        "os.environ['PFA_STATE'] = 'x'", "import os"),
    "context-variable": Kind("STATE.get()", "STATE.set(NEXT)", module="from contextvars import "
                             "ContextVar\n\nSTATE = ContextVar('STATE', default=1)"),
    "thread-local": Kind("LOCAL.level", "LOCAL.level = NEXT", "LOCAL.level = 1",
                         "import threading\n\nLOCAL = threading.local()"),
    "comprehension": Kind("len(first)", "[first.append(n_) for n_ in (1, 2)]", CELL),
    "mapped": Kind("len(first)", "list(map(first.append, (1, 2)))", CELL),
    "sort-key": Kind("len(first)", "sorted((1, 2), key=first.append)", CELL),
    "sort-key-counts": Kind("len(first)", "min((1, 2), key=lambda n_: first.append(n_) or n_)",
                            CELL),
    "unpacked": Kind("state", "state, _ = NEXT, 0", "state = 1"),
    "walrus": Kind("(state := state * 31 % 1009)", setup="state = 2"),
    "caught": Kind("state", "try:\n    state = NEXT\nexcept ValueError:\n    state = 0",
                   "state = 1"),
    "conditional": Kind("state", "if {v} is not None:\n    state = NEXT", "state = 1"),
    "loop-target": Kind("cell[0]", "for cell[0] in ((cell[0] * 7 + 1) % 5,):\n    pass",
                        "cell = [1]"),
}  # fmt: skip


def broken(subject: Subject, name: str, random: Random, *, control: bool = False) -> bool:
    """Give the loop a state of this kind; as a control, everything but the state."""
    kind, found = KINDS[name], parts.works(subject)
    function = subject.function
    if not found or (name == "closure" and function is None) or _collides(subject, kind):
        return False
    node, value = choice(random, found)
    used, gate = subject.fresh("got"), random.random() < 0.5 and _ends(node)
    test = _filled(kind, kind.test, "1") if not control else "len(str(1)) % 3 != 2"
    work = ast.unparse(value)
    rows = [f"asked_ = {test}", f"{used} = {work} if asked_ else None"]
    if gate:
        rows = [f"asked_ = {test}", f"{used} = {work}"]
    rows += _filled(kind, kind.step, used).split("\n") if not control else []
    subject.before(node, "\n".join(rows))
    parts.replace(node, value, only_load(used))
    if gate:
        suite = subject.suite(node)
        place = next(n for n, each in enumerate(suite) if each is node)
        suite[place] = ast.If(only_load("asked_"), [node], [])
    if not control:
        _prepare(subject, kind)
    return True


def _collides(subject: Subject, kind: Kind) -> bool:
    """Whether the file has names of its own that the state uses."""
    given = ast.parse(f"{kind.setup}\n{kind.module}".replace("NEXT", "1"))
    return bool(parts.names(given, ast.Store) & parts.names(subject.tree, ast.Store))


def _filled(kind: Kind, text: str, value: str) -> str:
    text = text.replace("NEXT", NEXT.replace("{read}", kind.read))
    return text.replace("{v0}", "1").replace("{v}", value)


def _prepare(subject: Subject, kind: Kind) -> None:
    loop = subject.loop
    assert loop is not None
    if "i_" in kind.read:
        loop.iter = expression(f"enumerate({ast.unparse(loop.iter)})")
        loop.target = ast.Tuple([ast.Name("i_", ast.Store()), loop.target], ast.Store())
    subject.before(loop, kind.setup)
    if kind.module != "pass":
        subject.define(kind.module.replace("NEXT", "self.level * 31 % 1009 + 1"))


def _ends(node: ast.stmt) -> bool:
    """Whether nothing behind it needs what it binds."""
    return isinstance(node, ast.Expr)
