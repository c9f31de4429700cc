"""Processes through `multiprocessing.Pool`.

## What it emits
`pool.map(function, items)` in a `with Pool() as pool:` block where all results are collected, or
`pool.starmap(function, items)` where the items are tuples of the function's arguments;
`pool.imap(function, items, chunksize=k)` where the exception of the earliest failing item
must surface.

## When it is right
CPU-bound work that holds the GIL, on values that pickle, where only exceptions of builtin
classes can leave the work. The pool chooses chunks by itself, which makes it the cheapest
target for many small items.

## What it risks
`Pool.map` raises whichever failing item finishes first, after all others have run. It hangs
for ever if a worker process dies, if the work raises SystemExit, or if an exception cannot be
unpickled; it shortens its result if StopIteration leaks. Leaving the block kills what still
runs, and so does Ctrl-C. The module must be importable without side effects (the `__main__`
guard). Workers are daemonic: they cannot start processes of their own.

Where the program may have threads when the loop begins (it names `Thread`, `ThreadPoolExecutor` and
the like, or imports torch, grpc, tkinter ...), a fork could find their locks held for ever: the
pool is then that of `get_context("spawn")`, unless the program calls `set_start_method` itself.
Before Python 3.13 the pool counts all processors of the machine, be they denied to this program by
its affinity; Windows waits for 61 workers at most. `--workers` states another number, such as
`--workers 'len(os.sched_getaffinity(0))'`. A program that is frozen into an executable calls
`multiprocessing.freeze_support()` first, and starts no workers there on other systems than Windows.
Tests that patch what the work calls do not reach workers that import it anew; nor do debuggers,
`capsys` and coverage, unless it runs with `concurrency = multiprocessing`.

## Example
```python
for path in paths:
    sizes.append(measure(path))
```
becomes
```python
with Pool() as pool:
    sizes.extend(pool.map(measure, paths))
```
"""

from __future__ import annotations

from typing import Final

from pfadvisor.backends._job import Context, Emission, Job, Traits, arguments, initargs, spawning

TRAITS: Final = Traits(
    modes=frozenset({"processes"}),
    wants=frozenset({"list"}),
    earliest=False,
    survives=False,
    bound="pool",
    rank=1,
    spreads=True,
)

_DEFAULT_CHUNK: Final = 16


def emit(job: Job, context: Context) -> Emission:
    header = f"with {_pool(job, context)}({_pool_arguments(job)}) as {job.bound}:"
    if job.want == "list" and not job.earliest:
        chunk = _chunk(job.chunksize)
        method = "starmap" if job.spread else "map"
        call = f"{job.bound}.{method}({arguments(job.function, job.source, chunk)})"
        return Emission(header, call, "list")
    chunk = _chunk(job.chunksize or _DEFAULT_CHUNK) if job.want == "list" else None
    call = f"{job.bound}.imap({arguments(job.function, job.source, chunk)})"
    return Emission(header, call, "iterator")


def refuses(job: Job) -> str:
    """Why the pool cannot run `job`, "" if it can."""
    if job.want in ("window", "futures"):
        return "multiprocessing.Pool cannot run a bounded number of items ahead; use futures"
    if not job.discardable:
        return "leaving multiprocessing.Pool would kill work that has effects; use futures"
    return ""


def _pool(job: Job, context: Context) -> str:
    if job.fresh:
        return f"{spawning(context)}.Pool"
    return context.spell("multiprocessing", "Pool")


def _pool_arguments(job: Job) -> str:
    if job.initializer is None:
        return job.workers or ""
    function, given = job.initializer
    return arguments(
        job.workers and f"processes={job.workers}",
        f"initializer={function}",
        f"initargs={initargs(given)}",
    )


def _chunk(size: int | None) -> str | None:
    return f"chunksize={size}" if size else None
