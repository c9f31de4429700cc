"""What the program alone cannot tell is said on the page of the backend that it concerns."""

from __future__ import annotations

import pytest

from pfadvisor import registry

WARNED = [
    ("multiprocessing", "Ctrl-C", "kills what still runs, and so does Ctrl-C"),
    ("multiprocessing", "affinity", "--workers 'len(os.sched_getaffinity(0))'"),
    ("multiprocessing", "Windows", "Windows waits for 61 workers at most"),
    ("multiprocessing", "frozen programs", "multiprocessing.freeze_support()"),
    ("multiprocessing", "patches", "Tests that patch what the work calls do not reach workers"),
    ("multiprocessing", "coverage", "concurrency = multiprocessing"),
    ("futures", "Ctrl-C", "after Ctrl-C, which cancels those that have not begun"),
    ("futures", "timeouts", "counts from the call and stops no running item"),
    ("futures", "limits of servers", "They are eight"),
    ("futures", "all others of processes", "pfadvisor explain multiprocessing"),
    ("asyncio", "limits of servers", "see up to ten requests at once"),
    ("ray", "other machines", "must have the program's modules, credentials and environment"),
    ("ray", "files", "see the same files"),
    ("dask", "files", "see the same files"),
    ("dask", "logs", "What fails in a worker is also logged there"),
]


@pytest.mark.parametrize(("name", "risk", "words"), WARNED)
def test_the_page_warns(name: str, risk: str, words: str) -> None:
    page = registry.load("pfadvisor.backends", name).__doc__ or ""
    risks = page.partition("## What it risks")[2].partition("## ")[0]
    assert words in " ".join(risks.split()), risk
