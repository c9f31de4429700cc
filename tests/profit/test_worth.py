"""Which loops are worth workers: cheap ones are left alone, dear ones named with a break-even."""

from __future__ import annotations

import textwrap

import pytest

from pfadvisor.model import Mode, Profit
from pfadvisor.profit.cost import ledger_of
from pfadvisor.profit.speedup import predict
from pfadvisor.profit.transfer import sent

from .snippets import marked, work_of

MODES: dict[str, Mode] = {"cpu": "processes", "io": "threads", "async": "async"}


def profit_of(source: str, iterations: int | None = None, workers: int = 4) -> Profit:
    work = work_of(source)
    mode = "threads" if work.gil == "released" and work.kind == "cpu" else MODES.get(work.kind)
    found = marked(source)
    sizes = ledger_of(found.program).scope(found.ev).sizes
    transfer = sent(found.ev, sizes, [found.loop.elem])
    return predict(work, (1e-7, 3e-7), iterations, mode or "processes", transfer, workers=workers)


CHEAP = {
    "squares": ("", "found.append(item * item)"),
    "fields": ("", "found.append((item.name, item.value, item.count * item.price))"),
    "keys": ("", "found.append(item['name'])"),
    "pairs": ("", "found.append({'id': item.id, 'name': item.name})"),
    "formatting": ("", "found.append(f'{item.first} {item.last}: {item.age:>3}')"),
    "stripping": ("", "found.append(item.strip().lower())"),
    "splitting": ("", "found.append(item.split(',')[0])"),
    "conditions": ("", "if item is not None and item > 3:\n    found.append(item)"),
    "conversion": ("", "found.append(int(item))"),
    "lengths": ("", "found.append(len(item))"),
    "instances": (
        "class P:\n    def __init__(self, x):\n        self.x = x",
        "found.append(P(item))",
    ),
    "properties": (
        "class P:\n    def __init__(self, x):\n        self.x = x\n"
        "    @property\n    def area(self):\n        return self.x * self.x",
        "found.append(P(item).area)",
    ),
    "small-helper": (
        "def helper(a, b):\n    return a + b if a > b else a - b",
        "found.append(helper(item, 3))",
    ),
    "few-steps": ("", "t = 0\nfor k in range(5):\n    t += k * item\nfound.append(t)"),
    "sum-of-three": ("", "found.append(sum((item, item + 1, item + 2)))"),
    "membership": ("WORDS = {'a', 'b'}", "if item in WORDS:\n    found.append(item)"),
    "hash-of-a-name": ("import hashlib", "found.append(hashlib.md5(item.encode()).hexdigest())"),
    "paths": ("import os", "found.append(os.path.join('root', item))"),
    "dates": ("import datetime", "found.append(datetime.date.fromisoformat(item))"),
    "sines": ("import math", "found.append(math.sin(item) * math.cos(item))"),
    "random": ("import random", "found.append(random.random())"),
    "print": ("", "print(item)"),
    "nothing": ("", "pass"),
}

DEAR = {
    "nested-loops": (
        "",
        "t = 0\nfor a in items:\n    for b in items:\n        t += a * b - item\nfound.append(t)",
    ),
    "thousand-steps": (
        "",
        "t = 0\nfor k in range(10_000):\n    t += k * item % 7\nfound.append(t)",
    ),
    "helper-with-loops": (
        "ROUNDS = 200\n"
        "def helper(n):\n    t = 0\n    for a in range(ROUNDS):\n        for b in range(ROUNDS):\n"
        "            t += a * b % n\n    return t",
        "found.append(helper(item))",
    ),
    "collatz": (
        "def steps(n):\n    c = 0\n    while n != 1:\n"
        "        n = n // 2 if n % 2 == 0 else 3 * n + 1\n        c += 1\n    return c\n"
        "def longest(low):\n    return max(steps(n) for n in range(low, low + 1000))",
        "found.append(longest(item))",
    ),
    "fibonacci": (
        "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)",
        "found.append(fib(item))",
    ),
    "backtracking": (
        "def place(row, used, n):\n    if row == n:\n        return 1\n    t = 0\n"
        "    for c in range(n):\n        if c not in used:\n"
        "            t += place(row + 1, used | {c}, n)\n    return t",
        "found.append(place(0, {item}, 9))",
    ),
    "pbkdf2": ("import hashlib", "found.append(hashlib.pbkdf2_hmac('sha1', item, b's', 9999))"),
    "permutations": (
        "import itertools\ndef cost(p):\n    return sum(abs(a - b) for a, b in zip(p, p[1:]))",
        "found.append(min(map(cost, itertools.permutations(item))))",
    ),
    "similarity": (
        "import difflib",
        "found.append(max(difflib.SequenceMatcher(None, item, r).ratio() for r in rest))",
    ),
}

