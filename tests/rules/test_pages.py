"""Every rule is a page: fixed headings, unique code, derived name, code that parses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pfadvisor import registry
from pfadvisor.model import Pattern
from pfadvisor.rules import _catalog

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
HEADING = re.compile(r"^## (.+)$", re.M)
FIXABLE = (
    "What it does",
    "Why it matters",
    "Example",
    "Use instead",
    "When it is silent",
    "Fix safety",
    "References",
)
BLOCKING = (
    "What it does",
    "Why it matters",
    "Example",
    "What frees the loop",
    "When it is silent",
    "References",
)
RULES = _catalog.rules()


def ids(rule: _catalog.Rule) -> str:
    return rule.name


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_page_has_the_fixed_headings(rule):
    """Readers find the same questions answered on every page."""
    expected = BLOCKING if rule.family == "PFA2" else FIXABLE
    assert tuple(HEADING.findall(rule.page)) == expected


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_page_begins_with_one_sentence(rule):
    """The first line stands alone: lists and the README show only it."""
    lines = rule.page.splitlines()
    assert lines[0] == rule.summary
    assert rule.summary.endswith(".") and lines[1] == ""


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_page_code_parses_and_example_is_marked(rule):
    """Each example is a whole program, and the first says where the rule fires."""
    blocks = PYTHON.findall(rule.page)
    assert len(blocks) >= 3
    for block in blocks:
        ast.parse(block)
    assert f"# {rule.code}" in blocks[0]


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_page_prose_fits_the_terminal(rule):
    """`explain` prints the page as it stands."""
    assert all(len(line) <= 100 or "](http" in line for line in rule.page.splitlines())


def test_codes_are_unique():
    """A code is never used twice."""
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"PFA[1234]\d\d", code) for code in codes)


def test_names_derive_from_files():
    """`carried_value.py` is `carried-value`: nothing else is written anywhere."""
    assert sorted(rule.name for rule in RULES) == list(registry.names(_catalog.PACKAGE))


def test_modules_say_what_the_catalog_read():
    """Reading the source gives the same facts as importing the module."""
    for name in registry.names(_catalog.PACKAGE):
        module = registry.load(_catalog.PACKAGE, name)
        rule = _catalog.by_name()[name]
        assert (module.code, module.name) == (rule.code, rule.name)
        assert getattr(module, "pattern", "") == rule.pattern


def test_every_pattern_has_one_rule():
    """A loop that can run in parallel always has a page."""
    patterns = [rule.pattern for rule in RULES if rule.pattern]
    assert sorted(patterns) == sorted(Pattern.__args__)
    assert all(_catalog.for_pattern(pattern).pattern == pattern for pattern in Pattern.__args__)


def test_only_family_1xx_has_patterns():
    """Blockers and mistakes are not idioms."""
    assert all(bool(rule.pattern) == (rule.family == "PFA1") for rule in RULES)


def test_page_is_found_by_code_and_by_name():
    """`explain pfa101` and `explain sequential-map` are the same page."""
    assert _catalog.page("pfa101") == _catalog.page("sequential-map")
    assert _catalog.page("PFA101").startswith("# sequential-map (PFA101)\n")


def test_unknown_page_is_an_error():
    """A typo is not answered with an empty page."""
    with pytest.raises(LookupError, match="PFA999"):
        _catalog.page("PFA999")


def test_every_code_in_the_source_has_a_page():
    """A blocker that is reported can be explained."""
    source = Path(_catalog.__file__).parents[1]
    used = {
        code
        for path in source.rglob("*.py")
        for code in re.findall(r'"(PFA\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(_catalog.by_code())
