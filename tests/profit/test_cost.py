"""Sizes, trip counts, branches and recursion as they enter a cost."""

from __future__ import annotations

import pytest

from pfadvisor.profit.cost import Cost, cost_of, ledger_of
from pfadvisor.profit.estimate import Estimate
from pfadvisor.profit.transfer import sent

from .snippets import marked, program_of


def body_cost(source: str) -> Cost:
    found = marked(source)
    return cost_of(found.program, found.ev, found.body, found.loop)


def per_iteration(body: str, before: str = "", inside: str = "") -> Cost:
    return body_cost(f"{before}\ndef run(items):\n{inside}    for item in items:  # LOOP\n{body}")


def length_of(expression: str, before: str = "") -> Estimate | None:
    program = program_of(f"{before}\ndef run(a, b):\n    return {expression}\n")
    facts = program.module("sample")
    assert facts is not None
    index = next(i for i, f in enumerate(facts.functions) if f.name == "run")
    ev = program.evaluation(facts, index)
    (value,) = (c.args[0] for c in ev.function.code if c.op == "ret")
    return ledger_of(program).scope(ev).sizes.length(value)


@pytest.mark.parametrize(
    "expression, length",
    [
        ("range(10)", 10),
        ("range(2, 10, 3)", 3),
        ("range(10, 0, -2)", 5),
        ("[1, 2, 3]", 3),
        ("{1: 2, 3: 4}", 2),
        ("'abcd'", 4),
        ("[0] * 50", 50),
        ("b'x' * 10 + b'y'", 11),
        ("list(range(7))", 7),
        ("enumerate(sorted([3, 1, 2]))", 3),
        ("[x for x in range(9)]", 9),
        ("range(len('hello'))", 5),
        ("a[:8]", 8),
        ("a[-3:]", 3),
        ("zip(range(5), a)", 5),
        ("range(2 ** 10)", 1024),
        ("bytes(4096)", 4096),
        ("'abc'.encode()", 3),
        ("range(N)", 300),
        ("range(min(N, len(a)))", 300),
        ("TABLE", 4),
    ],
)
def test_lengths_that_the_code_shows(expression: str, length: int) -> None:
    found = length_of(expression, "N = 3 * 100\nTABLE = (1, 2, 3, 4)")
    assert found is not None
    assert (found.mid, found.unbounded) == (length, False)


@pytest.mark.parametrize(
    "expression", ["a", "range(a)", "[]", "a.items()", "[*a]", "a + b", "GROWS", "range(TWICE)"]
)
def test_lengths_that_it_does_not(expression: str) -> None:
    before = "GROWS = []\nTWICE = 1\nTWICE = 2"
    assert length_of(expression, before) is None


def test_nested_loops_multiply() -> None:
    one = per_iteration("        for k in range(1000):\n            item += k\n")
    two = per_iteration(
        "        for j in range(1000):\n            for k in range(1000):\n                item += k\n"
    )
    assert not one.unbounded and not two.unbounded
    assert 500 < two.time.mid / one.time.mid < 2000
    assert (one.depth, two.depth) == (0, 0)


def test_unknown_trip_counts_are_unbounded() -> None:
    cost = per_iteration("        for a in item:\n            for b in a:\n                b + 1\n")
    assert cost.unbounded
    assert cost.depth == 2
    assert cost.time.high > 1e4 * cost.time.low


def test_comprehensions_are_loops() -> None:
    plain = per_iteration("        f = [k * k for k in range(1000)]\n")
    double = per_iteration("        f = [j * k for j in range(1000) for k in range(100)]\n")
    assert 50 < double.time.mid / plain.time.mid < 200


def test_the_judged_loop_itself_does_not_multiply() -> None:
    text = "def run():\n    for item in range(1_000_000):  # LOOP\n        item * item\n"
    found = marked(text)
    assert cost_of(found.program, found.ev, found.body, found.loop).time.high < 1e-6
    code = found.ev.function.code
    body = {i for i in found.body if code[i].stmt != found.loop.stmt}
    assert cost_of(found.program, found.ev, body).time.high < 1e-6


def test_branches_are_the_least_and_the_most() -> None:
    dear = "            for k in range(100_000):\n                item += k\n"
    both = per_iteration(f"        if item:\n{dear}        else:\n            item = 1\n")
    one = per_iteration(f"        if item:\n{dear}")
    always = per_iteration(
        f"        if True:\n            pass\n{dear.replace('    ' * 3, '    ' * 2)}"
    )
    for cost in (both, one):
        assert cost.time.low < 1e-6
        assert cost.time.high == pytest.approx(always.time.high, rel=0.1)
        assert cost.time.mid == pytest.approx(always.time.mid / 2, rel=0.1)


def test_handlers_are_rare() -> None:
    text = (
        "        try:\n            item = 1\n        except ValueError:\n"
        "            for k in range(100_000):\n                item += k\n"
    )
    cost = per_iteration(text)
    assert cost.time.mid < cost.time.high / 5


