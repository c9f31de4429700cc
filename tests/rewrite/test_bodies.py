"""What the work of an iteration may be made of: methods, captures, imports, heads, comments."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from pfadvisor.model import Accumulator, Input

from .oracle import assert_same, fixed, refused
from .plans import ONE_SHOT, ROWS, dedent, make

METHODS = dedent('''
"""Methods."""


class FileAnalyzer:
    def __init__(self):
        self.__factor = 2
        self.rows = []

    def measure(self, path):
        return len(path)

    def run(self, paths: list[str], Pool=None):
        found = {}
        for path in paths:
            found[path] = self.__factor * self.measure(path)
        for path in paths:
            self.rows.append(self.measure(path))
        return found, self.rows


def main():
    print(FileAnalyzer().run(["a", "bcd", ""]), FileAnalyzer().run([]))
''')


def method_plan(**fields: object):
    return make(
        METHODS,
        commit=("found[path] = self.__factor * self.measure(path)",),
        holes={"self.__factor * self.measure(path)": ""},
        captures=("self",),
        accumulator=Accumulator("found", "store", "dict", True, True),
        init="found = {}",
        annotations={"path": "str"},
        **fields,
    )


def test_self_gets_the_name_of_its_class_and_private_names_are_spelled_out(tmp_path: Path) -> None:
    after = fixed(METHODS, method_plan())
    assert (
        dedent("""
        def _process_path(file_analyzer, path: str):
            return file_analyzer._FileAnalyzer__factor * file_analyzer.measure(path)
    """)
        in after
    )
    assert "import multiprocessing\nfrom functools import partial\n" in after
    assert "with multiprocessing.Pool() as pool:" in after
    assert_same(METHODS, after, tmp_path, "spawn")


def test_a_method_of_the_class_is_mapped_as_it_is(tmp_path: Path) -> None:
    plan = make(
        METHODS,
        loop=1,
        commit=("self.rows.append(self.measure(path))",),
        holes={"2:self.measure(path)": ""},
        captures=("self",),
        accumulator=Accumulator("self.rows", "append", "list", False, True),
    )
    after = fixed(METHODS, plan)
    assert "self.rows.extend(pool.map(self.measure, paths))" in after
    assert_same(METHODS, after, tmp_path, "spawn")


CAPTURES = dedent("""
    def weigh(item, factor, *, offset=0):
        return item * factor + offset


    def total(items, factor):
        import math
        from os.path import join as glue

        rows = []
        for item in items:
            rows.append(weigh(item, factor, offset=1))
        for item in items:
            rows.append(math.floor(factor) + len(glue("a", str(item))))
        return rows


    def main():
        print(total([], 1), total([1, 2, 30], 2.5))
