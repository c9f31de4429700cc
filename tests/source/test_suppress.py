"""Comments that silence a finding or answer its question."""

from __future__ import annotations

import pytest

from pfadvisor.source.suppress import NONE, pure_rows, suppressions


def silent(text: str, row: int, code: str = "PFA101", name: str = "sequential-map") -> bool:
    return suppressions(text.encode(), text).silences(code, name, (row,))


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#NOQA",
        "# noqa: PFA101",
        "# noqa:E501,PFA101",
        "# noqa: E501 PFA101 because",
        "# type: ignore # noqa: PFA101",
        "# pfadvisor: ignore",
        "# pfadvisor: ignore[PFA101] it is fast enough",
        "# pfadvisor: ignore[PFA2, sequential-map]",
        "# pfadvisor: ignore[PFA1]",
    ],
)
def test_a_comment_on_the_line_silences(comment):
    assert silent(f"x = 1\nfor a in b:  {comment}\n    f(a)\n", 2)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: E501",
        "# noqa: PFA201",
        "# noqa:",
        "# noqable",
        "# see noqa",
        "# pfadvisor: ignore[PFA102]",
        "# pfadvisor: assume[no-alias]",
        "# pfadvisor: ignored",
        "# ruff: noqa",
    ],
)
def test_other_comments_do_not(comment):
    assert not silent(f"x = 1\nfor a in b:  {comment}\n    f(a)\n", 2)


def test_a_string_is_no_comment():
    assert not silent('for a in "# noqa":\n    f(a)\n', 1)


def test_a_comment_above_speaks_of_the_next_line_alone():
    text = "# pfadvisor: ignore[PFA101]\n\n# why\nfor a in b:\n    f(a)\nfor a in b:\n    f(a)\n"
    assert silent(text, 4)
    assert not silent(text, 5)
    assert not silent(text, 6)


def test_a_comment_at_the_end_speaks_of_the_whole_logical_line():
    text = "for a in f(\n    b,\n):  # noqa\n    f(a)\n"
    assert silent(text, 1)
    assert not silent(text, 4)


def test_a_comment_inside_speaks_of_its_row_and_the_next():
    text = "x = [\n    # pfadvisor: ignore\n    f(a)\n    for a in b\n]\n"
    assert silent(text, 3)
    assert not silent(text, 1)


@pytest.mark.parametrize(
    "comment", ["# pfadvisor: file-ignore[PFA101]", "# pfadvisor: noqa", "# pfadvisor: noqa: PFA1"]
)
def test_a_file_can_be_silenced(comment):
    text = f"{comment}\nx = 1\nfor a in b:\n    f(a)\n"
    assert silent(text, 3)
    assert not silent(text, 3, "XYZ1", "other") or comment.endswith("noqa")


def test_assumptions_belong_to_rows():
    text = "for a in b:  # pfadvisor: assume[no-alias, pure-call:send]\n    f(a)\n"
    found = suppressions(text.encode(), text)
    assert found.assumptions((1,)) == ("no-alias", "pure-call:send")
    assert found.assumptions((2,)) == ()


def test_files_without_such_words_are_not_tokenized():
    assert suppressions(b"for a in b: pass", "for a in b: (((") is NONE


def test_text_that_cannot_be_tokenized_gives_what_was_found():
    assert silent("for a in b: pass  # noqa\nx = (\n", 1)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("def f(x):  # pfadvisor: pure\n    pass\n", 1),
        ("def f(x):  # pfadvisor: pure, it only logs  # noqa: E501\n    pass\n", 1),
        ("# pfadvisor: pure\n\n# why\ndef f(x):\n    pass\n", 4),
        ("def f(\n    x,\n):  # pfadvisor: pure\n    pass\n", 1),
        ("class A:\n    # pfadvisor: pure\n    @cache\n    def f(self):\n        pass\n", 3),
    ],
)
def test_a_mark_speaks_of_the_definition_at_its_line(text, row):
    assert row in pure_rows(text)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('def f(x="# pfadvisor: pure"):\n    pass\n', 1),
        ("def f(x):  # pfadvisor: purely\n    pass\n", 1),
        ("def f(x):  # pfadvisor: pure-ish\n    pass\n", 1),
        ("def f(x): return x  # pfadvisor: pure\ndef g(x):\n    pass\n", 2),
        ("def f(x):\n    # pfadvisor: pure\n    pass\n", 1),
    ],
)
def test_it_speaks_of_nothing_else(text, row):
    assert row not in pure_rows(text)


def test_comments_to_this_tool_are_told_with_their_places():
    text = "x = 1\nfor a in b:  # why # pfadvisor: assume[no-alias] it is so\n    f(a)  # noqa\n"
    (comment,) = suppressions(text.encode(), text).comments
    assert (comment.verb, comment.names, comment.prose) == ("assume", ("no-alias",), False)
    assert comment.span == (2, 20, 2, 49) and 2 in comment.rows
