"""The statement graph of a loop: what follows from what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pfadvisor.loops.partition import closure

HEADER = -1


def graph(*after: tuple[int, ...]) -> Any:
    return SimpleNamespace(after=list(after))


def test_what_follows_from_a_node_goes_with_it() -> None:
    assert closure(graph((1,), (2,), (), (2,)), {0}) == {0, 1, 2}


def test_the_header_of_a_loop_is_no_node() -> None:
    assert closure(graph((1,), (0,)), {HEADER}) == set()


def test_a_comprehension_that_only_takes_items_has_no_nodes() -> None:
    """Its source may be asked for more than items, by whoever consumes them."""
    assert closure(graph(), {HEADER}) == set()
