"""`for` statements: each form as text, and the program's behaviour before and after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pfadvisor.model import Accumulator, Fix
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.suggest import build_fix

from .oracle import assert_same, fixed, refused
from .plans import ENDLESS, ONE_SHOT, ROWS, dedent, make

MEASURE = """
import math


def measure(x):
    return math.sqrt(x) + 1

"""


def program(body: str) -> str:
    return dedent(MEASURE) + "\n" + dedent(body)


MAP = program("""
def collect(paths):
    rows = []
    # all of them
    for path in paths:  # in order
        # how large
        rows.append(measure(path))
    return rows


def main():
    print(collect([]), collect([4, 9]), collect(range(20)))
""")
MAP_PLAN = make(
    MAP,
    commit=("rows.append(measure(path))",),
    holes={"measure(path)": ""},
    call=("measure", "path"),
    accumulator=ROWS,
    init="rows = []",
)


def body_of(text: str, name: str) -> str:
    """The source of one top-level function."""
    start = text.index(f"def {name}(")
    end = text.find("\n\n\n", start)
    return text[start:end].rstrip("\n") + "\n"


def test_append_becomes_an_assignment() -> None:
    after = fixed(MAP, MAP_PLAN)
    assert body_of(after, "collect") == dedent("""
        def collect(paths):
            # all of them
            with Pool() as pool:  # in order
                # how large
                rows = pool.map(measure, paths)
            return rows
    """)
    assert "import math\nfrom multiprocessing import Pool\n\n\n" in after


def test_append_to_what_is_not_empty_extends(tmp_path: Path) -> None:
    after = fixed(MAP, replace(MAP_PLAN, accumulators=(ROWS,)))
    assert "        rows.extend(pool.map(measure, paths))\n" in after
    assert_same(MAP, after, tmp_path)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_mapped_program_prints_the_same(tmp_path: Path, method: str) -> None:
    assert_same(MAP, fixed(MAP, MAP_PLAN), tmp_path, method)


def test_an_exception_that_pool_cannot_carry_takes_an_executor(tmp_path: Path) -> None:
    after = fixed(MAP, replace(MAP_PLAN, builtin_errors=False))
    assert "        rows = list(executor.map(measure, paths))\n" in after
    assert_same(MAP, after, tmp_path)


def test_a_handled_exception_must_be_the_earliest() -> None:
    after = fixed(MAP, replace(MAP_PLAN, handled=True))
    assert "rows = list(pool.imap(measure, paths, chunksize=16))" in after


def test_a_stated_chunksize_is_used() -> None:
    after = fixed(MAP, replace(MAP_PLAN, builtin_errors=False, chunksize=50))
    assert "executor.map(measure, paths, chunksize=50)" in after


def test_a_chunksize_is_dropped_where_a_failing_chunk_would_show() -> None:
    after = fixed(MAP, replace(MAP_PLAN, collected=False, chunksize=50))
    assert "chunksize" not in after


def test_an_endless_source_is_read_in_a_window() -> None:
    after = fixed(MAP, replace(MAP_PLAN, source=ENDLESS))
    assert "for _, result in ordered(executor, measure, paths):" in after
    assert "            rows.append(result)\n" in after


def test_workers_are_the_users_own() -> None:
    assert "with Pool(N_JOBS) as pool:" in fixed(MAP, MAP_PLAN, workers="N_JOBS")


OUTLINED = program("""
def index_tree(paths, scale, seen):
    dups = 0
    for path in paths:
        size = measure(path) * scale  # scaled
        text = '''a
  b'''
        if size < 6:
            # too small
            continue
        digest = f"{size:.3f}{text}"
        print(path, digest)
        if digest in seen:
            dups += 1
        seen.add(digest)
    return dups


def main():
    print(index_tree([], 1, set()), index_tree([1, 4, 9, 16, 9, 100, 3, 16], 2.5, set()))
