"""Family 4xx: comments to this tool that mean nothing where they stand."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pfadvisor
from pfadvisor import analyze_source
from pfadvisor.loops.assumptions import NAMES
from pfadvisor.rules import _catalog
from pfadvisor.rules._comments import FAMILY, meaningless
from pfadvisor.source.suppress import suppressions

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
MARK = re.compile(r"# (PFA4\d\d)$")
PAGES = [
    pytest.param(block, id=f"{rule.name}-{number}")
    for rule in _catalog.rules()
    if rule.family == FAMILY
    for number, block in enumerate(PYTHON.findall(rule.page))
]
PACKAGE = Path(pfadvisor.__file__).parent


def messages(text: str) -> list[str]:
    said = suppressions(text.encode(), text)
    return [one.message for one in meaningless(said.comments, ast.parse(text), "a.py")]


@pytest.mark.parametrize("block", PAGES)
def test_page_fires_where_it_is_marked(block):
    said = suppressions(block.encode(), block)
    found = meaningless(said.comments, ast.parse(block), "a.py")
    lines = enumerate(block.splitlines(), 1)
    marks = [(row, match[1]) for row, line in lines if (match := MARK.search(line))]
    assert [(one.span.row, one.code) for one in found] == marks


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("pure", "`pure` stands at no `def`"),
        ("pur", "`pur` says nothing, did you mean 'pure'?"),
        ("disable", "`disable` says nothing"),
        ("asume[no-alias]", "did you mean 'assume'?"),
        ("assume", "names no assumption"),
        ("assume[no-aliases]", "`no-aliases` is no assumption, did you mean 'no-alias'?"),
        ("assume[no-alias, pure-cal:f]", "did you mean 'pure-call'?"),
        ("ignore[PFA999]", "`PFA999` is no rule"),
        ("ignore[sequential-mapp]", "did you mean 'sequential-map'?"),
        ("file-ignore[E501]", "`E501` is no rule"),
    ],
)
def test_what_means_nothing_is_told(comment, message):
    (found,) = messages(f"x = 1  # pfadvisor: {comment}\n")
    assert message in found


@pytest.mark.parametrize(
    "comment",
    [
        "this loop is slow",
        "assume[no-alias, pure-call:client.*]",
        "assume[*]",
        "ignore",
        "ignore because it is fast",
        "ignore[PFA1, sequential-map]",
        "noqa: PFA101",
        "file-ignore[pfa2]",
    ],
)
def test_what_means_something_is_not(comment):
    assert messages(f"for a in b:  # pfadvisor: {comment}\n    f(a)\n") == []


def test_it_is_found_in_files_with_and_without_loops():
    for text in ("x = 1\n", "for a in b:\n    f(a)\n"):
        (found,) = analyze_source(f"{text}y = 2  # pfadvisor: pure\n").findings
        assert (found.code, found.span.row) == ("PFA401", len(text.splitlines()) + 1)


def test_it_can_be_silenced():
    assert not analyze_source("y = 2  # pfadvisor: pure  # noqa: PFA401\n").findings


def test_all_assumptions_are_listed():
    """Each name that the code asks under is one that `assume` takes, and the other way round."""
    asked, said = set(), set()
    for path in (*PACKAGE.glob("loops/*.py"), *PACKAGE.glob("profit/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and path.name != "assumptions.py":
                said.add(node.value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Assumption":
                asked |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert asked <= {*NAMES}
    assert {*NAMES} - said <= {"set-order"}
    assert [*NAMES] == sorted(NAMES)