""")


def test_a_call_with_captures_is_a_partial(tmp_path: Path) -> None:
    plan = make(
        CAPTURES,
        commit=("rows.append(weigh(item, factor, offset=1))",),
        holes={"weigh(item, factor, offset=1)": ""},
        captures=("factor",),
        accumulator=ROWS,
    )
    after = fixed(CAPTURES, plan)
    assert "rows.extend(pool.map(partial(weigh, factor=factor, offset=1), items))" in after
    assert_same(CAPTURES, after, tmp_path, "spawn")


LOCAL_IMPORT = make(
    CAPTURES,
    loop=1,
    commit=('rows.append(math.floor(factor) + len(glue("a", str(item))))',),
    holes={'math.floor(factor) + len(glue("a", str(item)))': ""},
    captures=("math", "factor", "glue"),
    accumulator=ROWS,
)


def test_imports_of_the_function_are_repeated_in_the_worker(tmp_path: Path) -> None:
    after = fixed(CAPTURES, LOCAL_IMPORT)
    assert (
        dedent("""
        def _glue_item(factor, item):
            import math
            from os.path import join as glue

            return math.floor(factor) + len(glue("a", str(item)))
    """)
        in after
    )
    assert_same(CAPTURES, after, tmp_path, "spawn")


@pytest.mark.parametrize("builtin_errors", [True, False], ids=["pool", "executor"])
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_large_capture_reaches_each_process_once(
    tmp_path: Path, method: str, builtin_errors: bool
) -> None:
    inputs = tuple(replace(i, large=i.name == "factor") for i in LOCAL_IMPORT.inputs)
    plan = replace(LOCAL_IMPORT, inputs=inputs, builtin_errors=builtin_errors)
    after = fixed(CAPTURES, plan)
    assert "initializer=_glue_item_share, initargs=(factor,)" in after
    assert "_glue_item_factor = None\n\n\ndef _glue_item_share(factor):\n" in after
    assert_same(CAPTURES, after, tmp_path, method)


def test_what_starts_a_worker_cannot_fail() -> None:
    """An initializer that raises is restarted for ever by a pool: it only binds what it gets."""
    inputs = tuple(replace(i, large=i.name == "factor") for i in LOCAL_IMPORT.inputs)
    after = ast.parse(fixed(CAPTURES, replace(LOCAL_IMPORT, inputs=inputs)))
    (share,) = (n for n in after.body if getattr(n, "name", "") == "_glue_item_share")
    assert isinstance(share, ast.FunctionDef) and isinstance(share.body[0], ast.Global)
    for statement in share.body[1:]:
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.targets[0], ast.Name)
        assert isinstance(statement.value, ast.Name)


def test_a_large_capture_goes_to_ray_with_the_function_and_not_with_each_item() -> None:
    inputs = tuple(replace(i, large=i.name == "factor") for i in LOCAL_IMPORT.inputs)
    plan = replace(LOCAL_IMPORT, inputs=inputs)
    assert "partial(" in fixed(CAPTURES, plan, backend="ray")
    for backend in ("dask", "joblib"):
        assert "'factor', which is large, with each item" in refused(
            CAPTURES, plan, backend=backend
        )


def test_threads_share_what_is_large() -> None:
    inputs = tuple(replace(i, large=True) for i in LOCAL_IMPORT.inputs)
    after = fixed(CAPTURES, replace(LOCAL_IMPORT, inputs=inputs, mode="threads"))
    assert "initializer" not in after


def test_a_global_is_passed_to_processes_only() -> None:
    source = "def f(xs):\n    rows = []\n    for x in xs:\n        rows.append(g(x) + LIMIT)\n"
    plan = make(
        source,
        commit=("rows.append(g(x) + LIMIT)",),
        holes={"g(x) + LIMIT": ""},
        accumulator=ROWS,
    )
    plan = replace(plan, inputs=(*plan.inputs, Input("LIMIT", "global")))
    assert "partial(_process_row, LIMIT)" in fixed(source, plan)
    assert "partial" not in fixed(source, replace(plan, mode="threads"))


HEAD = dedent("""
    def digest(chunk, start):
        return sum(chunk) + start


    def index(chunks, limit):
        start = number = 0
        for chunk in chunks:
            # where it starts
            number += 1
            start = start + len(chunk)
            if not chunk:
                continue
            value = digest(chunk, start) + limit
            print(number, start, value)
            if value > 40:
                break
        return number, start


    def main():
        print(index([], 1), index([[1], [], [2, 3]], 1), index([[1], [50], [2, 3]] * 30, 1))
        print(index(iter([[1], [2, "x"], [3]]), 1))
""")
HEAD_PLAN = make(
    HEAD,
    head=(
        "number += 1",
        "start = start + len(chunk)",
        "if not chunk:\n            continue",
    ),
    compute=("value = digest(chunk, start) + limit",),
    commit=("print(number, start, value)", "if value > 40:\n            break"),
    captures=("limit",),
    handed=("value",),
    live_after=("number", "start"),
    collected=False,
    leaves_early=True,
    source=ONE_SHOT,
)


def test_serial_statements_become_a_generator_of_items(tmp_path: Path) -> None:
    plan = replace(HEAD_PLAN, inputs=(*HEAD_PLAN.inputs, Input("start", "head")))
    after = fixed(HEAD, plan)
    assert (
        dedent("""
        def _index_chunk_inputs(items, number, start):
            for chunk in items:
                # where it starts
                number += 1
                start = start + len(chunk)
                if not chunk:
                    continue
                yield chunk, number, start


        def _index_chunk(limit, item):
            chunk, _, start = item
            return digest(chunk, start) + limit
    """)
        in after
    )
    assert "for (chunk, number, start), value in ordered(" in after
    assert "_index_chunk_inputs(chunks, number, start)" in after
    assert_same(HEAD, after, tmp_path)


def test_a_serial_statement_that_the_work_changes_refuses() -> None:
    source = dedent("""
        def f(xs, n):
            for x in xs:
                n += 1
                n = g(x)
                print(n)
    """)
    plan = make(source, head=("n += 1",), compute=("n = g(x)",), commit=("print(n)",))
    assert "changes what the serial statements" in refused(source, plan)


SHAPES = dedent("""
    def grade(row, limit):
        rows, seen = [], set()
        for a, (b, *rest) in row:
            try:
                value = 10 / a
            except ZeroDivisionError:
                value = 0
            with open("n.txt", "a"):
                deep = [value for value in (a, b)]
            if value > limit:
                kind = "big"
            elif value < 0:
                kind = "negative"
            else:
                kind = ("small",
                    b)  # aligned
            rows.append((a, kind, deep)); seen.add(b)
        return rows, seen, rest


    def main():
        print(grade([(1, (2, 3)), (0, (4,)), (-3, (5, 6, 7)), (100, (1,))], 5))
