"""The statement graph of a loop: what follows from what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pfadvisor.loops.partition import closure

HEADER = -1


def graph(*after: tuple[int, ...], together: dict[int, set[int]] | None = None) -> Any:
    return SimpleNamespace(after=list(after), together=together or {})


def test_what_follows_from_a_node_goes_with_it() -> None:
    assert closure(graph((1,), (2,), (), (2,)), {0}) == {0, 1, 2}


def test_what_is_tied_to_a_node_goes_with_it_and_with_what_follows() -> None:
    body = graph((), (2,), (), (), together={0: {1}, 1: {0}})
    assert closure(body, {0}) == {0, 1, 2}
    assert closure(body, {2, 3}) == {2, 3}


def test_the_header_of_a_loop_is_no_node() -> None:
    assert closure(graph((1,), (0,)), {HEADER}) == set()


def test_a_comprehension_that_only_takes_items_has_no_nodes() -> None:
    """Its source may be asked for more than items, by whoever consumes them."""
    assert closure(graph(), {HEADER}) == set()
