"""Comprehensions, generator arguments and `map` calls, rewritten where they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .oracle import assert_same, fixed, refused
from .plans import ONE_SHOT, dedent, make

HEADER = dedent("""
    def grade(x):
        return 100 / x


    def keyed(x):
        return x % 3


    def run(xs, table, k):
        {}


    def main():
        xs, table = [4, 5, 1, 25], {{"b": 2, "a": 5, "_c": 1}}
        print(run(xs, table, 2), run([], {{}}, 1))
        try:
            run([1, 0, 2], {{"z": 0}}, 1)
        except ZeroDivisionError as error:
            print(error)
""")


def program(statement: str) -> str:
    return HEADER.format(statement.replace("\n", "\n    "))


CASES = {
    "list": (
        "return [grade(x) for x in xs]",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return pool.map(grade, xs)",
    ),
    "assigned": (
        "out: list = [grade(x) * k for x in xs]\nreturn out",
        {"elements": ("grade(x) * k",), "captures": ("k",)},
        "out: list = pool.map(partial(_process_item, k), xs)",
    ),
    "tested": (
        "return [grade(x) for x in xs if x != 4]",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return pool.map(grade, [x for x in xs if x != 4])",
    ),
    "set": (
        "return sorted({grade(x) for x in xs})",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return sorted(set(pool.map(grade, xs)))",
    ),
    "dict by item": (
        "return {x: grade(x) for x in xs}",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return dict(zip(xs, pool.map(grade, xs)))",
    ),
    "dict of pairs": (
        "return {keyed(x): grade(x) for x in xs}",
        {"elements": ("2:keyed(x)", "2:grade(x)")},
        "return dict(pool.map(_process_item, xs))",
    ),
    "dict by part of the item": (
        "return {name: grade(v) for name, v in table.items()}",
        {"elements": ("grade(v)",)},
        "dict(zip(table, pool.map(grade, table.values())))",
    ),
    "dict with a test": (
        'return {n: grade(v) for n, v in table.items() if not n.startswith("_")}',
        {"elements": ("grade(v)",)},
        "dict(zip(items, pool.map(grade, items.values())))",
    ),
    "item beside the result": (
        "return [(x, grade(x)) for x in xs]",
        {"elements": ("(x, grade(x))",)},
        "return x, grade(x)",
    ),
    "number beside the result": (
        "return [(n, grade(x)) for n, x in enumerate(xs)]",
        {"elements": ("(n, grade(x))",)},
        "return list(enumerate(pool.map(grade, xs)))",
    ),
    "sum": (
        "return sum(grade(x) for x in xs)",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return sum(pool.map(grade, xs))",
    ),
    "sum from": (
        "return sum((grade(x) for x in xs), k)",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return sum(pool.map(grade, xs), k)",
    ),
    "join": (
        'return ",".join(str(grade(x)) for x in xs)',
        {"elements": ("str(grade(x))",)},
        'return ",".join(pool.map(_process_item, xs))',
    ),
    "list of a generator": (
        "return list(grade(x) for x in xs)",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "return pool.map(grade, xs)",
    ),
    "list of map": ("return list(map(grade, xs))", {"call": ("grade", "")}, "= pool.map"),
    "map of a lambda": (
        "return list(map(lambda x: grade(x) + k, xs))",
        {"elements": ("grade(x) + k",), "captures": ("k",)},
        "return pool.map(partial(_process_item, k), xs)",
    ),
    "any": (
        "return any(grade(x) > 60 for x in xs)",
        {"elements": ("grade(x) > 60",)},
        "return any(executor.map(_process_item, xs))",
    ),
    "two for": (
        "return [grade(x) + y for x in xs if x > 1 for y in range(x) if y]",
        {"elements": ("grade(x) + y",)},
        "[(x, y) for x in xs if x > 1 for y in range(x) if y]",
    ),
    "compute test": (
        "return [x for x in xs if grade(x) > 22]",
        {"elements": (), "tests": ("grade(x) > 22",)},
        "[x for x, matched in zip(xs, pool.map(_process_item, xs)) if matched]",
    ),
    "compute test and element": (
        "return [keyed(x) for x in xs if grade(x) > 22]",
        {"elements": ("2:keyed(x)",), "tests": ("grade(x) > 22",)},
        "[result for matched, result in pool.map(_process_item, xs) if matched]",
    ),
    "one-shot": (
        "return [grade(x) for x in iter(xs)]",
        {"elements": ("2:grade(x)",), "source": ONE_SHOT, "collected": False},
        "return [result for _, result in ordered(executor, grade, iter(xs))]",
    ),
    "two values": (
        "rows = [grade(x) for x in xs], k\nreturn rows",
        {"elements": ("2:grade(x)",), "call": ("grade", "x")},
        "rows = pool.map(grade, xs), k",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_comprehension_is_replaced_where_it_stands(case: str, tmp_path: Path) -> None:
    statement, options, expected = CASES[case]
    source = program(statement)
    after = fixed(source, make(source, **options))
    if expected.startswith("= "):
        expected = expected[2:]
    assert expected in after, after
    assert_same(source, after, tmp_path, "spawn")


@pytest.mark.parametrize("case", ["list", "dict by item", "two for", "compute test", "join"])
def test_threads_do_as_well(case: str, tmp_path: Path) -> None:
    statement, options, _ = CASES[case]
    source = program(statement)
    assert_same(source, fixed(source, make(source, mode="threads", **options)), tmp_path)


def test_comments_stay() -> None:
    source = program("return [\n    grade(x)  # each\n    # of all\n    for x in xs\n]")
    after = fixed(source, make(source, elements=("2:grade(x)",), call=("grade", "x")))
    assert "        # each\n        # of all\n        return pool.map(grade, xs)\n" in after


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("return k and [grade(x) for x in xs]", "condition"),
        ("return [grade(x) for x in xs] if k else 0", "condition"),
        ("return lambda: [grade(x) for x in xs]", "condition"),
        ("if [grade(x) for x in xs]: pass", "compound"),
        ("if k: return [grade(x) for x in xs]", "shares its line"),
        ("assert [grade(x) for x in xs]", "condition"),
        ("return [[grade(x) for x in xs] for _ in table]", "several times"),
        ("y = yield [grade(x) for x in xs]", "yields"),
        ("return [(k := grade(x)) for x in xs]", "assigns"),
        ("def g(a=[grade(x) for x in xs]): return a", "compound"),
    ],
)
def test_places_that_are_not_reached_just_once_refuse(statement: str, reason: str) -> None:
    source = program(statement)
    loop = 1 if statement.startswith("return [[") else 0
    plan = make(source, loop=loop, elements=("2:grade(x)",), call=("grade", "x"))
    assert reason in refused(source, plan)


def test_lines_that_would_be_too_long_are_broken() -> None:
    statement = "configuration_by_customer = [grade(x) + k for x in table_of_all_customers]"
    source = program(statement)
    plan = make(source, elements=("grade(x) + k",), captures=("k",))
    assert dedent("""
        configuration_by_customer = pool.map(
            partial(_process_table_of_all_customer, k), table_of_all_customers
        )
    """).replace("\n", "\n        ").rstrip() in fixed(source, plan)


def test_a_function_that_a_fresh_interpreter_may_not_find_refuses() -> None:
    source = program("return list(map(k, xs))")
    assert "fresh interpreter" in refused(source, make(source))
    assert "executor.map(k, xs)" in fixed(source, make(source, mode="threads"))


def test_a_source_that_must_not_run_ahead_is_not_listed() -> None:
    statement, options, _ = CASES["dict by part of the item"]
    source = program(statement)
    plan = replace(make(source, **options), source=ONE_SHOT, collected=False)
    assert "for (name, v), result in ordered(" in fixed(source, plan)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return tuple(report(k, [grade(x) for x in xs]))", "return tuple(report(k, results))"),
        ("k = report(k, rows=[grade(x) for x in xs])\nreturn k", "k = report(k, rows=results)"),
        ("return report(k, sum(grade(x) for x in xs))", "results = sum(pool.map(grade, xs))"),
    ],
)
def test_the_pool_is_closed_before_a_call_around(
    statement: str, expected: str, tmp_path: Path
) -> None:
    source = program(statement).replace(
        "def run", "def report(k, rows):\n    return k, rows\n\n\ndef run"
    )
    after = fixed(source, make(source, elements=("2:grade(x)",), call=("grade", "x")))
    assert expected in after
    assert_same(source, after, tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "return sorted([grade(x) for x in xs])",
        "return table.setdefault('k', [grade(x) for x in xs])",
        "return keyed(k), report(keyed(1), [grade(x) for x in xs])",
        "return report(table['a'], [grade(x) for x in xs])",
        "return report(*[grade(x) for x in xs])",
    ],
)
def test_the_results_stay_where_they_are_if_what_comes_first_matters(statement: str) -> None:
    source = program(statement)
    after = fixed(source, make(source, elements=("2:grade(x)",), call=("grade", "x")))
    assert "    return " in after and "results" not in after


@pytest.mark.parametrize(
    "statement",
    [
        "rows = (grade(x) for x in xs)\nreturn list(rows)",
        "return (grade(x) for x in xs)",
        "return zip(xs, (grade(x) for x in xs))",
        "rows = [(grade(x) for x in xs)]\nreturn rows",
    ],
)
def test_a_generator_that_is_kept_is_refused(statement: str) -> None:
    source = program(statement)
    plan = make(source, elements=("2:grade(x)",), call=("grade", "x"))
    assert "uses it up" in refused(source, plan)


def test_an_iterator_that_a_consumer_zips_is_rewritten() -> None:
    source = program("return dict(zip(xs, map(grade, xs)))")
    after = fixed(source, make(source, call=("grade", "")))
    assert "return dict(zip(xs, pool.map(grade, xs)))" in after
    source = program("return zip(xs, map(grade, xs))")
    assert "uses it up" in refused(source, make(source, call=("grade", "")))


@pytest.mark.parametrize("element", ["(x, y)", "(y, (x, 1))"])
def test_what_only_regroups_is_no_work(element: str) -> None:
    """It would be the source of the new run, and be found again there."""
    source = program(f"return [{element} for x in xs for y in range(x)]")
    assert "work for the workers" in refused(source, make(source, elements=(element,)))
