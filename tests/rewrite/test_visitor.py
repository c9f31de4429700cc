"""LoopVisitor sees the loops that the stdlib's tree has, in whole files and single statements."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import libcst as cst
import pytest

from pfadvisor.model import Judgement, LoopId
from pfadvisor.rewrite.naming import worker_name
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.suggest import build_fix
from pfadvisor.rewrite.text import Text
from pfadvisor.rewrite.visitor import LoopVisitor, SeenLoop, located, statement_tree

from .oracle import fixed, refused
from .plans import ROWS, dedent, loop_nodes, make

STDLIB = Path(sysconfig.get_path("stdlib"))
FILES = ["textwrap.py", "ast.py", "statistics.py", "asyncio/base_events.py", "dataclasses.py"]
LOOPS = dedent("""
    async def f(xs, ys):
        for (a, b) in zip(xs, ys):
            for c in [d for d in (a, b) if d]:
                yield {e for e in c}, {k: v for k, v in c}
        async for g in (
            xs
        ):
            print(f"{[h for h in g]!r:>{max(i for i in g)}}")
        return list(map(str, filter(None, (j for j in xs if any(k for k in j)))))
""")


def seen_by(tree: cst.Module) -> list[SeenLoop]:
    visitor = LoopVisitor(lambda loop: None, lambda judgement: Refusal(""))
    tree.visit(visitor)
    return visitor.seen


@pytest.mark.parametrize("source", [LOOPS, *FILES], ids=["forms", *FILES])
def test_both_trees_have_the_same_loops(source: str) -> None:
    code = source if "\n" in source else (STDLIB / source).read_text(encoding="utf-8")
    text = Text(code)
    expected = [loop for _, loop in located(text, text.tree)]
    assert sorted(expected) == sorted(seen_by(cst.parse_module(code)))
    assert len(expected) > 5


def test_loops_alike_are_told_apart_by_their_number() -> None:
    text = Text("for x in xs: pass\nfor x in xs: pass\n")
    assert [loop.nth for _, loop in located(text, text.tree)] == [0, 1]


@pytest.mark.parametrize("name", FILES)
def test_a_statement_alone_reads_as_in_its_file(name: str) -> None:
    text = Text((STDLIB / name).read_text(encoding="utf-8"))
    for node in loop_nodes(text.tree)[:40]:
        if isinstance(node, ast.For):
            found = seen_by(statement_tree(text, node))
            assert found == [loop for _, loop in located(text, node)]


def test_judge_and_suggest_are_asked_for_each_loop() -> None:
    text = Text(LOOPS)
    spans = {loop: span for span, loop in located(text, text.tree)}

    def judge(loop: SeenLoop) -> Judgement | None:
        if loop.form != "for":
            return None
        span = spans[loop]
        where = LoopId("a.py", "for", 0, span.row, span.column, span, "")
        return Judgement(where, "serial", None, None, None, None, (), (), None)

    visitor = LoopVisitor(judge, lambda judgement: Refusal(str(judgement.loop.for_row)))
    cst.parse_module(LOOPS).visit(visitor)
    assert [s.outcome for s in visitor.suggestions] == [Refusal("2"), Refusal("3")]


SOURCE = "def f(xs):\n    rows = []\n    for x in xs:\n        rows.append(g(x))\n    return rows\n"


def plan(**fields: object):
    return make(
        SOURCE, commit=("rows.append(g(x))",), holes={"g(x)": ""}, accumulator=ROWS, **fields
    )


def test_a_header_that_is_another_refuses() -> None:
    from dataclasses import replace

    loop = plan().loop
    assert "header" in refused(SOURCE, replace(plan(), loop=replace(loop, header="x in ys")))
    assert fixed(SOURCE, replace(plan(), loop=replace(loop, header="x in xs")))
    moved = replace(loop, span=loop.span._replace(row=2))
    assert "not found" in refused(SOURCE, replace(plan(), loop=moved))


def test_an_unknown_backend_is_an_error() -> None:
    with pytest.raises(LookupError):
        build_fix(plan(), SOURCE, "case.py", backend="unknown")


@pytest.mark.parametrize(
    ("function", "header", "name"),
    [
        ("export_avatars", "for user in users", "_export_user"),
        ("profileTable", "for column, values in table.items()", "_profile_column"),
        ("main", "for path in paths", "_process_path"),
        ("render", "for p in self.pages", "_render_page"),
        ("render", "for i in range(3)", "_render_row"),
        ("render", "for _ in boxes", "_render_box"),
        ("f", "for i, x in enumerate(xs)", "_process_row"),
        ("load", "for index, line in enumerate(xs)", "_load_line"),
        ("load", "for x in class_", "_load_row"),
    ],
)
def test_names_say_what_is_done_to_what(function: str, header: str, name: str) -> None:
    text = Text(f"def {function}(rows):\n    {header}:\n        rows.append(1)\n")
    assert worker_name(text, loop_nodes(text.tree)[0]) == name
