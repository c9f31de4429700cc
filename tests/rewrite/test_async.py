"""Awaits in a loop become bounded tasks; results and exceptions come in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .oracle import assert_same, fixed, refused
from .plans import ONE_SHOT, ROWS, dedent, make

ASYNC = dedent('''
    """Pages."""

    import asyncio

    RUNNING = MOST = 0


    async def fetch(url, size=1):
        global RUNNING, MOST
        RUNNING += 1
        MOST = max(MOST, RUNNING)
        await asyncio.sleep(0.01 / (1 + len(url) % 5))
        RUNNING -= 1
        return 100 // (len(url) % 7) * size


    async def pull(urls, size):
        rows = []
        for url in urls:
            # one page
            page = await fetch(url, size)
            rows.append(page)
        return rows


    async def show(urls, size):
        for url in urls:
            page = await fetch(url, size)
            print(url, page)
            if page == 20:
                break
        return [await fetch(each) for each in urls]


    def main():
        urls = ["a" * n for n in range(1, 7)] * 4
        print(asyncio.run(pull(urls, 2)), asyncio.run(pull([], 2)))
        print(asyncio.run(show(urls, 1)))
        try:
            asyncio.run(show(["a", "b" * 7, "c"], 1))
        except ZeroDivisionError as error:
            print(error)
        assert MOST <= 10
''')
PULL = make(
    ASYNC,
    mode="async",
    compute=("page = await fetch(url, size)",),
    commit=("rows.append(page)",),
    handed=("page",),
    captures=("size",),
    accumulator=ROWS,
    init="rows = []",
)


def show_plan():
    branch = ASYNC[ASYNC.index("if page == 20") : ASYNC.index("    return [await")].rstrip()
    return make(
        ASYNC,
        loop=1,
        mode="async",
        compute=("2:page = await fetch(url, size)",),
        commit=("print(url, page)", branch),
        handed=("page",),
        captures=("size",),
        collected=False,
        leaves_early=True,
    )


def test_collected_awaits_are_gathered(tmp_path: Path) -> None:
    after = fixed(ASYNC, PULL)
    assert "    rows = await gathered(partial(fetch, size=size), urls)\n" in after
    assert "    # one page\n" in after
    assert after.count("import asyncio\n") == 1
    assert_same(ASYNC, after, tmp_path)


@pytest.mark.parametrize("source", [PULL.source, ONE_SHOT])
def test_results_are_committed_in_order(tmp_path: Path, source: object) -> None:
    after = fixed(ASYNC, replace(show_plan(), source=source))
    call = "ordered_tasks(partial(fetch, size=size), urls)"
    assert f"    async with aclosing({call}) as results:\n" in after
    assert "        async for url, page in results:\n" in after
    assert_same(ASYNC, after, tmp_path)


def test_a_comprehension_of_awaits(tmp_path: Path) -> None:
    plan = make(ASYNC, loop=2, mode="async", elements=("await fetch(each)",))
    after = fixed(ASYNC, plan)
    assert "    return await gathered(fetch, urls)\n" in after
    assert_same(ASYNC, after, tmp_path)


def test_outlined_work_is_a_coroutine(tmp_path: Path) -> None:
    source = ASYNC.replace("rows.append(page)", "rows.append(page + 1)")
    plan = make(
        source,
        mode="async",
        compute=("page = await fetch(url, size)",),
        commit=("rows.append(page + 1)",),
        holes={"page + 1": "more"},
        captures=("size",),
        accumulator=ROWS,
    )
    after = fixed(source, plan)
    assert "async def _pull_url(size, url):\n    # one page\n    page = await fetch(" in after
    assert "    return page + 1\n" in after
    assert_same(source, after, tmp_path)


def test_an_asynchronous_source_refuses() -> None:
    source = ASYNC.replace(
        "    for url in urls:\n        # one", "    async for url in urls:\n        # one"
    )
    plan = make(
        source,
        mode="async",
        compute=("page = await fetch(url, size)",),
        commit=("rows.append(page)",),
        handed=("page",),
    )
    assert "asynchronous" in refused(source, plan)


def test_other_backends_do_not_await() -> None:
    assert "does not run async" in refused(ASYNC, PULL, backend="futures")


def test_what_comes_before_an_await_comes_before_its_exception(tmp_path: Path) -> None:
    source = ASYNC.replace(
        "        page = await fetch(url, size)\n        print(url, page)",
        "        print(url)\n        page = await fetch(url, size)\n        print(page)",
    )
    branch = source[source.index("if page == 20") : source.index("    return [await")].rstrip()
    plan = make(
        source,
        loop=1,
        mode="async",
        compute=("2:page = await fetch(url, size)",),
        commit=("print(url)", "print(page)", branch),
        handed=("page",),
        captures=("size",),
        collected=False,
        leaves_early=True,
    )
    after = fixed(source, plan)
    assert (
        "            print(url)\n            page = await task\n            print(page)\n" in after
    )
    assert_same(source, after, tmp_path)


def test_work_that_ends_the_program_refuses() -> None:
    assert "SystemExit" in refused(ASYNC, replace(PULL, exits=True))
