"""What a rewrite does to the rest of its file: imports, names, guards, bytes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pfadvisor.model import Edit, Failed, Fix, Span
from pfadvisor.rewrite import apply
from pfadvisor.rewrite.compose import applied, compose
from pfadvisor.rewrite.naming import worker_name
from pfadvisor.rewrite.suggest import build_fix
from pfadvisor.rewrite.text import Text
from pfadvisor.source.module import SourceFile, decode, read

from .oracle import assert_same, fixed, outside, refused
from .plans import ONE_SHOT, ROWS, dedent, loop_nodes, make

LOOP = dedent("""
    def collect(paths):
        rows = []
        for path in paths:
            rows.append(len(path) + 1)
        return rows


    def main():
        print(collect(["a", "bc"]))
""")


def planned(program: str, **fields: object):
    return make(
        program,
        commit=("rows.append(len(path) + 1)",),
        holes={"len(path) + 1": ""},
        accumulator=ROWS,
        init="rows = []",
        **fields,
    )


def top(source: str, **fields: object) -> str:
    """The rewritten text above the outlined function."""
    after = fixed(source, planned(source, **fields))
    return after[: after.index("def _collect_path")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "from multiprocessing import Pool\n\n\n"),
        ('"""Doc."""\n\n\n', '"""Doc."""\n\nfrom multiprocessing import Pool\n\n\n'),
        (
            "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n",
            "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n"
            "from multiprocessing import Pool\n\n\n",
        ),
        (
            "from __future__ import annotations\n\n\n",
            "from __future__ import annotations\n\nfrom multiprocessing import Pool\n\n\n",
        ),
        (
            "import json\nimport sys\nfrom pathlib import Path\n\nimport numpy as np\n\n\n",
            "import json\nimport sys\nfrom multiprocessing import Pool\nfrom pathlib import Path\n"
            "\nimport numpy as np\n\n\n",
        ),
        (
            "import numpy as np\n\nfrom . import local\n\n\n",
            "from multiprocessing import Pool\n\nimport numpy as np\n\nfrom . import local\n\n\n",
        ),
        (
            "from multiprocessing import Lock\n\n\n",
            "from multiprocessing import Lock, Pool\n\n\n",
        ),
        (
            "from multiprocessing import (\n    Lock,\n    Value,\n)\n\n\n",
            "from multiprocessing import (\n    Lock,\n    Pool,\n    Value,\n)\n\n\n",
        ),
        ("from multiprocessing import Pool\n\n\n", "from multiprocessing import Pool\n\n\n"),
        ("import multiprocessing as mp\n\n\n", "import multiprocessing as mp\n\n\n"),
        (
            "import os\n\n\ndef Pool():\n    pass\n\n\n",
            "import multiprocessing\nimport os\n\n\ndef Pool():\n    pass\n\n\n",
        ),
        (
            "from tkinter import *\n\n\n",
            "from multiprocessing import Pool as _Pool\nfrom tkinter import *\n\n\n",
        ),
        (
            "import os\nfrom abc import ABC\nimport re\n\n\n",
            "import os\nfrom abc import ABC\nimport re\nfrom multiprocessing import Pool\n\n\n",
        ),
    ],
)
def test_imports_are_merged_into_the_block(before: str, after: str) -> None:
    assert top(before + LOOP) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "from joblib import Parallel, delayed\n\n\n"),
        (
            "import sys\n\n\n",
            "import sys\n\nfrom joblib import Parallel, delayed\n\n\n",
        ),
        (
            "import sys\n\nimport click\nimport yaml\n\n\n",
            "import sys\n\nimport click\nimport yaml\nfrom joblib import Parallel, delayed\n\n\n",
        ),
        (
            "import numpy\nimport yaml\n\nfrom . import local\n\n\n",
            "import numpy\nimport yaml\nfrom joblib import Parallel, delayed\n\nfrom . import local"
            "\n\n\n",
        ),
    ],
)
def test_imports_of_packages_have_a_section_of_their_own(before: str, after: str) -> None:
    source = before + LOOP
    assert fixed(source, planned(source), backend="joblib").startswith(after)


def test_two_sections_are_added_at_once() -> None:
    after = fixed(LOOP, planned(LOOP), backend="ray")
    expected = (
        "from collections import deque\n\nimport ray\nfrom ray.exceptions import RayTaskError\n"
    )
    assert after.startswith(expected)


def test_an_imported_module_is_used_by_its_name() -> None:
    source = "import multiprocessing as mp\n\n\n" + LOOP
    assert "with mp.Pool() as pool:" in fixed(source, planned(source))


def test_an_import_that_is_rebound_is_not_trusted() -> None:
    source = "from multiprocessing import Pool\n\nPool = None\n\n\n" + LOOP
    after = fixed(source, planned(source))
    assert "with multiprocessing.Pool() as pool:" in after
    assert "import multiprocessing\nfrom multiprocessing import Pool\n" in after


def test_names_never_collide(tmp_path: Path) -> None:
    source = LOOP.replace("def main", "def _collect_path():\n    return 1\n\n\ndef main")
    source = source.replace("(paths):\n", "(paths, pool=1, ordered=2, partial=3):\n")
    after = fixed(source, planned(source))
    assert "def _collect_path_2(path):" in after and "as pool_2:" in after
    assert_same(source, after, tmp_path)
    windowed = fixed(source, planned(source, source=ONE_SHOT, collected=False))
    assert "in ordered_2(executor, _collect_path_2, paths)" in windowed


def test_an_item_that_is_taken_apart_is_not_called_as_a_part_of_it(tmp_path: Path) -> None:
    source = LOOP.replace("for path in", "for item, size in").replace("(path) + 1", "(item) * size")
    source = source.replace('["a", "bc"]', '[("a", 2), ("bc", 3)]')
    plan = make(
        source,
        commit=("rows.append(len(item) * size)",),
        holes={"len(item) * size": ""},
        accumulator=ROWS,
        init="rows = []",
    )
    after = fixed(source, plan)
    assert "(entry):\n    item, size = entry\n" in after
    assert_same(source, after, tmp_path)


def test_a_name_does_not_depend_on_which_other_loops_are_rewritten() -> None:
    source = LOOP + LOOP.replace("+ 1", "+ 2")
    first = planned(source)
    second = make(
        source,
        loop=1,
        commit=("rows.append(len(path) + 2)",),
        holes={"len(path) + 2": ""},
        accumulator=ROWS,
    )
    assert "_collect_path(path)" in fixed(source, first)
    assert "_collect_path_2(path)" in fixed(source, second)
    one, two = (build_fix(plan, source, "case.py") for plan in (first, second))
    assert isinstance(one, Fix) and isinstance(two, Fix)
    both = applied(source, compose([one, two]).edits)
    assert both.count("import") == 1
    assert "pool.map(_collect_path, paths)" in both
    assert "pool.map(_collect_path_2, paths)" in both
    compile(both, "both", "exec")


def twice(after: str = "", **fields: object) -> tuple[str, list[Fix]]:
    """A program with two functions that hold one loop, and the fix of each."""
    other = LOOP[: LOOP.index("def main")].replace("(paths)", f"(paths{after})")
    source = other.replace("def collect", "def collect_all") + LOOP
    plans = [planned(source)]
    part = "2:rows.append(len(path) + 1)"
    plans.append(
        make(
            source,
            loop=1,
            commit=(part,),
            holes={"2:len(path) + 1": ""},
            accumulator=ROWS,
            **fields,
        )
    )
    fixes = [build_fix(plan, source, "case.py") for plan in plans]
    assert all(isinstance(fix, Fix) for fix in fixes)
    return source, [fix for fix in fixes if isinstance(fix, Fix)]


def test_loops_that_do_the_same_share_one_function(tmp_path: Path) -> None:
    source, fixes = twice()
    made = compose(fixes)
    both = applied(source, made.edits)
    assert (made.taken, both.count("def _collect_path")) == ((0, 1), 1)
    assert both.count("pool.map(_collect_path, paths)") == 2
    assert_same(source, both, tmp_path)


def test_a_function_that_is_there_is_used_again() -> None:
    source, fixes = twice()
    first = applied(source, fixes[0].edits)
    part = "rows.append(len(path) + 1)"
    plan = make(first, loop=0, commit=(part,), holes={"2:len(path) + 1": ""}, accumulator=ROWS)
    both = fixed(first, plan)
    assert both == applied(source, compose(fixes).edits)


def test_two_functions_never_have_one_name() -> None:
    source, fixes = twice(annotations={"path": "str"})
    made = compose(fixes)
    assert (made.taken, made.dropped) == ((0,), (1,))
    source, fixes = twice(", k=1", annotations={"path": "str"})
    both = applied(source, compose(fixes).edits)
    assert "def _collect_path(path):" in both and "def _collect_path_2(path: str):" in both


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("    rows = [len(n) for n in range(3)]", "_process_row"),
        ("    return [len(n) for n in range(3)]", "_process_item"),
        ("    for n in range(3):\n        best[n] = n", "_process_best"),
    ],
)
def test_a_function_has_the_name_of_what_it_makes(body: str, name: str) -> None:
    text = Text(f"def main():\n{body}\n")
    assert worker_name(text, loop_nodes(text.tree)[0]) == name


def test_a_function_may_tell_what_its_loop_makes() -> None:
    text = Text("def read_rows():\n    return [len(n) for n in range(3)]\n")
    assert worker_name(text, loop_nodes(text.tree)[0]) == "_read_row"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("self.assertEqual(parse(row), 3)", "_parse_row"),
        ("if row.startswith('-'): self.compare(row)", "_compare_row"),
        ("with self.subTest(row=row): self.check(row)", "_check_row"),
        ("assert os.path.exists(os.path.join(HOME, row))", "_check_row"),
        ("self.assertTrue(row.is_valid())", "_check_row"),
        ("tree = ast.parse(os.path.basename(row))", "_parse_row"),
    ],
)
def test_what_asserts_or_looks_does_not_name_the_work_of_a_test(body: str, name: str) -> None:
    text = Text(f"def test_rows(self):\n    for row in ROWS:\n        {body}\n")
    assert worker_name(text, loop_nodes(text.tree)[0]) == name


def test_a_helper_is_shared_by_the_fixes_of_a_file(tmp_path: Path) -> None:
    other = LOOP.replace("def collect", "def collect_all").replace("+ 1", "+ 2")
    source = LOOP.replace("def main", other[: other.index("def main")] + "def main")
    source = source.replace("print(", "print(collect_all(['x', 'yz']), ")
    first = planned(source, source=ONE_SHOT, collected=False)
    second = make(
        source,
        loop=1,
        commit=("rows.append(len(path) + 2)",),
        holes={"len(path) + 2": ""},
        accumulator=ROWS,
        source=ONE_SHOT,
        collected=False,
        mode="threads",
    )
    fixes = [build_fix(plan, source, "case.py") for plan in (first, second)]
    assert all(isinstance(fix, Fix) for fix in fixes)
    both = applied(source, compose(fixes).edits)
    assert both.count("def ordered(") == 1
    line = "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
    assert line in both and "\n\n\n\n" not in both
    assert_same(source, both, tmp_path)
    again = applied(source, fixes[0].edits)
    later = make(
        again,
        loop=2,
        commit=("rows.append(len(path) + 2)",),
        holes={"len(path) + 2": ""},
        accumulator=ROWS,
        source=ONE_SHOT,
        collected=False,
    )
    assert fixed(again, later).count("def ordered(") == 1


def test_an_overlapping_fix_is_dropped_and_named() -> None:
    at = Span(1, 1, 1, 5)
    fixes = [
        Fix("safe", "", (Edit(at, "a"),)),
        Fix("safe", "", (Edit(Span(1, 3, 1, 9), "b"),)),
        Fix("safe", "", (Edit(Span(1, 5, 1, 9), "c"),)),
        Fix("safe", "", (Edit(at, "d"),)),
    ]
    made = compose(fixes)
    assert (made.taken, made.dropped) == ((0, 2), (1, 3))
    assert applied("12345678", made.edits) == "ac"


SCRIPT = dedent('''
    import sys


    def weigh(path):
        return len(path) + 1


    names = ["a", "bc", "def"]
    print("start", file=sys.stderr)
    rows = []
    for path in names:
        # each of them
        rows.append(weigh(path))
    text = """
    end"""
    print(rows, text)
''').replace("    end", "end")


def script_plan(program: str = SCRIPT, **fields: object):
    return make(
        program,
        commit=("rows.append(weigh(path))",),
        holes={"2:weigh(path)": ""},
        call=("weigh", "path"),
        accumulator=ROWS,
        init="rows = []",
        **fields,
    )


def run_script(text: str, folder: Path) -> str:
    (folder / "script.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "script.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_a_script_without_guard_gets_one(tmp_path: Path) -> None:
    fix = build_fix(script_plan(), SCRIPT, "case.py")
    assert isinstance(fix, Fix) and fix.applicability == "unsafe"
    after = applied(SCRIPT, fix.edits)
    assert after.endswith(
        dedent('''
        if __name__ == "__main__":
            names = ["a", "bc", "def"]
            print("start", file=sys.stderr)
            with Pool() as pool:
                # each of them
                rows = pool.map(weigh, names)
            text = """
        end"""
            print(rows, text)
    ''').replace("        end", "end")
    )
    assert run_script(after, tmp_path) == run_script(SCRIPT, tmp_path)


def test_a_guard_that_is_there_is_used(tmp_path: Path) -> None:
    lines = SCRIPT.replace('"""\nend"""', '"end"').split("\n")
    start = lines.index('names = ["a", "bc", "def"]')
    body = ["    " + line if line else "" for line in lines[start:]]
    source = "\n".join([*lines[:start], 'if __name__ == "__main__":', *body])
    fix = build_fix(script_plan(source, guarded=True), source, "case.py")
    assert isinstance(fix, Fix) and fix.applicability == "safe"
    assert run_script(applied(source, fix.edits), tmp_path) == run_script(source, tmp_path)


def test_threads_need_no_guard(tmp_path: Path) -> None:
    after = fixed(SCRIPT, script_plan(mode="threads"))
    assert "__main__" not in after
    assert run_script(after, tmp_path) == run_script(SCRIPT, tmp_path)


@pytest.mark.parametrize(
    ("change", "fields", "reason"),
    [
        (("", ""), {"imported": True}, "another module imports"),
        (("print(rows", "def later():\n    pass\n\n\nprint(rows"), {}, "definitions"),
        (("    return len(path) + 1", "    return len(path) + len(rows)"), {}, "functions"),
    ],
)
def test_a_script_that_cannot_be_guarded_is_refused(
    change: tuple[str, str], fields: dict[str, object], reason: str
) -> None:
    source = SCRIPT.replace(*change)
    assert reason in refused(source, script_plan(source, **fields))


def test_the_loop_of_a_class_body_is_refused() -> None:
    body = LOOP[LOOP.index("    rows = []") : LOOP.index("    return")]
    source = f"class A:\n{body}"
    assert "class" in refused(source, planned(source))


# -- bytes ---------------------------------------------------------------------------


def rewritten(data: bytes, folder: Path) -> tuple[SourceFile, bytes]:
    """A file's source and its bytes after the fix was written."""
    path = folder / "case.py"
    path.write_bytes(data)
    source = read(path, "case.py")
    assert not isinstance(source, Failed)
    fix = build_fix(planned(source.text), source.text, "case.py")
    assert isinstance(fix, Fix)
    assert apply.write(source, applied(source.text, fix.edits, source.newline)) is None
    return source, path.read_bytes()


