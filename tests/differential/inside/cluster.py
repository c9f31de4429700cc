"""Plays the scenarios of many programs in one interpreter, on the workers of one target.

Takes a job file (JSON): the target, and for each program a job as `driver.py` has it. The workers
are started here before the first program and stopped after the last. The same journal.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import driver

if __name__ == "__main__":
    sys.modules["__main__"].SourceFailure = driver.SourceFailure
    driver.SourceFailure.__module__ = "__main__"
WORKERS = 2


@contextmanager
def ray_workers() -> Iterator[None]:
    import ray

    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@contextmanager
def dask_workers() -> Iterator[None]:
    import dask.distributed

    with (
        dask.distributed.LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        dask.distributed.Client(cluster),
    ):
        yield


@contextmanager
def joblib_workers() -> Iterator[None]:
    # Its workers start with the first loop, and end with the interpreter

    yield


def nothing_left() -> dict[str, int]:
    """The cluster's own threads and processes stay from one scenario to the next."""
    return {"threads": 0, "processes": 0}


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as handle:
        whole = json.load(handle)
    sys.path.insert(0, whole["folder"])
    driver.wait_for_helpers = nothing_left
    with globals()[f"{whole['target']}_workers"]():
        for job in whole["jobs"]:
            play_all(job)
    driver.note(whole["journal"], {"finished": True})


def play_all(job: dict[str, Any]) -> None:
    driver.note(job["journal"], {"started": job["module"]})
    program = importlib.import_module(job["module"])
    for scenario in job["scenarios"]:
        outcome = driver.play(job, scenario, program)
        outcome["scenario"] = f"{job['module']}/{outcome['scenario']}"
        driver.note(job["journal"], outcome)


if __name__ == "__main__":
    main()