""")


@pytest.mark.parametrize("mode", ["processes", "threads"])
def test_compound_statements_move_as_they_are(tmp_path: Path, mode: str) -> None:
    find = make(
        SHAPES,
        mode=mode,
        compute=(
            "try:\n            value = 10 / a\n        except ZeroDivisionError:\n"
            "            value = 0",
            'with open("n.txt", "a"):\n            deep = [value for value in (a, b)]',
            SHAPES[SHAPES.index("if value > limit") : SHAPES.index("  # aligned")],
        ),
        commit=("rows.append((a, kind, deep))", "seen.add(b)"),
        captures=("limit",),
        handed=("kind", "deep"),
        live_after=("rest",),
    )
    after = fixed(SHAPES, find)
    assert '        kind = ("small",\n            b)  # aligned\n' in after
    assert_same(SHAPES, after, tmp_path, "spawn")


ELIF = dedent("""
    def heavy(x):
        return x * x


    def sift(xs, seen):
        for x in xs:
            y = heavy(x)
            if heavy(x + 1) > 50:
                print("large", x)
                continue
            elif heavy(x - 1) == 0:
                print("one")
                z = 0
            else:
                z = heavy(x + 2)
                seen.append(z)
            print(x, y, z)


    def main():
        seen = []
        sift([1, 2, 3, 30, 1], seen)
        print(seen)
""")


@pytest.mark.parametrize("collected", [True, False])
def test_chains_of_elif_are_split(tmp_path: Path, collected: bool) -> None:
    plan = make(
        ELIF,
        tests=("heavy(x + 1) > 50", "heavy(x - 1) == 0"),
        compute=("y = heavy(x)", "z = 0", "z = heavy(x + 2)"),
        commit=(
            'print("large", x)',
            "continue",
            'print("one")',
            "seen.append(z)",
            "print(x, y, z)",
        ),
        handed=("y", "z"),
        collected=collected,
    )
    after = fixed(ELIF, plan)
    assert_same(ELIF, after, tmp_path, "spawn")


def test_tabs_stay_tabs(tmp_path: Path) -> None:
    source = HEAD.replace("    ", "\t")
    plan = make(
        source,
        commit=("if value > 40:\n\t\t\tbreak", "print(number, start, value)"),
        head=("number += 1", "start = start + len(chunk)", "if not chunk:\n\t\t\tcontinue"),
        compute=("value = digest(chunk, start) + limit",),
        captures=("limit",),
        handed=("value",),
        collected=False,
        source=ONE_SHOT,
    )
    after = fixed(source, plan)
    assert "\t\tfor (chunk, number, start), value in ordered(\n" in after
    assert_same(source, after, tmp_path)


def test_one_line_bodies_are_taken_apart(tmp_path: Path) -> None:
    source = dedent("""
        def f(xs, rows):
            for x in xs: y = str(x); rows.append(y); print(y)


        def main():
            rows = []
            f([1, 2], rows)
            print(rows)
    """)
    plan = make(
        source, compute=("y = str(x)",), commit=("rows.append(y)", "print(y)"), handed=("y",)
    )
    after = fixed(source, plan)
    assert "        for y in pool.map(_process_row, xs):\n            rows.append(y)\n" in after
    assert_same(source, after, tmp_path)


STRIPPED = dedent("""
    def parse(line):
        return line.split(",")


    def show(lines):
        for line in lines:
            line = line.strip()
            fields = parse(line)
            print(line, fields)
        return line


    def main():
        print(show([" a,b ", "c\\t"]))
