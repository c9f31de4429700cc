"""The window: order, bounds, exceptions and leaving early, with threads that do as told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from pfadvisor.backends import _ordered
from pfadvisor.backends._job import Job
from pfadvisor.backends.asyncio import emit


class Namespace:
    """Helpers defined for real, imports resolved."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}

    def spell(self, module: str, name: str) -> str:
        bound = f"{module.replace('.', '_')}_{name}"
        self.names[bound] = getattr(__import__(module, fromlist=[name]), name)
        return bound

    def share(self, name: str, define: Callable[[str], str]) -> str:
        exec(define(name), self.names)
        return name


class Inline:
    """An executor that runs at once, and remembers what was cancelled."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, function: Callable[[Any], Any], item: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.futures.append(future)
        try:
            future.set_result(function(item))
        except Exception as error:
            future.set_exception(error)
        return future


def ordered() -> Callable[..., Iterator[tuple[Any, Any]]]:
    space = Namespace()
    space.names["os_cpu_count"] = None
    name = _ordered.share(space)
    space.names["os_cpu_count"] = lambda: 1
    return space.names[name]


def failing_source() -> Iterator[int]:
    yield from (1, 2)
    raise LookupError("source")


def inverse(x: int) -> float:
    return 1 / x


def test_pairs_come_in_order() -> None:
    with ThreadPoolExecutor(4) as executor:
        found = list(ordered()(executor, inverse, iter([4, 2, 1])))
    assert found == [(4, 0.25), (2, 0.5), (1, 1.0)]
    assert list(ordered()(Inline(), inverse, [])) == []


def test_the_source_is_read_a_bounded_number_ahead() -> None:
    read: list[int] = []

    def endless() -> Iterator[int]:
        number = 0
        while True:
            number += 1
            read.append(number)
            yield number

    results = ordered()(Inline(), inverse, endless())
    assert next(results) == (1, 1.0) and len(read) == 64
    assert next(results) == (2, 0.5) and len(read) == 65
    results.close()


def test_earlier_results_come_before_the_exception_of_the_work() -> None:
    results = ordered()(Inline(), inverse, [2, 1, 0, 4])
    assert [next(results), next(results)] == [(2, 0.5), (1, 1.0)]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_earlier_results_come_before_the_exception_of_the_source() -> None:
    results = ordered()(Inline(), inverse, failing_source())
    assert [next(results), next(results)] == [(1, 1.0), (2, 0.5)]
    with pytest.raises(LookupError, match="source"):
        next(results)


class Idle(Inline):
    """Runs the first item only."""

    def submit(self, function: Callable[[Any], Any], item: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self.futures:
            future.set_result(function(item))
        self.futures.append(future)
        return future


def test_an_interrupt_cancels_what_has_not_begun() -> None:
    """Ctrl-C, which comes while the parent commits, need not wait for the whole source."""
    executor = Idle()
    with pytest.raises(KeyboardInterrupt):
        for _ in ordered()(executor, inverse, [1, 2, 3]):
            raise KeyboardInterrupt
    assert [future.cancelled() for future in executor.futures] == [False, True, True]


@pytest.mark.parametrize("leave", ["close", "throw"])
def test_what_is_pending_is_cancelled_on_leaving(leave: str) -> None:
    executor = Idle()
    results = ordered()(executor, inverse, [1, 2, 3])
    next(results)
    if leave == "close":
        results.close()
    else:
        with pytest.raises(RuntimeError):
            results.throw(RuntimeError())
    assert [future.cancelled() for future in executor.futures] == [False, True, True]


# -- on the event loop ---------------------------------------------------------------


def helper(want: str) -> Any:
    space = Namespace()
    emit(Job("async", want, "f", "xs", "results"), space)
    return space.names["gathered" if want == "list" else "ordered_tasks"]


class Calls:
    """A coroutine function that counts how many of its calls are under way."""

    def __init__(self) -> None:
        self.running = self.most = self.cancelled = 0

    async def __call__(self, x: int) -> float:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for _ in range(x % 5):
                await asyncio.sleep(0)
            return 1 / x
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1


def test_gathered_keeps_order_and_bound() -> None:
    calls = Calls()
    items = list(range(1, 40))
    assert asyncio.run(helper("list")(calls, items)) == [1 / x for x in items]
    assert calls.most == 10 and asyncio.run(helper("list")(calls, [])) == []


def test_gathered_raises_the_earliest_and_leaves_nothing_running() -> None:
    calls = Calls()

    async def both(x: int) -> float:
        if x == 5:
            raise LookupError("later, but first to end")
        return await calls(x)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(helper("list")(both, [4, 3, 0, 5, 4]))
    assert calls.running == 0


def test_tasks_are_committed_in_order_and_cancelled_on_leaving() -> None:
    calls = Calls()

    async def leave() -> list[tuple[int, float]]:
        from contextlib import aclosing

        found = []
        async with aclosing(helper("window")(calls, range(1, 100))) as results:
            async for pair in results:
                found.append(pair)
                if pair[0] == 3:
                    break
        return found

    assert asyncio.run(leave()) == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert calls.running == 0 and 1 < calls.most <= 10


def test_a_failing_source_comes_after_what_it_gave() -> None:
    found = []

    async def all_of_it() -> None:
        async for pair in helper("window")(Calls(), failing_source()):
            found.append(pair)

    with pytest.raises(LookupError):
        asyncio.run(all_of_it())
    assert found == [(1, 1.0), (2, 0.5)]
