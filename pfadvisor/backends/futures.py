"""Processes or threads through `concurrent.futures`.

## What it emits
`executor.map(function, items)` in a `with ProcessPoolExecutor() as executor:` block (or
`ThreadPoolExecutor(max_workers=8)`) where the source may be read at once; its results are taken
behind the block if the loop changes what each item takes along. Else a loop over
`ordered(executor, function, items)`, a small generator added to the file that reads the source
a bounded number of items ahead and yields each item with its result, in order; or over
`submitted(...)`, which yields futures, where the loop does something before it needs a result.

## When it is right
Threads for work that waits (files, network, child processes) or releases the GIL. Processes
where `multiprocessing.Pool` would hang: exceptions of own classes, native code that may crash.
Both wherever results must be committed one by one, with `break`, output or running state.

## What it risks
Items after a failing one may already have run. Leaving the block waits for running items,
also after Ctrl-C, which cancels those that have not begun. `executor.map` submits every item at
once, which costs memory for long sources. Nothing is timed out: a limit belongs into the work, as
that of `executor.map` counts from the call and stops no running item. Processes need values that
pickle and a module that can be imported without side effects, and share the other risks that
`pfadvisor explain multiprocessing` names. Threads need every shared object to be thread-safe. They
are eight: that is what a server, its connection limit, or a pool of connections gets to see at
once; `--workers` states another number.

## Example
```python
for path in paths:
    digest = sha256_of_tree(path)
    print(path, digest)
```
becomes
```python
with ProcessPoolExecutor() as executor:
    for path, digest in ordered(executor, sha256_of_tree, paths):
        print(path, digest)
```
"""

from __future__ import annotations

from typing import Final

from pfadvisor.backends import _ordered
from pfadvisor.backends._job import Context, Emission, Job, Traits, arguments, initargs, spawning

TRAITS: Final = Traits(
    modes=frozenset({"processes", "threads"}),
    wants=frozenset({"list", "stream", "window", "futures"}),
    earliest=True,
    survives=True,
    bound="executor",
    rank=2,
    sends="block",
)

_POLITE: Final = "8"


def emit(job: Job, context: Context) -> Emission:
    header = f"with {_executor(job, context)} as {job.bound}:"
    if job.want in ("window", "futures"):
        late = job.want == "futures"
        ordered = _ordered.share(context, futures=late)
        call = f"{ordered}({job.bound}, {job.function}, {job.source})"
        return Emission(header, call, "futures" if late else "pairs")
    chunk = f"chunksize={job.chunksize}" if _chunked(job) else None
    call = f"{job.bound}.map({arguments(job.function, job.source, chunk)})"
    return Emission(header, call, "iterator")


def refuses(job: Job) -> str:
    """Why executors cannot run `job`, "" if they can."""
    return ""


def _chunked(job: Job) -> bool:
    return job.mode == "processes" and job.want == "list" and (job.chunksize or 1) > 1


def _executor(job: Job, context: Context) -> str:
    threads = job.mode == "threads"
    name = "ThreadPoolExecutor" if threads else "ProcessPoolExecutor"
    executor = context.spell("concurrent.futures", name)
    workers = job.workers or (_POLITE if threads else None)
    given = [workers and f"max_workers={workers}"]
    if job.fresh and not threads:
        given.append(f"mp_context={spawning(context)}")
    if job.initializer is not None:
        function, values = job.initializer
        given += [f"initializer={function}", f"initargs={initargs(values)}"]
    return f"{executor}({arguments(*given)})"
