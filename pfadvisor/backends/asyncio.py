"""Awaits that run side by side on the event loop, a bounded number at a time.

## What it emits
`await gathered(function, items)` where all results are collected, else an
`async for item, result in ordered_tasks(function, items)`; both are small functions added to
the file. At most ten items are under way at once.

## When it is right
Inside `async def`, where a loop awaits one independent operation after the other.

## What it risks
Servers, and pools of connections, see up to ten requests at once. Items after a failing one have been started; they are
cancelled, and the exception of the earliest item is raised. Each item runs in a task of its
own: changes to context variables stay in it.

## Example
```python
for url in urls:
    pages.append(await fetch(url))
```
becomes
```python
pages.extend(await gathered(fetch, urls))
```
"""

from __future__ import annotations

from typing import Final, Literal

from pfadvisor.backends._job import Context, Emission, Job, Traits, arguments

TRAITS: Final = Traits(
    modes=frozenset({"async"}),
    wants=frozenset({"list", "window", "futures"}),
    earliest=True,
    survives=True,
    bound="results",
    rank=1,
)

_GATHERED: Final = '''\
async def {name}(function, items, limit=10):
    """The results of function(item) in order, at most `limit` of them awaited at once."""
    slots = {asyncio_Semaphore}(limit)

    async def run(item):
        async with slots:
            return await function(item)

    tasks = [{asyncio_ensure_future}(run(item)) for item in items]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await {asyncio_gather}(*tasks, return_exceptions=True)
'''

_ORDERED: Final = '''\
async def {name}(function, items, limit=10):
    """Yield (item, {what}) in order, at most `limit` of them under way."""
    source = iter(items)
    window = {deque}()
    failure = None
    more = True
    try:
        while more or window:
            while more and len(window) < limit:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                except (Exception, SystemExit) as error:
                    if not window:
                        raise
                    failure, more = error, False
                else:
                    window.append((item, {asyncio_ensure_future}(function(item))))
            if window:
{step}
        if failure is not None:
            raise failure
    finally:
        for _, task in window:
            task.cancel()
        await {asyncio_gather}(*(task for _, task in window), return_exceptions=True)
'''


_RESULT: Final = """\
                item, task = window[0]
                result = await task
                window.popleft()
                yield item, result"""
_TASK: Final = """\
                yield window[0]
                window.popleft()[1].cancel()"""


def emit(job: Job, context: Context) -> Emission:
    if job.want == "list":
        gathered = _share(context, "gathered", _GATHERED, "Semaphore", "ensure_future", "gather")
        call = f"await {gathered}({arguments(job.function, job.source, _limit(job))})"
        return Emission("", call, "list")
    late = job.want == "futures"
    what = "task of function(item)" if late else "await function(item)"
    template = _ORDERED.replace("{what}", what).replace("{step}", _TASK if late else _RESULT)
    name = "started_tasks" if late else "ordered_tasks"
    ordered = _share(context, name, template, "ensure_future", "gather")
    call = f"{ordered}({arguments(job.function, job.source, _limit(job))})"
    header = f"async with {context.spell('contextlib', 'aclosing')}({call}) as {job.bound}:"
    gives: Literal["futures", "pairs"] = "futures" if late else "pairs"
    return Emission(header, job.bound, gives, "async for", "await {}")


def refuses(job: Job) -> str:
    """Why the event loop cannot run `job`, "" if it can."""
    if job.want == "stream":
        return "asyncio commits results one by one only through its window"
    return ""


def _limit(job: Job) -> str | None:
    return f"limit={job.workers}" if job.workers else None


def _share(context: Context, name: str, template: str, *used: str) -> str:
    names = {f"asyncio_{each}": context.spell("asyncio", each) for each in used}
    if "{deque}" in template:
        names["deque"] = context.spell("collections", "deque")
    return context.share(name, lambda chosen: template.format(name=chosen, **names))