def test_constants_reach_callees() -> None:
    before = "def work(n, rounds):\n    t = 0\n    for k in range(rounds):\n        t += k\n    return t\n"
    small = per_iteration("        work(item, 10)\n", before)
    large = per_iteration("        work(item, rounds=10_000)\n", before)
    assert not small.unbounded and not large.unbounded
    assert 300 < large.time.mid / small.time.mid < 1500
    assert [name for name, _ in large.parts] == ["work"]


def test_sleeping_a_known_time_is_that_time() -> None:
    cost = per_iteration("        time.sleep(0.25)\n", "import time")
    assert cost.wait == Estimate(0.25, 0.25, 0.25)
    assert cost.blocks == {"sleep"}


def test_callbacks_run_once_per_element() -> None:
    before = "def key(x):\n    t = 0\n    for k in range(1000):\n        t += x\n    return t\n"
    once = per_iteration("        key(item)\n", before)
    many = per_iteration("        sorted(range(500), key=key)\n", before)
    assert 300 < many.time.mid / once.time.mid < 700


CLASS = """
class Grid:
    @property
    def total(self):
        return sum(a * b for a in range(300) for b in range(300))

    def __contains__(self, key):
        return any(key == k for k in range(100_000))

    def __iter__(self):
        for k in range(100_000):
            yield k * k
"""


@pytest.mark.parametrize("use", ["grid.total", "item in grid", "[k for k in grid]"])
def test_what_looks_like_an_access_may_be_a_call(use: str) -> None:
    inside = "    grid = Grid()\n"
    assert per_iteration(f"        {use}\n", CLASS, inside).time.low > 5e-4


@pytest.mark.parametrize("use", ["item.total", "item in items", "item[0]", "item + item"])
def test_operators_on_anything_are_not_those_of_a_class(use: str) -> None:
    assert per_iteration(f"        {use}\n", CLASS).time.mid < 1e-5


RECURSIVE = {
    "counting": ("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n", 20, 1e-2),
    "halving": ("def f(n):\n    return 0 if n < 2 else 1 + f(n // 2)\n", 2, 1e-3),
    "branching": ("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n", 500, 1e3),
    "sorting": (
        "def f(x):\n    if len(x) < 2:\n        return x\n    m = len(x) // 2\n"
        "    return merge(f(x[:m]), f(x[m:]))\ndef merge(a, b):\n    return a + b\n",
        100,
        1.0,
    ),
    "walking": (
        "def f(node):\n    t = 1\n    for child in node.children:\n        t += f(child)\n"
        "    return t\n",
        100,
        1e3,
    ),
    "in-turn": (
        "def f(n):\n    return n == 0 or g(n - 1)\ndef g(n):\n    return n != 0 and f(n - 1)\n",
        10,
        1e-1,
    ),
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_recursion_is_unbounded_and_more_than_one_call(name: str) -> None:
    before, least, most = RECURSIVE[name]
    plain = per_iteration("        g(item, 1)\n", "def g(n, m):\n    return n if m else n + 1\n")
    cost = per_iteration("        f(item)\n", before)
    assert cost.unbounded
    assert cost.time.mid > least * plain.time.mid / 4
    assert cost.time.high < most
    assert not cost.again


def test_a_known_start_bounds_recursion() -> None:
    before, _, _ = RECURSIVE["branching"]
    few = per_iteration("        f(5)\n", before)
    many = per_iteration("        f(30)\n", before)
    assert not few.unbounded
    assert few.time.high < 1e-4 < many.time.low


def test_costs_do_not_depend_on_the_order_of_questions() -> None:
    text = (
        "def even(n):\n    return n == 0 or odd(n - 1)\n"
        "def odd(n):\n    return n != 0 and even(n - 1)\n"
        "def run(items):\n    for item in items:  # LOOP\n        even(item)\n        odd(item)\n"
    )
    first = body_cost(text)
    again = body_cost(
        text.replace("even(item)\n        odd(item)", "odd(item)\n        even(item)")
    )
    assert first.time == pytest.approx(again.time)


@pytest.mark.parametrize(
    "expression, low, high",
    [
        ("1", 1e-8, 1e-5),
        ("[0.0] * 1_000_000", 1e-2, 1.0),
        ("'x' * 10", 1e-8, 1e-5),
        ("bytes(10_000_000)", 1e-4, 1e-1),
        ("(1, 'a', None)", 1e-7, 1e-5),
        ("a", 1e-8, 1e-3),
    ],
)
def test_sending_goes_with_type_and_size(expression: str, low: float, high: float) -> None:
    program = program_of(f"def run(a):\n    return {expression}\n")
    facts = program.module("sample")
    assert facts is not None
    ev = program.evaluation(facts, 1)
    (value,) = (c.args[0] for c in ev.function.code if c.op == "ret")
    found = sent(ev, ledger_of(program).scope(ev).sizes, [value])
    assert low < found.low <= found.mid <= found.high < high
