"""Values are told apart exactly where they look different."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from .inside.describe import Describer, describe_error


class Box:
    def __init__(self, content: object) -> None:
        self.content = content


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left: object) -> None:
        self.left = left


def plain(value: Any) -> str:
    return Describer(marks=False).text(value)


def marked(value: Any) -> str:
    return Describer(marks=True).text(value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1, 2], [1, 2]),
        ({"b", "a", "c"}, {"c", "a", "b"}),
        (Box([1]), Box([1])),
        (Slotted(1), Slotted(1)),
        (deque([1], maxlen=3), deque([1], maxlen=3)),
        (object(), object()),
        (ValueError("x", 1), ValueError("x", 1)),
    ],
)
def test_equal_looking_values_have_one_text(left: object, right: object) -> None:
    assert plain(left) == plain(right)
    assert marked(left) == marked(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1, 2], [2, 1]),
        ([1], (1,)),
        (1, True),
        (1, 1.0),
        (0.1 + 0.2, 0.3),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Box([1]), Box([2])),
        (Slotted(1), Slotted("1")),
        (ValueError("x"), KeyError("x")),
        (ValueError("x"), ValueError("y")),
    ],
)
def test_different_values_have_different_texts(left: object, right: object) -> None:
    assert plain(left) != plain(right)


def test_marks_tell_one_object_from_two_copies() -> None:
    part = [1]
    assert plain([part, part]) == plain([[1], [1]])
    assert marked([part, part]) != marked([[1], [1]])


def test_a_describer_numbers_across_values() -> None:
    part = [1]
    shared, copied = Describer(marks=True), Describer(marks=True)
    assert [shared.text(part), shared.text([part])] != [copied.text(part), copied.text([[1]])]


def test_what_cannot_change_is_not_marked() -> None:
    text, number = "text" * 3, 10**9
    assert marked([text, text, number, (1, 2)]) == marked(["text" * 3, "text" * 3, 10**9, (1, 2)])


def test_a_cycle_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert plain(loop) == "list(1, <cycle>)"


def test_an_error_is_type_message_and_value() -> None:
    told = describe_error(LookupError("x", [1]), Describer(marks=False))
    assert told == {
        "type": "builtins.LookupError",
        "message": "('x', [1])",
        "value": "LookupError('x', list(1))",
    }
    assert describe_error(None, Describer(marks=False)) is None