""")
OUTLINED_PLAN = make(
    OUTLINED,
    compute=(
        "size = measure(path) * scale",
        "text = '''a\n  b'''",
        "if size < 6:\n            # too small\n            continue",
        'digest = f"{size:.3f}{text}"',
    ),
    commit=(
        "print(path, digest)",
        "if digest in seen:\n            dups += 1",
        "seen.add(digest)",
    ),
    captures=("scale",),
    handed=("digest",),
    collected=False,
)


def test_a_body_is_outlined_above_its_function() -> None:
    after = fixed(OUTLINED, OUTLINED_PLAN)
    assert body_of(after, "_index_path") == dedent("""
        def _index_path(scale, path):
            size = measure(path) * scale  # scaled
            text = '''a
          b'''
            if size < 6:
                # too small
                return False, None
            return True, f"{size:.3f}{text}"
    """).replace("          b'''", "  b'''").replace("\n  b", "\n  b")
    assert body_of(after, "index_tree") == dedent("""
        def index_tree(paths, scale, seen):
            dups = 0
            with ProcessPoolExecutor() as executor:
                for path, (kept, digest) in zip(
                    paths, executor.map(partial(_index_path, scale), paths)
                ):
                    if not kept:
                        continue
                    print(path, digest)
                    if digest in seen:
                        dups += 1
                    seen.add(digest)
            return dups
    """)


@pytest.mark.parametrize("source", [OUTLINED_PLAN.source, ONE_SHOT], ids=["listed", "one-shot"])
def test_the_outlined_program_prints_the_same(tmp_path: Path, source: object) -> None:
    after = fixed(OUTLINED, replace(OUTLINED_PLAN, source=source))
    assert_same(OUTLINED, after, tmp_path, "spawn")


SPLIT = program("""
def find(rows, limit):
    for i, row in enumerate(rows):
        if measure(row) > limit:
            value = measure(row * 2)
            print(i, value)
            return value
        else:
            # small
            print(i)
    return None


def main():
    print(find([], 3), find([1, 2, 3], 9), find([1, 2, 30, -1, 4], 3))
    print(find([1, -1, 300], 3))
""")
SPLIT_PLAN = make(
    SPLIT,
    tests=("measure(row) > limit",),
    compute=("value = measure(row * 2)",),
    commit=("print(i, value)", "return value", "print(i)"),
    captures=("limit",),
    handed=("value",),
    leaves_early=True,
    collected=False,
)


def test_a_split_if_is_tested_once() -> None:
    after = fixed(SPLIT, SPLIT_PLAN)
    assert body_of(after, "_find_row") == dedent("""
        def _find_row(limit, row):
            value = None
            matched = bool(measure(row) > limit)
            if matched:
                value = measure(row * 2)
            return matched, value
    """)
    assert "            if matched:\n                print(i, value)\n" in after
    assert "            else:\n                # small\n                print(i)\n" in after


@pytest.mark.parametrize("mode", ["processes", "threads"])
def test_the_first_exception_comes_after_the_commits_before_it(tmp_path: Path, mode: str) -> None:
    assert_same(SPLIT, fixed(SPLIT, replace(SPLIT_PLAN, mode=mode)), tmp_path)
    windowed = replace(SPLIT_PLAN, mode=mode, source=ONE_SHOT)
    assert_same(SPLIT, fixed(SPLIT, windowed), tmp_path)


FOLD = program("""
def total(weights):
    start = 0.1
    for name, weight in weights.items():
        start += measure(weight) / 3
    else:
        print("done")
    return start


def main():
    print(total({}), total({"a": 2, "b": 3, "c": 11}))
""")


def test_a_fold_stays_in_order(tmp_path: Path) -> None:
    plan = make(
        FOLD, commit=("start += measure(weight) / 3",), holes={"measure(weight) / 3": "part"}
    )
    after = fixed(FOLD, plan)
    assert body_of(after, "total") == dedent("""
        def total(weights):
            start = 0.1
            with Pool() as pool:
                for part in pool.map(_total_name, weights.values()):
                    start += part
                else:
                    print("done")
            return start
    """)
    assert_same(FOLD, after, tmp_path)


STORE = program("""
def table(keys):
    found = {}
    for key in keys:
        found[key] = measure(key)
    return found


def main():
    print(table([]), table([3, 1, 2, 3]))
""")
FOUND = Accumulator("found", "store", "dict", True, True)


def test_a_keyed_store_becomes_a_dict(tmp_path: Path) -> None:
    plan = make(
        STORE,
        commit=("found[key] = measure(key)",),
        holes={"measure(key)": ""},
        call=("measure", "key"),
        accumulator=FOUND,
        init="found = {}",
    )
    after = fixed(STORE, plan)
    assert "        found = dict(zip(keys, pool.map(measure, keys)))\n" in after
    assert_same(STORE, after, tmp_path)
    listed = fixed(STORE, replace(plan, source=ONE_SHOT))
    assert "    items = list(keys)\n    with Pool() as pool:\n" in listed
    assert "found = dict(zip(items, pool.map(measure, items)))" in listed
    assert_same(STORE, listed, tmp_path)


def test_a_store_into_what_is_not_a_dict_stays_a_loop(tmp_path: Path) -> None:
    plan = make(
        STORE,
        commit=("found[key] = measure(key)",),
        holes={"measure(key)": ""},
        call=("measure", "key"),
        accumulator=replace(FOUND, kind="other"),
    )
    after = fixed(STORE, plan)
    assert "        for key, result in zip(keys, pool.map(measure, keys)):\n" in after
    assert "            found[key] = result\n" in after
    assert_same(STORE, after, tmp_path)


EACH = program("""
def save(path):
    path.write_text(str(measure(len(path.name))))