PLAIN = fixed(LOOP, planned(LOOP)).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LOOP.encode(), PLAIN),
        (LOOP.replace("\n", "\r\n").encode(), PLAIN.replace(b"\n", b"\r\n")),
        (LOOP.replace("\n", "\r").encode(), PLAIN.replace(b"\n", b"\r")),
        (b"\xef\xbb\xbf" + LOOP.encode(), b"\xef\xbb\xbf" + PLAIN),
        (LOOP.rstrip("\n").encode(), PLAIN.rstrip(b"\n")),
        (
            b"# -*- coding: latin-1 -*-\nNAME = '\xe4\xf6'\n\n\n" + LOOP.encode(),
            b"# -*- coding: latin-1 -*-\nfrom multiprocessing import Pool\n\nNAME = '\xe4\xf6'\n"
            + PLAIN.removeprefix(b"from multiprocessing import Pool\n"),
        ),
    ],
    ids=["plain", "crlf", "cr", "bom", "no newline at end", "latin-1"],
)
def test_bytes_outside_the_edits_stay(before: bytes, after: bytes, tmp_path: Path) -> None:
    assert rewritten(before, tmp_path)[1] == after


def test_columns_count_code_points(tmp_path: Path) -> None:
    source = LOOP.replace("print(collect", "x = 'äß→'; print(collect")
    source = source.replace("len(path) + 1", "len('→' + path) + 1")
    plan = make(
        source,
        commit=("rows.append(len('→' + path) + 1)",),
        holes={"len('→' + path) + 1": ""},
        accumulator=ROWS,
    )
    assert "    return len('→' + path) + 1\n" in fixed(source, plan)


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "case.py"
    path.write_text(LOOP)
    source = read(path, "case.py")
    assert isinstance(source, SourceFile)
    path.write_text(LOOP + "# more\n")
    problem = apply.write(source, "x = 1\n")
    assert problem is not None and "changed since" in problem.message
    assert path.read_text() == LOOP + "# more\n"
    assert list(tmp_path.iterdir()) == [path]


