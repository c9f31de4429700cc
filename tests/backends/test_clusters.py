"""Targets that bring workers of their own: what they emit, what they refuse and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfadvisor.backends._choice import choose, load

from .test_backends import Plain, job, plan

CLUSTERS = ("dask", "ray")
REFUSED = [
    ("dask", {"discardable": False}, "repeats what a lost worker did"),
    ("dask", {"exits": True}, "SystemExit"),
    ("ray", {"exits": True}, "SystemExit"),
    ("dask", {"surroundings": ("env",)}, "this process's env"),
    ("ray", {"surroundings": ("cwd", "file")}, "this process's cwd"),
]


def emitted(name: str, want: str, mode: str = "processes", **fields: object) -> tuple[str, str]:
    """The text at the loop, and that of all helpers."""
    context = Plain()
    emission = load(name).emit(job(mode, want, **fields), context)
    return f"{emission.header} {emission.expression}", "\n".join(context.helpers.values())


@pytest.mark.parametrize(("name", "fields", "reason"), REFUSED)
def test_what_cannot_be_right_is_refused(name: str, fields: dict[str, object], reason: str) -> None:
    chosen, why = choose(plan("processes"), job("processes", "window", **fields), name)
    assert chosen == "" and reason in why


@pytest.mark.parametrize("name", CLUSTERS)
def test_files_alone_are_no_reason(name: str) -> None:
    wanted = job("processes", "list", surroundings=("file",))
    assert choose(plan("processes"), wanted, name) == (name, "")


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("mode", ["threads", "async"])
def test_a_cluster_runs_processes_only(name: str, mode: str) -> None:
    reason = choose(plan(mode), job(mode, "list"), name)[1]
    assert reason == f"{name} does not run {mode}, only processes"


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_cluster_is_asked_for_a_bounded_number_in_order(name: str) -> None:
    run, helpers = emitted(name, "window")
    assert run == f" {name}_ordered(work, items)"
    assert "while more and len(window) < ahead:" in helpers
    assert emitted(name, "list")[0] == f" [result for _, result in {name}_ordered(work, items)]"
    assert emitted(name, "futures")[0] == f" {name}_submitted(work, items)"


def test_dask_never_takes_a_result_for_another() -> None:
    _, helpers = emitted("dask", "window")
    assert "client.submit(function, item, pure=False)" in helpers
    assert "client.cancel([future for _, future in window])" in helpers


def test_dask_connects_to_what_is_there() -> None:
    _, helpers = emitted("dask", "list", workers="5")
    assert "return dask.distributed.get_client()" in helpers
    assert "dask.distributed.Client(n_workers=5, threads_per_worker=1)" in helpers


def test_ray_is_started_once() -> None:
    _, helpers = emitted("ray", "list", workers="5")
    assert "if not ray.is_initialized():" in helpers
    assert "ray.init(num_cpus=5, ignore_reinit_error=True)" in helpers


def test_ray_runs_effects_once_and_waits_for_them() -> None:
    run, helpers = emitted("ray", "window", discardable=False)
    assert run == " ray_ordered_once(work, items)"
    assert "ray.remote(max_retries=0)" in helpers and "ray.wait(" in helpers
    _, helpers = emitted("ray", "window")
    assert "max_retries" not in helpers and "ray.wait(" not in helpers


@pytest.mark.parametrize("want", ["list", "stream", "window", "futures"])
@pytest.mark.parametrize("discardable", [True, False])
def test_ray_cancels_nothing(want: str, discardable: bool) -> None:
    """Cancelling a task that is just ending aborts the whole program in Ray's core."""
    _, helpers = emitted("ray", want, discardable=discardable)
    assert "cancel" not in helpers


def test_ray_raises_what_was_raised() -> None:
    _, helpers = emitted("ray", "window")
    assert "except ray.exceptions.RayTaskError as error:" in helpers
    assert "raise error.cause from error" in helpers
    take = load("ray").emit(job("processes", "futures"), Plain()).take
    assert take == "ray_result({})"


def test_joblib_collects_with_parallel() -> None:
    run, _ = emitted("joblib", "list")
    assert run.startswith(' joblib.Parallel(n_jobs=-1, backend="loky", max_nbytes=None')
    assert run.endswith("(joblib.delayed(work)(item) for item in items)")
    run, _ = emitted("joblib", "list", "threads", workers="5")
    assert run.startswith(' joblib.Parallel(n_jobs=5, backend="threading", ')


@pytest.mark.parametrize("source", ["a if b else c", "lambda: 0"])
def test_joblib_puts_what_could_be_misread_in_parentheses(source: str) -> None:
    wanted = replace(job("processes", "list"), source=source)
    run = load("joblib").emit(wanted, Plain()).expression
    assert run.endswith(f"for item in ({source}))")


@pytest.mark.parametrize(
    "fields", [{"earliest": True}, {"discardable": False}, {"exits": True}, {"surroundings": ("env",)}]
)  # fmt: skip
def test_joblib_starts_workers_for_what_parallel_would_spoil(fields: dict[str, object]) -> None:
    run, _ = emitted("joblib", "list", chunksize=3, **fields)
    assert run == (
        "with joblib.externals.loky.ProcessPoolExecutor() as runner: "
        "runner.map(work, items, chunksize=3)"
    )


@pytest.mark.parametrize(
    ("want", "fields", "reason"),
    [
        ("window", {}, "bounded number"),
        ("stream", {}, "bounded number"),
        ("list", {"earliest": True}, "any failing item"),
        ("list", {"discardable": False}, "effects"),
    ],
)
def test_threads_of_joblib_do_little(want: str, fields: dict[str, object], reason: str) -> None:
    assert choose(plan("threads"), job("threads", "list"), "joblib") == ("joblib", "")
    assert reason in choose(plan("threads"), job("threads", want, **fields), "joblib")[1]
