"""The ledger of hazards is complete, and what it refers to exists."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NUMBERS = range(1, 159)
OPEN = 0  # may only shrink


@cache
def ledger() -> dict[int, dict[str, str]]:
    text = (ROOT / "tests" / "hazards.toml").read_text(encoding="utf-8")
    return {int(number): row for number, row in tomllib.loads(text).items()}


def covered() -> list[tuple[int, str]]:
    return [(n, row["covered_by"]) for n, row in ledger().items() if row["covered_by"] != "open"]


def test_every_hazard_is_listed():
    assert list(ledger()) == list(NUMBERS)


def test_rows_say_hazard_verdict_and_cover():
    for row in ledger().values():
        assert set(row) == {"hazard", "verdict", "covered_by"}
        assert row["verdict"] in ("block", "review", "handled") and row["hazard"]


def test_open_hazards_only_become_fewer():
    assert sum(row["covered_by"] == "open" for row in ledger().values()) == OPEN


@pytest.mark.parametrize(("number", "reference"), covered())
def test_reference_exists(number, reference):
    """A labelled loop is a file or folder; a test is a function of its file."""
    file, _, name = reference.partition("::")
    assert (ROOT / file).exists()
    if name:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("number", "reference"), covered())
def test_label_agrees_with_the_verdict(number, reference):
    """A hazard that blocks is shown by a serial loop, one that is handled by a rewritten one."""
    if not reference.startswith("fixtures/loops/"):
        return
    label = Path(reference).stem.rpartition("-")[2]
    allowed = {
        "block": {"serial"},
        "review": {"review", "serial"},
        "handled": {"parallel", "pipeline"},
    }
    assert label in allowed[ledger()[number]["verdict"]]


@pytest.mark.parametrize(("number", "reference"), covered())
def test_rewritten_case_names_the_hazard(number, reference):
    """A case of the differential tests says itself which hazards it is about."""
    if not reference.startswith("fixtures/rewrites/"):
        return
    case = tomllib.loads((ROOT / reference / "case.toml").read_text(encoding="utf-8"))
    assert number in case["hazards"]
