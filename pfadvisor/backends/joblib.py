"""Processes or threads through joblib, for projects that use it already.

## What it emits
`Parallel(...)(delayed(function)(item) for item in items)` where all results are collected; where
results are committed one by one, or the exception of the earliest failing item must surface,
joblib's own `ProcessPoolExecutor` in a `with` block.

## When it is right
In projects that depend on joblib. Its workers pickle more than `multiprocessing` does: functions
of the script that is run are sent by value. `Parallel` keeps its workers for the next loop.

## What it risks
`Parallel` raises whichever failing item it sees first. Its threads cannot be stopped, so work in
threads is taken only where it has no effects and nobody asks which item failed. Functions of the
script that is run bring along the globals that they read, which must pickle. What all iterations
read is sent with each item: if it is large, the loop is refused.

## Example
```python
for path in paths:
    sizes.append(measure(path))
```
becomes
```python
sizes.extend(
    Parallel(n_jobs=-1, backend="loky", max_nbytes=None, pre_dispatch="all")(
        delayed(measure)(item) for item in paths
    )
)
```
"""

from __future__ import annotations

import ast
from typing import Final

from pfadvisor.backends import _ordered
from pfadvisor.backends._job import Context, Emission, Job, Traits, arguments, needs_fresh_workers

TRAITS: Final = Traits(
    modes=frozenset({"processes", "threads"}),
    wants=frozenset({"list"}),
    earliest=False,
    survives=True,
    bound="executor",
    requires=("joblib",),
    captures="item",
    sends="block",
)

_POLITE: Final = "8"


def emit(job: Job, context: Context) -> Emission:
    if _at_once(job):
        return Emission("", _parallel(job, context), "list")
    executor = context.spell("joblib.externals.loky", "ProcessPoolExecutor")
    workers = f"max_workers={job.workers}" if job.workers else ""
    header = f"with {executor}({workers}) as {job.bound}:"
    if job.want in ("window", "futures"):
        late = job.want == "futures"
        ordered = _ordered.share(context, futures=late)
        call = f"{ordered}({job.bound}, {job.function}, {job.source})"
        return Emission(header, call, "futures" if late else "pairs")
    several = job.want == "list" and (job.chunksize or 1) > 1
    chunk = f"chunksize={job.chunksize}" if several else None
    call = f"{job.bound}.map({arguments(job.function, job.source, chunk)})"
    return Emission(header, call, "iterator")


def refuses(job: Job) -> str:
    """Why joblib cannot run `job`, "" if it can."""
    if job.mode == "processes":
        return ""
    if job.want != "list":
        return "joblib's threads cannot run a bounded number of items ahead; use futures"
    if job.earliest:
        return "joblib's threads raise any failing item's exception; use futures"
    if not job.discardable:
        return "joblib's threads go on with work that has effects after a failure; use futures"
    return ""


def _at_once(job: Job) -> bool:
    """`Parallel` kills workers when an item fails, and keeps old ones between loops."""
    threads = job.mode == "threads"
    plain = job.want == "list" and not job.earliest and job.discardable
    return threads or (plain and not needs_fresh_workers(job))


def _parallel(job: Job, context: Context) -> str:
    """The whole source is read here and now; arrays are copied, not mapped read-only."""
    threads = job.mode == "threads"
    parallel = context.spell("joblib", "Parallel")
    delayed = context.spell("joblib", "delayed")
    given = arguments(
        f"n_jobs={job.workers or (_POLITE if threads else '-1')}",
        'backend="threading"' if threads else 'backend="loky"',
        None if threads else "max_nbytes=None",
        'pre_dispatch="all"',
    )
    work = f"{delayed}({job.function})"
    item = "each" if "item" in _names(job.function) else "item"
    return f"{parallel}({given})({work}({item}) for {item} in {_after_in(job.source)})"


def _after_in(source: str) -> str:
    """Text that may stand behind the `in` of a generator expression."""
    bare = isinstance(ast.parse(source, mode="eval").body, (ast.IfExp, ast.Lambda))
    return f"({source})" if bare and not source.startswith("(") else source


def _names(text: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)}
