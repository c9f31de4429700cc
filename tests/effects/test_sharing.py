"""Views: what is written through one is written to what it shows."""

from __future__ import annotations

import pytest

from pfadvisor.effects.sharing import VIEW, place, seen_through, view
from pfadvisor.effects.values import DEEP, Val

ROOT = ("param", 0)
ARRAY = Val(frozenset({(ROOT, ())}), frozenset({"numpy.ndarray"}))


def test_a_view_of_a_view_shows_the_same_object() -> None:
    once = view(ARRAY, None)
    assert once.objs == {(ROOT, (VIEW,))}
    assert view(once, None).objs == once.objs
    assert {seen_through(obj) for obj in once.objs} == ARRAY.objs


def test_all_of_an_object_has_no_view_of_its_own() -> None:
    deep = Val(frozenset({(ROOT, (DEEP,))}))
    assert view(deep, None).objs == deep.objs


@pytest.mark.parametrize(
    ("path", "elem", "meant"),
    [
        ((), "[]", (((ROOT, ())), "[]", 7)),
        ((VIEW,), "[]", (((ROOT, ())), "[]", -1)),
        ((VIEW,), "[3]", (((ROOT, ())), "[]", -1)),
        ((".a", VIEW), DEEP, (((ROOT, (".a",))), DEEP, -1)),
        ((VIEW, "[]"), ".name", (((ROOT, ("[]",))), ".name", -1)),
        ((VIEW,), ".name", None),
    ],
)
def test_an_access_through_a_view_is_one_of_the_object(path, elem, meant) -> None:
    """Under a subscript that says nothing; a view's attributes are its own."""
    assert place(ROOT, path, elem, 7) == meant
