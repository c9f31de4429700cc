"""Fixtures of the differential tests."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .case import Case
from .lab import Lab


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(cases_of(request.session.items)) as opened:
        yield opened


def cases_of(items: list[pytest.Item]) -> list[Case]:
    """The cases that the selected tests are about."""
    found = {}
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        case = parameters.get("case") or getattr(parameters.get("point"), "case", None)
        if isinstance(case, Case):
            found[case.name] = case
    return list(found.values())


def pytest_addoption(parser: pytest.Parser) -> None:
    """For `pytest tests/differential --update`."""
    parser.addoption("--update", action="store_true", help="write expected texts anew")


KNOWN = tomllib.loads((Path(__file__).parent / "known.toml").read_text(encoding="utf-8"))
SECTIONS = {
    "test_a_rewrite_does_what_the_program_did": "behaviour",
    "test_a_rewrite_does_so_under_every_start_method": "behaviour",
    "test_the_rewriter_takes_what_is_declared": "declared",
}


def expect_what_is_known(items: list[pytest.Item]) -> None:
    """Mark the cases in which the tool is known not to be right yet."""
    for item in items:
        section = SECTIONS.get(getattr(item, "originalname", ""))
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        case = parameters.get("case") or getattr(parameters.get("point"), "case", None)
        reason = KNOWN[section].get(case.name) if section and isinstance(case, Case) else None
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    expect_what_is_known(items)