""")
STRIPPED_PLAN = make(
    STRIPPED,
    compute=("line = line.strip()", "fields = parse(line)"),
    commit=("print(line, fields)",),
    handed=("line", "fields"),
    live_after=("line",),
)


def test_a_target_that_the_work_changes_is_handed_over(tmp_path: Path) -> None:
    after = fixed(STRIPPED, STRIPPED_PLAN)
    assert "    line = line.strip()\n    return line, parse(line)\n" in after
    assert "        for line, fields in pool.map(_show_line, lines):\n" in after
    assert_same(STRIPPED, after, tmp_path)


def test_a_target_that_changes_between_commits_refuses() -> None:
    source = STRIPPED.replace("        line = line", "        print(line)\n        line = line")
    plan = make(
        source,
        compute=("line = line.strip()", "fields = parse(line)"),
        commit=("print(line)", "print(line, fields)"),
        handed=("line", "fields"),
    )
    assert "between its commits" in refused(source, plan)


def test_a_plan_that_hands_over_too_little_is_refused() -> None:
    assert "'line' is read by the commit" in refused(
        STRIPPED, replace(STRIPPED_PLAN, handed=("fields",), live_after=())
    )
    plan = replace(STRIPPED_PLAN, inputs=(*STRIPPED_PLAN.inputs, Input("total", "capture")))
    source = STRIPPED.replace("print(line, fields)", "total = line, fields")
    changed = make(
        source,
        compute=("line = line.strip()", "fields = parse(line)"),
        commit=("total = line, fields",),
        handed=("line", "fields"),
    )
    assert "'total' changes" in refused(source, replace(changed, inputs=plan.inputs))


PROGRESS = dedent("""
    def weigh(x):
        return 10 // x


    def run(xs, seen):
        for number, x in enumerate(xs):
            # before the work
            print(number, "of", len(xs))
            if x in seen:
                continue
            y = weigh(x)
            seen.add(y)
            print(x, y)


    def main():
        run([], set())
        seen = {0}
        run([3, 0, 2, 5], seen)
        try:
            run([4, 0, 1], set())
        except ZeroDivisionError as error:
            print(error)
        print(seen)
""")
PROGRESS_PLAN = make(
    PROGRESS,
    compute=("y = weigh(x)",),
    commit=(
        'print(number, "of", len(xs))',
        "if x in seen:\n            continue",
        "seen.add(y)",
        "print(x, y)",
    ),
    handed=("y",),
    collected=False,
)


@pytest.mark.parametrize("mode", ["processes", "threads"])
def test_what_comes_before_the_work_comes_before_its_exception(tmp_path: Path, mode: str) -> None:
    after = fixed(PROGRESS, replace(PROGRESS_PLAN, mode=mode))
    assert "for number, (x, future) in enumerate(submitted(executor, weigh, xs)):" in after
    assert (
        "                continue\n            y = future.result()\n            seen.add(y)\n"
        in after
    )
    assert_same(PROGRESS, after, tmp_path)


def test_it_does_not_matter_where_nothing_can_raise() -> None:
    after = fixed(PROGRESS, replace(PROGRESS_PLAN, raises=False))
    assert "for (number, x), y in zip(enumerate(xs), executor.map(weigh, xs)):" in after


def test_commits_between_parts_of_the_work_refuse() -> None:
    source = PROGRESS.replace("print(x, y)", "print(x, weigh(y))")
    plan = make(
        source,
        compute=("y = weigh(x)",),
        commit=(
            'print(number, "of", len(xs))',
            "seen.add(y)",
            "print(x, weigh(y))",
            "if x in seen:\n            continue",
        ),
        holes={"weigh(y)": ""},
        handed=("y",),
        collected=False,
    )
    assert "before what it follows" in refused(source, plan)
    assert fixed(source, replace(plan, collected=True))