WAITING = {
    "pages": ("import urllib.request", "found.append(urllib.request.urlopen(item).read())"),
    "programs": ("import subprocess", "found.append(subprocess.run([item], capture_output=True))"),
    "pause": ("import time", "time.sleep(0.05)\nfound.append(item)"),
}
FILES = {
    "read": ("from pathlib import Path", "found.append(Path(item).read_text())"),
    "copied": ("import shutil", "shutil.copyfile(item, item + '.bak')"),
    "listed": ("import os", "found.append(os.listdir(item))"),
}


def loop_over(imports: str, body: str) -> str:
    text = textwrap.indent(body, " " * 8)
    return f"{imports}\ndef run(items, *rest):\n    found = []\n    for item in items:  # LOOP\n{text}\n"


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_loops_are_left_alone(name: str) -> None:
    profit = profit_of(loop_over(*CHEAP[name]))
    assert profit.worth == "no"
    assert "an iteration takes about" in profit.reason


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_loops_stay_cheap_on_many_processors(name: str) -> None:
    assert profit_of(loop_over(*CHEAP[name]), workers=64).worth == "no"


@pytest.mark.parametrize("name", DEAR)
def test_dear_loops_pay_from_a_realistic_number_on(name: str) -> None:
    profit = profit_of(loop_over(*DEAR[name]))
    assert profit.worth in ("yes", "depends")
    assert profit.break_even is not None and 2 <= profit.break_even <= 5_000
    assert not profit.reason


@pytest.mark.parametrize("name", WAITING)
def test_waiting_pays_almost_at_once(name: str) -> None:
    profit = profit_of(loop_over(*WAITING[name]))
    assert (profit.worth, profit.break_even) == ("yes", 2)
    assert profit.speedup[1] > 4


@pytest.mark.parametrize("name", FILES)
def test_files_that_may_be_in_memory_are_not_promised_to_pay(name: str) -> None:
    """Measured: reading a file of 2 kB a thousand times is slower in threads."""
    profit = profit_of(loop_over(*FILES[name]))
    assert profit.worth == "depends"
    assert "in memory" in profit.reason
    assert profit.speedup[1] > 4


def test_a_download_beside_a_file_pays() -> None:
    text = loop_over(
        "import urllib.request\nfrom pathlib import Path",
        "found.append(Path('copy').write_bytes(urllib.request.urlopen(item).read()))",
    )
    profit = profit_of(text)
    assert (profit.worth, profit.reason) == ("yes", "")


def test_a_few_known_iterations_of_little_work_do_not_pay() -> None:
    text = loop_over("", "t = 0\nfor k in range(100):\n    t += k\nfound.append(t)")
    profit = profit_of(text, iterations=20)
    assert (profit.worth, profit.iterations) == ("no", 20)


def test_many_known_iterations_of_much_work_certainly_pay() -> None:
    profit = profit_of(loop_over(*DEAR["helper-with-loops"]), iterations=3_000)
    assert profit.worth == "yes"
    assert profit.speedup[0] > 1.5


def test_one_iteration_never_pays() -> None:
    for body in (*DEAR.values(), *WAITING.values()):
        assert profit_of(loop_over(*body), iterations=1).worth == "no"


def test_large_results_are_not_worth_their_way_back() -> None:
    """Making fifty megabytes takes less than pickling them."""
    text = loop_over("", "found.append(bytes(50_000_000))")
    profit = profit_of(text, iterations=100)
    assert profit.worth == "no"


def test_a_pool_for_each_call_of_a_hot_function_does_not_pay() -> None:
    """What pays once does not pay where little is done per call and the pool starts anew."""
    text = loop_over("", "t = 0\nfor k in range(4_000):\n    t += k * item % 7\nfound.append(t)")
    assert profit_of(text, iterations=20).worth == "no"
    assert profit_of(text, iterations=20_000).worth == "yes"


@pytest.mark.parametrize(("made", "some"), [("Counter()", False), ("Counter(item)", True)])
def test_what_is_made_of_nothing_is_made_at_once(made, some):
    work = work_of(f"from collections import Counter\nfor item in ITEMS:  # LOOP\n    {made}\n")
    assert (work.held.mid > 5e-7) == some
