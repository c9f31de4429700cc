"""Declarations are checked, and give the scenarios that they ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .case import FIXTURES, Case, load, load_all
from .slices import FULL, chosen, matrix

COLLECTS = re.compile(r"^\+.*\bpool\w*\.(map|starmap)\(", re.MULTILINE)


def declared(folder: Path, *lines: str) -> Case:
    (folder / "case.toml").write_text("\n".join(['title = "x"', 'verdict = "serial"', *lines]))
    return load(folder)


def names(case: Case) -> list[str]:
    return [scenario.name for scenario in case.scenarios()]


def test_scenarios_follow_from_what_is_declared(tmp_path: Path) -> None:
    case = declared(tmp_path, 'call = "run(ITEMS)"', 'items = ["1", "2"]')
    assert names(case) == ["empty", "one", "many", "twice", "thread", "same"]
    case = declared(tmp_path, 'call = "run(ITEMS)"', 'items = ["1"]', 'raising = ["0"]')
    assert names(case)[6:] == ["raise-first", "raise-middle", "raise-last"]
    case = declared(tmp_path, 'call = "run(ITEMS)"', 'items = ["1"]', 'raising = ["0", "-1"]')
    assert names(case)[9:] == ["raise-other", "raise-several"]
    case = declared(tmp_path, 'call = "run(ITEMS)"', 'items = ["1"]', "one_shot = true")
    assert names(case)[6:] == ["one-shot", "one-shot-empty", "source-raises"]


def test_items_that_may_not_repeat_are_not_repeated(tmp_path: Path) -> None:
    case = declared(tmp_path, 'call = "run(ITEMS)"', 'items = ["1", "2"]', "repeats = false")
    assert "same" not in names(case)
    assert max(len(scenario.items) for scenario in case.scenarios()) == 2


def test_a_script_has_no_scenarios_but_its_arguments(tmp_path: Path) -> None:
    case = declared(tmp_path, 'argv = [[], ["1", "2"]]')
    assert names(case) == []
    assert case.argv == ((), ("1", "2"))


def test_scenarios_are_left_out_by_pattern(tmp_path: Path) -> None:
    case = declared(
        tmp_path, 'call = "run(ITEMS)"', 'items = ["1"]', 'raising = ["0"]', 'without = ["raise-*"]'
    )
    assert not [name for name in names(case) if name.startswith("raise")]


@pytest.mark.parametrize(
    "text",
    [
        'title = "x"\nverdict = "perhaps"',
        'title = "x"\nverdict = "serial"\nentri = "run"',
        'title = "x"\nverdict = "serial"\nfailure = "last"',
        'title = "x"\nverdict = "serial"\n[[tolerates]]\nassumption = "a"\nscenarios = ["*"]\n'
        'aspects = ["colour"]',
    ],
)
def test_a_misspelt_declaration_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(ValueError, match=r"case\.toml"):
        load(tmp_path)


@pytest.mark.parametrize("case", load_all(), ids=lambda case: case.name)
def test_the_loops_that_a_case_is_about_are_marked(case: Case) -> None:
    assert case.marked
    assert len(re.findall("# (?:moves|stays|may move)$", case.before, re.M)) == len(case.marked)


def test_every_folder_of_fixtures_is_a_case() -> None:
    folders = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
    assert folders == [case.name for case in load_all()]


def test_the_slice_holds_every_case_and_ten_under_every_start_method() -> None:
    cases = load_all()
    points = chosen(cases)
    assert {point.case.name for point in points} == {case.name for case in cases}
    assert points == chosen(cases)
    assert len(points) == len(cases) + 2 * FULL
    cells = {(point.case.name, point.method) for point in matrix(cases)}
    assert {(point.case.name, point.method) for point in points} <= cells


def test_the_slice_plays_all_scenarios_where_workers_start_quickly() -> None:
    for case, method in chosen(load_all()):
        full = load(case.folder)
        assert len(case.scenarios()) == len(full.scenarios()) or method != "fork"
        assert "many" in names(case) or "many" not in names(full)


@pytest.mark.parametrize("case", load_all(), ids=lambda case: case.name)
def test_what_pool_map_raises_is_declared(case: Case) -> None:
    """`Pool.map` raises what fails first in time, so such a case lets any failing item be named."""
    golden = case.folder / "expected.diff"
    if len(case.raising) > 1 and golden.exists() and COLLECTS.search(golden.read_text("utf-8")):
        assert case.failure == "any"