def test_links_stay_links_and_permissions_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.py"
    real.write_text(LOOP)
    real.chmod(0o750)
    link = tmp_path / "link.py"
    link.symlink_to(real)
    source = read(link, "link.py")
    assert isinstance(source, SourceFile)
    assert apply.write(source, "x = 1\n") is None
    assert link.is_symlink() and real.read_text() == "x = 1\n"
    assert real.stat().st_mode & 0o777 == 0o750


def test_what_does_not_fit_the_encoding_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "case.py"
    path.write_bytes(b"# -*- coding: latin-1 -*-\nx = 1\n")
    source = decode(path.read_bytes(), path, "case.py")
    assert isinstance(source, SourceFile)
    problem = apply.write(source, source.text + "# →\n")
    assert problem is not None and "encoding" in problem.message
    assert path.read_bytes() == source.data


@pytest.mark.parametrize("text", [LOOP, LOOP.rstrip("\n"), LOOP.replace("\n", "\r\n")])
def test_the_diff_is_what_git_applies(text: str, tmp_path: Path) -> None:
    path = tmp_path / "case.py"
    path.write_bytes(text.encode())
    source = read(path, "case.py")
    assert isinstance(source, SourceFile)
    fix = build_fix(planned(source.text), source.text, "case.py")
    assert isinstance(fix, Fix)
    after = applied(source.text, fix.edits, source.newline)
    patch = apply.unified_diff("case.py", source.text, after, ["assumes nothing"])
    assert patch.startswith("# assumes nothing\n--- a/case.py\n+++ b/case.py\n")
    (tmp_path / "patch").write_bytes(patch.encode())
    subprocess.run(["git", "apply", "patch"], cwd=tmp_path, check=True, capture_output=True)
    assert path.read_bytes() == after.encode()
    assert apply.unified_diff("case.py", text, text, ["nothing"]) == ""


def test_replacing_one_fix_leaves_all_other_rows() -> None:
    source = LOOP + "\n\nweird   =  {'a' :1}  # kept\n\n\n\n\nif weird :\n        pass\n"
    fix = build_fix(replace(planned(source)), source, "case.py")
    assert isinstance(fix, Fix)
    after = applied(source, fix.edits).split("\n")
    kept = outside(source, fix.edits)
    rows = iter(after)
    assert all(row in rows for row in kept)
