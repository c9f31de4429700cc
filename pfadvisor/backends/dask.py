"""The workers of a dask cluster, for work that outgrows one machine.

## What it emits
A loop over `dask_ordered(function, items)`, a small generator added to the file that submits a
bounded number of items ahead with `pure=False` and yields each item with its result, in order; or
over `dask_submitted(...)`, which yields futures. Both use the client that the program has; where it
has none, `dask_client()` connects to the cluster that dask is configured for, or starts one on this
machine, once.

## When it is right
CPU-bound work of some 10 ms or more per item, in programs that have a cluster.

## What it risks
Each item costs about 1 ms. A task whose worker is lost is run again, so work with effects is
refused. Workers with several threads run several items in one process: a cluster that is started
here has one thread per worker, one that the program brings may have more. The workers must be able
to import the module, and see the same files; functions of the script that is run bring along the
globals that they read, which must pickle. They keep the environment and working directory that they
were started with: work that looks at these is refused, and so is a large value that all iterations
read. What fails in a worker is also logged there. A rewritten function that is itself called in a
dask task waits for its results there, and holds the thread while it does.

## Example
```python
for path in paths:
    sizes.append(measure(path))
```
becomes
```python
sizes.extend([result for _, result in dask_ordered(measure, paths)])
```
"""

from __future__ import annotations

from typing import Final

from pfadvisor.backends._job import Context, Emission, Job, Traits, needs_fresh_workers
from pfadvisor.backends._ordered import Window, share_window

TRAITS: Final = Traits(
    modes=frozenset({"processes"}),
    wants=frozenset({"list", "stream", "window", "futures"}),
    earliest=True,
    survives=True,
    bound="results",
    requires=("dask[distributed]",),
    captures="item",
    elsewhere=True,
)

_CLIENT: Final = '''\
def {name}():
    """The client of the program; where it has none, one of its own, as configured."""
    try:
        return {get_client}()
    except ValueError:
        if {config}.get("scheduler-address", None):
            return {client}()
        return {client}({workers}threads_per_worker=1)
'''
_LEAVE: Final = """\
        client.cancel([future for _, future in window])"""


def emit(job: Job, context: Context) -> Emission:
    late = job.want == "futures"
    window = Window(
        parameters="function, items",
        setup=f"    client = {_client(job, context)}()\n",
        workers="sum(client.nthreads().values())",
        submit="client.submit(function, item, pure=False)",
        leave=_LEAVE,
    )
    name = "dask_submitted" if late else "dask_ordered"
    ordered = share_window(context, name, window, futures=late)
    call = f"{ordered}({job.function}, {job.source})"
    if job.want == "list":
        return Emission("", f"[result for _, result in {call}]", "list")
    return Emission("", call, "futures" if late else "pairs")


def refuses(job: Job) -> str:
    """Why dask cannot run `job`, "" if it can."""
    if not job.discardable:
        return "dask repeats what a lost worker did, and this work has effects; use futures"
    reason = needs_fresh_workers(job)
    return f"{reason}, and dask's workers are others; use futures" if reason else ""


def _client(job: Job, context: Context) -> str:
    names = {
        "get_client": context.spell("dask.distributed", "get_client"),
        "config": context.spell("dask", "config"),
        "client": context.spell("dask.distributed", "Client"),
        "workers": f"n_workers={job.workers}, " if job.workers else "",
    }
    return context.share("dask_client", lambda name: _CLIENT.format(name=name, **names))
