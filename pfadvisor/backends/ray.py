"""The workers of a Ray cluster, for work that outgrows one machine.

## What it emits
A loop over `ray_ordered(function, items)`, a small generator added to the file that submits a
bounded number of items ahead and yields each item with its result, in order; or over
`ray_submitted(...)`, which yields references. Where work has effects, `ray_ordered_once` and
`ray_submitted_once`, which run no item twice and wait for what they started. Ray is connected to
once per program: to the cluster that the program has chosen, else to one on this machine.

## When it is right
CPU-bound work of some 10 ms or more per item, in programs that have a cluster. What all iterations
read is sent once, so it may be large.

## What it risks
Starting Ray takes seconds. Tasks are never cancelled, as that can abort the program: when the loop
is left early, what was submitted runs on unseen, a bounded number of items without effects, and Ray
logs what fails there. A task whose worker is lost is run again unless it has effects. The
workers must be able to import the module, and see the same files; functions of the script that is
run bring along the globals that they read, which must pickle. They keep the environment and working
directory that they were started with: work that looks at these is refused, and so is work that can
raise SystemExit. Other machines must have the program's modules, credentials and environment too:
see Ray's `runtime_env`. Exceptions come out as they were raised; Ray's own is their cause.

## Example
```python
for path in paths:
    sizes.append(measure(path))
```
becomes
```python
sizes.extend([result for _, result in ray_ordered(measure, paths)])
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
    requires=("ray",),
    captures="function",
    elsewhere=True,
    sends="before",
)

_CALL: Final = '''\
def {name}(function, item):
    """The pickled result of a pickled function: arrays that Ray itself sends are read-only."""
    result = {pickle}.loads(function)({pickle}.loads(item))
    return {pickle}.dumps(result)
'''
_RESULT: Final = '''\
def {name}(reference):
    """What a task returned, or the exception that it raised."""
    try:
        return {pickle}.loads({get}(reference))
    except {error} as error:
        raise error.cause from error
'''
_SETUP: Final = """\
    if not {is_initialized}():
        {init}({workers}ignore_reinit_error=True)
    task = {remote}({call})
    work = {put}({pickle}.dumps(function))
"""
# Not `ray.cancel`: when it meets a task that is just ending, Ray aborts the whole program.
_DROP: Final = """\
        window.clear()"""
_WAIT: Final = """\
        if window:
            {wait}([future for _, future in window], num_returns=len(window))"""


def emit(job: Job, context: Context) -> Emission:
    late = job.want == "futures"
    pickle = context.spell("ray", "cloudpickle")
    result = _result(context, pickle)
    leave = _DROP if job.discardable else _WAIT.format(wait=context.spell("ray", "wait"))
    window = Window(
        parameters="function, items",
        setup=_setup(job, context, pickle),
        workers=f'int({context.spell("ray", "cluster_resources")}().get("CPU", 1))',
        submit=f"task.remote(work, {pickle}.dumps(item))",
        taken=f"{result}(future)",
        leave=leave,
    )
    name = "ray_submitted" if late else "ray_ordered"
    name = name if job.discardable else f"{name}_once"
    ordered = share_window(context, name, window, futures=late)
    call = f"{ordered}({job.function}, {job.source})"
    if job.want == "list":
        return Emission("", f"[result for _, result in {call}]", "list")
    return Emission("", call, "futures" if late else "pairs", take=f"{result}({{}})")


def refuses(job: Job) -> str:
    """Why Ray cannot run `job`, "" if it can."""
    reason = needs_fresh_workers(job)
    return f"{reason}, and Ray's workers are others; use futures" if reason else ""


def _setup(job: Job, context: Context, pickle: str) -> str:
    call = context.share("ray_call", lambda name: _CALL.format(name=name, pickle=pickle))
    names = {each: context.spell("ray", each) for each in ("is_initialized", "init", "put")}
    remote = context.spell("ray", "remote")
    return _SETUP.format(
        call=call,
        pickle=pickle,
        remote=remote if job.discardable else f"{remote}(max_retries=0)",
        workers=f"num_cpus={job.workers}, " if job.workers else "",
        **names,
    )


def _result(context: Context, pickle: str) -> str:
    get, error = context.spell("ray", "get"), context.spell("ray.exceptions", "RayTaskError")
    return context.share(
        "ray_result", lambda name: _RESULT.format(name=name, pickle=pickle, get=get, error=error)
    )
