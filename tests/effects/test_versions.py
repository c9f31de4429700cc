"""Which tests of the version have one answer on every supported Python."""

from __future__ import annotations

import ast

import pytest

from pfadvisor.effects.versions import answer_to, flags_of, outcome


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("sys.version_info[0] == 2", False),
        ("sys.version_info.major >= 3", True),
        ("sys.version_info < (3,)", False),
        ("sys.version_info >= (3, 8)", True),
        ("sys.version_info[:2] > (2, 7)", True),
        ("not sys.version_info < (3, 0)", True),
        ("PY2", False),
        ("not PY2", True),
        ("sys.version_info >= (3, 12)", None),
        ("sys.version_info == (3, 11)", None),
        ("sys.version_info[1] > 4", None),
        ("sys.version_info >= limit", None),
        ("version_info < (3,)", None),
        ("PY3", None),
    ],
)
def test_answers(test: str, answer: bool | None) -> None:
    assert answer_to(ast.parse(test, mode="eval").body, {"PY2": False}) is answer


def test_only_names_that_are_bound_once_are_flags() -> None:
    text = "PY2 = sys.version_info[0] == 2\nPY3 = not PY2\nOLD = PY2\nif x:\n    OLD = True\n"
    assert flags_of(ast.parse(text).body) == {"PY2": False, "PY3": True}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("unicode", "fails"),
        ("text = unicode", "fails"),
        ("import cPickle as pickle", "fails"),
        ("from urllib2 import urlopen", "fails"),
        ("advance = next", "passes"),
        ("import simplejson", ""),
        ("import json", ""),
        ("advance = next\nimport simplejson", ""),
        ("from .urllib2 import urlopen", ""),
        ("text = shadowed", ""),
        ("callable(f)", ""),
    ],
)
def test_outcomes(body: str, expected: str) -> None:
    indented = body.replace("\n", "\n    ")
    node = ast.parse(f"try:\n    {indented}\nexcept NameError:\n    pass\n").body[0]
    assert isinstance(node, ast.Try)
    assert outcome(node, lambda name: name != "shadowed") == expected
