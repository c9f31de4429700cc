"""Names in new code mean what they should: builtins, private names, what a worker can import."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor.model import Accumulator, Fix
from pfadvisor.rewrite.compose import applied, composed
from pfadvisor.rewrite.suggest import build_fix

from .oracle import assert_same, fixed, refused
from .plans import ONE_SHOT, ROWS, dedent, make

ZIPPED = dedent("""
    def run(xs, k):
        {}
        rows = []
        for x in xs:
            rows.append((x, len(x) + 1))
        return rows, k


    def other():
        zip, len, next = 1, 2, 3
        return zip, len, next


    def main():
        print(run(["a", "bc"], 2), run([], 1), other())
""")


def zipped(program: str, **fields: object):
    return make(
        program,
        commit=("rows.append((x, len(x) + 1))",),
        holes={"len(x) + 1": ""},
        accumulator=ROWS,
        **fields,
    )


@pytest.mark.parametrize(
    ("statement", "module", "name"),
    [
        ("zip = k", "", "zip"),
        ("import zip", "", "zip"),
        ("def zip(*rows): return rows", "", "zip"),
        ("pass", "zip = None\n\n\n", "zip"),
        ("pass", "from tables import zip\n\n\n", "zip"),
        ("pass", "def reset():\n    global zip\n    zip = None\n\n\n", "zip"),
    ],
)
def test_a_builtin_that_has_another_meaning_is_not_used(
    statement: str, module: str, name: str
) -> None:
    source = module + ZIPPED.format(statement)
    assert f"{name!r} is not the builtin" in refused(source, zipped(source))


def test_a_builtin_of_the_work_itself_may_have_another_meaning(tmp_path: Path) -> None:
    source = "def len(x):\n    return 7\n\n\n" + ZIPPED.format("k += 1")
    after = fixed(source, zipped(source))
    assert "zip(xs, pool.map(" in after
    assert_same(source, after, tmp_path, "spawn")


def test_a_shared_function_needs_the_builtins_of_the_module() -> None:
    source = "next = None\n\n\n" + ZIPPED.format("pass")
    plan = zipped(source, source=ONE_SHOT, collected=False)
    assert "'next' is not the builtin" in refused(source, plan)
    source = ZIPPED.format("pass")
    assert "ordered(" in fixed(source, zipped(source, source=ONE_SHOT, collected=False))


PRIVATE = dedent("""
    class Model:
        def __init__(self):
            self.__scale = 3

        def run(self, items):
            out = []
            __bias = 3
            for __item in items:
                __x = len(__item) * self.__scale + __bias
                out.append(__x + 1)
            return out


    def main():
        print(Model().run(["a", "bcd"]), Model().run([]))
""")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_private_locals_have_one_name_on_each_side(method: str, tmp_path: Path) -> None:
    plan = make(
        PRIVATE,
        compute=("__x = len(__item) * self.__scale + __bias",),
        commit=("out.append(__x + 1)",),
        handed=("__x",),
        captures=("self", "__bias"),
        accumulator=Accumulator("out", "append", "list", True, True),
    )
    after = fixed(PRIVATE, plan)
    assert "(scale, __bias, __item):" in after
    assert "return len(__item) * scale + __bias" in after
    assert_same(PRIVATE, after, tmp_path, method)


STARRED = dedent("""
    def run(rows):
        out = []
        for head, *tail in rows:
            out.append({})
        return out


    def main():
        print(run(["abc", "de"]), run([]))
""")


@pytest.mark.parametrize("value", ["(head, head * len(tail))", "head * len(tail)"])
def test_a_starred_target_is_taken_apart_in_the_worker(value: str, tmp_path: Path) -> None:
    source = STARRED.format(value)
    plan = make(
        source,
        commit=(f"out.append({value})",),
        holes={"head * len(tail)": ""},
        accumulator=Accumulator("out", "append", "list", True, True),
    )
    after = fixed(source, plan)
    assert "head, *tail = item" in after
    assert_same(source, after, tmp_path)


GUARDED = dedent("""
    def work(n):
        return n + 1


    {}if __name__ == "__main__":
        def helper(n):
            return work(n)

        rows = []
        for n in range(3):
            rows.append({})
        print(rows)