def export(paths):
    for path in paths:
        save(path)


def main():
    from pathlib import Path

    export([Path(f"n{i}.txt") for i in range(3)])
    print(*[p.read_text() for p in sorted(Path().glob("n*.txt"))])
""")


@pytest.mark.parametrize("pure", [True, False])
def test_a_loop_without_commit_consumes_its_results(tmp_path: Path, pure: bool) -> None:
    plan = make(EACH, compute=("2:save(path)",), call=("save", "path"), mode="threads", pure=pure)
    after = fixed(EACH, plan)
    assert body_of(after, "export") == dedent("""
        def export(paths):
            with ThreadPoolExecutor(max_workers=8) as executor:
                for _ in executor.map(save, paths):
                    pass
    """)
    assert_same(EACH, after, tmp_path)


def test_work_with_effects_never_runs_in_a_pool_that_is_killed() -> None:
    plan = make(EACH, compute=("2:save(path)",), call=("save", "path"), pure=False)
    assert "ProcessPoolExecutor" in fixed(EACH, plan)
    reason = refused(EACH, plan, backend="multiprocessing")
    assert "use futures" in reason


LIVE = program("""
def last(xs):
    y = None
    for x in xs:
        y = measure(x)
        print(y)
    return x, y


def main():
    print(last([4, 9]))
    last([])
""")


def test_variables_that_are_read_after_the_loop_keep_their_values(tmp_path: Path) -> None:
    plan = make(
        LIVE,
        compute=("y = measure(x)",),
        commit=("print(y)",),
        handed=("y",),
        live_after=("x", "y"),
        call=("measure", "x"),
    )
    after = fixed(LIVE, plan)
    assert "for x, y in zip(xs, pool.map(measure, xs)):" in after
    assert_same(LIVE, after, tmp_path)


def test_variables_that_a_handler_may_read_refuse() -> None:
    plan = make(
        LIVE,
        compute=("y = measure(x)",),
        commit=("print(y)",),
        handed=("y",),
        live_after=("x",),
        handled=True,
    )
    assert "handler" in refused(LIVE, plan)


@pytest.mark.parametrize(
    ("body", "options", "reason"),
    [
        ("for self.x in xs:\n        use(self.x)", {"compute": ("use(self.x)",)}, "plain name"),
        ("a = 1; [use(x) for x in xs]", {"elements": ("use(x)",)}, "shares its line"),
        ("for x in xs:\n        y = yield x", {"compute": ("y = yield x",)}, "yields"),
        ("for x in xs:\n        await x", {"compute": ("await x",)}, "awaits"),
        ("for x in xs:\n        use(locals())", {"compute": ("use(locals())",)}, "locals"),
        (
            "for x in xs:\n        x.__init__(__a=super())",
            {"compute": ("x.__init__(__a=super())",)},
            "super",
        ),
        ("for x in xs:\n        use(self)", {"compute": ("use(self)",)}, "'self' is local"),
        (
            "for x in xs:\n        if seen(x):\n            use(x)",
            {"compute": ("use(x)",)},
            "no stage",
        ),
        (
            "for x in xs:\n        log() and log(use(x))",
            {"commit": ("log() and log(use(x))",), "holes": {"use(x)": ""}},
            "condition",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_reason(
    body: str, options: dict[str, object], reason: str
) -> None:
    source = f"async def run(self, xs):\n    {body}\n"
    assert reason in refused(source, make(source, **options))


@pytest.mark.parametrize(
    ("mode", "handled", "lost", "reason"),
    [
        ("processes", False, "StopIteration", "StopIteration"),
        ("threads", False, "StopIteration", "StopIteration"),
        ("processes", True, "case:Bad", "Bad, which"),
        ("processes", False, "case:Bad", "Bad, which"),
        ("threads", True, "case:Bad", ""),
        ("processes", True, "", ""),
    ],
)
def test_an_exception_that_a_worker_would_change_is_refused(
    mode: str, handled: bool, lost: str, reason: str
) -> None:
    source = dedent("""
        def run(items):
            rows = []
            for item in items:
                rows.append(len(item) + 1)
            return rows
    """)
    plan = make(
        source,
        commit=("rows.append(len(item) + 1)",),
        holes={"len(item) + 1": ""},
        accumulator=ROWS,
        mode=mode,
        handled=handled,
        lost_errors=(lost,) if lost else (),
    )
    outcome = build_fix(plan, source, "case.py")
    if handled and mode == "processes" and not reason:
        asking = source + "    print(error.__cause__)\n"
        assert "came from" in refused(asking, plan)
    assert isinstance(outcome, Refusal if reason else Fix)
    assert reason in getattr(outcome, "reason", "")
