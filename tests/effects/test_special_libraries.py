"""Flags of array and table libraries: what a line says with and without them."""

from __future__ import annotations

import pytest

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.special import ABSENT, NOT_NONE, NUMBER, UNKNOWN, refine

FULL = Effect(
    args=("a", "copy", "inplace", "deep", "overwrite_a", "random_state", "disp", "chunksize"),
    writes=("a", "rng", "stdout"),
    result_is=("a",),
    result_part=("a",),
    returns="pandas.DataFrame | None",
)


def refined(name: str, **given: object) -> Effect:
    return refine(name, FULL, lambda argument: given.get(argument, ABSENT))


@pytest.mark.parametrize(
    ("name", "flag", "harmless", "harmful"),
    [
        ("copying", "copy", [ABSENT, True], [False, None, UNKNOWN, NOT_NONE]),
        ("in_place", "inplace", [ABSENT, False], [True, UNKNOWN, NOT_NONE]),
        ("overwriting", "overwrite_a", [ABSENT, False], [True, UNKNOWN, NOT_NONE]),
    ],
)
def test_an_argument_is_written_by_a_flag_only(
    name: str, flag: str, harmless: list[object], harmful: list[object]
) -> None:
    assert all("a" not in refined(name, **{flag: value}).writes for value in harmless)
    assert all("a" in refined(name, **{flag: value}).writes for value in harmful)


def test_a_deep_copy_shares_nothing() -> None:
    assert refined("deep_copy").result_part == refined("deep_copy", deep=True).result_part == ()
    assert refined("deep_copy", deep=False).result_part == ("a",)
    assert refined("deep_copy", deep=UNKNOWN).result_part == ("a",)


def test_in_place_gives_none_or_a_new_object() -> None:
    assert refined("in_place").returns == "pandas.DataFrame"
    assert refined("in_place").result_is == ()
    assert refined("in_place", inplace=True) == FULL


def test_a_state_of_its_own_leaves_the_global_generator_alone() -> None:
    assert "rng" not in refined("own_state", random_state=3).writes
    assert "rng" not in refined("own_state", random_state=NUMBER).writes
    assert "rng" in refined("own_state").writes
    assert "rng" in refined("own_state", random_state=None).writes
    assert "rng" in refined("own_state", random_state=UNKNOWN).writes


def test_solvers_print_if_they_are_asked_to() -> None:
    assert "stdout" not in refined("chatty").writes
    assert "stdout" not in refined("chatty", disp=False).writes
    assert "stdout" in refined("chatty", disp=True).writes
    assert "stdout" in refined("chatty", options=NOT_NONE).writes


def test_readers_in_pieces_are_unknown() -> None:
    assert not refined("frame_reader").unknown
    assert not refined("frame_reader", chunksize=None).unknown
    assert refined("frame_reader", chunksize=100).unknown
    assert refined("frame_reader", chunksize=UNKNOWN).unknown


def test_estimators_that_do_not_copy_are_unknown() -> None:
    assert not refined("copying_estimator").unknown
    assert refined("copying_estimator", copy=False).unknown
    assert refined("copying_estimator", copy=UNKNOWN).unknown


def test_without_a_path_no_file_is_written() -> None:
    line = Effect(args=("path",), writes=("file:path",), blocks="disk")
    for given, writes in ((ABSENT, ()), (None, ()), ("a.csv", ("file:path",)), (UNKNOWN, None)):
        found = refine("path_none", line, lambda _, given=given: given)
        assert found.writes == (line.writes if writes is None else writes)