""")


def guarded(value: str, before: str = "", **fields: object):
    source = GUARDED.format(before, value)
    plan = make(
        source,
        commit=(f"rows.append({value})",),
        holes={f"{3 if value.startswith('work') else 2 if value.endswith(')') else 1}:{value}": ""},
        accumulator=ROWS,
        guarded=True,
        **fields,
    )
    return source, plan


def test_a_function_below_the_guard_is_unknown_to_workers() -> None:
    for value, call in (("helper(n)", ("helper", "n")), ("helper(n) + 2", None)):
        source, plan = guarded(value, call=call)
        assert "below the __main__ guard" in refused(source, plan)


def test_threads_know_what_is_below_the_guard() -> None:
    source, plan = guarded("helper(n)", call=("helper", "n"), mode="threads")
    assert "executor.map(helper, range(3))" in fixed(source, plan)


def test_what_stands_above_the_guard_alone_is_known() -> None:
    source, plan = guarded("work(n)", call=("work", "n"))
    assert "pool.map(work, range(3))" in fixed(source, plan)
    source, plan = guarded("helper(n)", "helper = abs\n", call=("helper", "n"))
    assert "below the __main__ guard" in refused(source, plan)


LOCAL = dedent("""
    v = [1, 2]


    def run(xs):
        {before}
        rows = []
        for v in {source}:
            w = v + 1
            rows.append(w * 2)
        {after}
        return rows


    def main():
        try:
            print(run([1, 2, 3]))
        except NameError as error:
            print(type(error).__name__)
""")


def looped(before: str = "pass", source: str = "xs", after: str = "pass"):
    program = LOCAL.format(before=before, source=source, after=after)
    plan = make(
        program,
        compute=("w = v + 1",),
        commit=("rows.append(w * 2)",),
        holes={"w * 2": ""},
        accumulator=ROWS,
    )
    return program, plan


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("source", "sorted(v)"),
        ("source", "map(lambda n: n + v, xs)"),
        ("before", "if not xs: print(v)"),
        ("before", "if not xs: print(w)"),
        ("before", "show = lambda: v"),
        ("after", "class Show: shown = lambda self: [w for _ in self]"),
        ("after", "if not xs: del xs[w]"),
    ],
)
def test_a_local_that_is_still_read_stays_local(part: str, text: str) -> None:
    assert "no longer be local" in refused(*looped(**{part: text}))


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("before", "w = 3; v = 4"),
        ("after", "rows = [v for v in rows]"),
        ("after", "rows.sort(key=lambda v, w=1: v)"),
        ("after", "class Show: v = w = 1"),
        ("after", "for v in xs: rows.append(v)"),
    ],
)
def test_a_local_that_stays_bound_or_is_not_read_may_go(
    part: str, text: str, tmp_path: Path
) -> None:
    source, plan = looped(**{part: text})
    assert_same(source, fixed(source, plan), tmp_path)


def test_a_name_of_an_outer_function_is_not_read_instead() -> None:
    source, plan = looped(source="sorted(v)")
    inner = source.replace("\n", "\n    ")
    source = f"def outer():\n    {inner}\n"
    plan = make(
        source,
        compute=("w = v + 1",),
        commit=("rows.append(w * 2)",),
        holes={"w * 2": ""},
        accumulator=ROWS,
    )
    assert "no longer be local" in refused(source, plan)


def test_two_rewrites_never_take_the_last_binding_of_a_name_together(tmp_path: Path) -> None:
    again = "for v in xs: rows.append(v * 3)"
    source, first = looped("if not xs: print(v)", after=again.replace(": rows", ":\n        rows"))
    second = make(
        source,
        loop=1,
        commit=("rows.append(v * 3)",),
        holes={"v * 3": ""},
        accumulator=ROWS,
    )
    fixes = [build_fix(plan, source, "case.py") for plan in (first, second)]
    made = composed(source, [fix for fix in fixes if isinstance(fix, Fix)])
    assert (made.taken, made.dropped) == ((0,), (1,))
    both = source.replace("[1, 2, 3]", "[]")
    assert_same(both, applied(both, made.edits), tmp_path)
