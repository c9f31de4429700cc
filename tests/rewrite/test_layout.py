"""Lines are broken as black breaks them, and joined where it would join them."""

from __future__ import annotations

import pytest

from pfadvisor.rewrite.layout import (
    argument,
    called_on,
    closed_on,
    either,
    fitted,
    joined,
    listed,
    standing,
    tightened,
)


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("    x = f(a, b)", ["    x = f(a, b)"]),
        ("    x = function(argument, b)", ["    x = function(", "        argument, b", "    )"]),
        (
            "    x = function(argument_one, argument_two)",
            ["    x = function(", "        argument_one,", "        argument_two,", "    )"],
        ),
        (
            "    return {key: value for key, value in items}",
            ["    return {", "        key: value", "        for key, value in items", "    }"],
        ),
        ("    x = 'a very long string in here'", ["    x = 'a very long string in here'"]),
        (
            "    x = function('a (long', \"one,\")",
            ["    x = function(", "        'a (long', \"one,\"", "    )"],
        ),
        (
            "    for a, b in zip(things, others):",
            ["    for a, b in zip(", "        things, others", "    ):"],
        ),
        (
            "    row = key in (first, second)",
            ["    row = key in (", "        first,", "        second,", "    )"],
        ),
        (
            "    for number, (first, second) in zip(x):",
            [
                "    for number, (",
                "        first,",
                "        second,",
                "    ) in zip(",
                "        x",
                "    ):",
            ],
        ),
        (
            "    for number, first, second in zip(x):",
            [
                "    for (",
                "        number,",
                "        first,",
                "        second,",
                "    ) in zip(",
                "        x",
                "    ):",
            ],
        ),
    ],
)
def test_a_line_fits(line: str, rows: list[str]) -> None:
    assert fitted(line, "    ", 28) == rows


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["x = f(", "    y", ")"], ["x = f(y)"]),
        (["x = f(", "    y,", ")"], ["x = f(", "    y,", ")"]),
        (["x = f(", "    y,  # why", ")"], ["x = f(", "    y,  # why", ")"]),
        (["x = (a", "    .b())"], ["x = (a.b())"]),
        (["# note", "x = [a,", "     b]"], ["# note", "x = [a, b]"]),
        (['x = f("""', 'y""")'], ['x = f("""', 'y""")']),
    ],
)
def test_a_statement_is_joined(lines: list[str], expected: list[str]) -> None:
    assert joined(lines) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", "a"),
        ("a, b", "(a, b)"),
        ("(a), b", "((a), b)"),
        ("(a, b)", "(a, b)"),
        ("x for x in y", "(x for x in y)"),
        ("(x for x in y)", "(x for x in y)"),
        ("*a", "(*a)"),
        ("y := 1", "y := 1"),
        ("yield", "(yield)"),
        ("a if b else c", "a if b else c"),
    ],
)
def test_an_argument_is_one_argument(source: str, expected: str) -> None:
    assert argument(source) == expected


def test_an_expression_stands_by_itself() -> None:
    assert standing("a +\n    b") == "(a +\n    b)"
    assert standing("f(a,\n  b)") == "f(a,\n  b)"
    assert standing("a\n+ b") == "(a\n+ b)"


OPENED = """\
"%s of %s"
    % (
        a,
        b,
    )"""
SUMMED = """\
first(a)
    + second(b)"""


def test_an_operator_and_its_bracket_go_to_the_row_before() -> None:
    assert standing(OPENED, "    ", "    ") == '"%s of %s" % (\n        a,\n        b,\n    )'


def test_rows_go_between_parentheses_of_their_own() -> None:
    expected = "(\n        first(a)\n        + second(b)\n    )"
    assert standing(SUMMED, "    ", "    ") == expected


def test_values_of_several_rows_are_below_one_another() -> None:
    values = ["one", "[\n        x for x in xs\n    ]"]
    rows = listed("return (", values, ")", "    ", 88)
    assert rows == [
        "    return (",
        "        one,",
        "        [",
        "            x for x in xs",
        "        ],",
        "    )",
    ]


def test_a_remark_behind_the_bracket_stays_there() -> None:
    assert tightened(["f(", "    a", ")  # why"]) == ["f(a)  # why"]
    assert tightened(["f(", "    a", ")  # why"], 10) == ["f(", "    a", ")  # why"]


def test_a_call_whose_argument_became_a_name_is_closed() -> None:
    assert closed_on(["out.append(", "    result,", ")"], ["result"]) == ["out.append(result)"]
    assert closed_on(["return(", "    result,", ")"], ["result"]) == ["return(", "    result,", ")"]


def test_an_expression_of_several_rows_gets_rows_of_its_own_in_a_call() -> None:
    assert called_on("bool", "a", "    ", "    ") == "bool(a)"
    expected = "bool(\n        f(\n            a\n        )\n    )"
    assert called_on("bool", "f(\n        a\n    )", "    ", "    ") == expected


def test_a_comment_keeps_only_its_own_rows_apart() -> None:
    rows = ["# Sorted (", "a = [", "    f(x) for x in xs", "]", "b = [", "    1,  # one", "]"]
    expected = ["# Sorted (", "a = [f(x) for x in xs]", "b = [", "    1,  # one", "]"]
    assert tightened(rows) == expected


def test_strings_of_several_rows_are_left_as_they_are() -> None:
    assert listed("return (", ['"""a\nb"""', "c"], ")", "    ", 20) == []


@pytest.mark.parametrize(
    ("no", "expected"),
    [
        ([], ["if a:", "    x()"]),
        (["    if b:", "        y()"], ["if a:", "    x()", "elif b:", "    y()"]),
        (
            ["    if b:", "        y()", "    else:", "        z()"],
            ["if a:", "    x()", "elif b:", "    y()", "else:", "    z()"],
        ),
        (["    if b:", "        y()", "    z()"], None),
        (["    z()", "    if b:", "        y()"], None),
        (["    if b:", "        y('''", "    if''')"], None),
    ],
)
def test_a_branch_that_is_only_another_if_is_chained(no, expected):
    lines = either("if a:", "", "    ", ["    x()"], no)
    assert lines == (expected or ["if a:", "    x()", "else:", *no])
