"""The prediction as a function of its figures: monotonic, bounded, and honest about what is unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfadvisor.profit.estimate import NONE, Estimate, exactly
from pfadvisor.profit.machine import DEFAULT, POLITE, Figure, start, worker_count
from pfadvisor.profit.speedup import chunksize, predict
from pfadvisor.profit.workload import Workload

FREE = (0.0, 0.0)


def computing(seconds: float, *, unbounded: bool = False) -> Workload:
    held = Estimate(seconds / 2, seconds, seconds * 2, unbounded)
    return Workload("cpu", "held", held, NONE, NONE)


def waiting(seconds: float) -> Workload:
    return Workload("io", "released", exactly(1e-6), NONE, exactly(seconds))


seconds = st.floats(1e-7, 10)


@given(seconds, seconds)
def test_more_work_never_needs_more_iterations(one: float, other: float) -> None:
    less, more = sorted((one, other))
    few = predict(computing(more), FREE, None, "processes", FREE, workers=4).break_even
    many = predict(computing(less), FREE, None, "processes", FREE, workers=4).break_even
    assert many is None or (few is not None and few <= many)


@given(seconds, st.integers(1, 10_000), st.integers(1, 64))
def test_no_gain_beyond_the_number_of_workers(work: float, n: int, workers: int) -> None:
    profit = predict(computing(work), FREE, n, "processes", FREE, workers=workers)
    low, high = profit.speedup
    assert 0 <= low <= high <= workers


@given(seconds, st.integers(2, 10_000))
def test_work_that_holds_the_gil_gains_nothing_in_threads(work: float, n: int) -> None:
    profit = predict(computing(work), FREE, n, "threads", FREE, workers=8)
    assert profit.worth == "no"
    assert profit.speedup[1] <= 1


def test_work_without_the_gil_waits_for_it_in_the_end() -> None:
    short = Workload("cpu", "released", NONE, exactly(4e-5), NONE)
    slow, quick = (
        replace(DEFAULT, hand_over=Figure(exactly(seconds), "measured")) for seconds in (5e-5, 1e-7)
    )
    gains = [
        predict(short, FREE, 1_000, "threads", FREE, workers=2, machine=machine).speedup[1]
        for machine in (slow, quick)
    ]
    assert gains[0] < gains[1] / 1.2


def test_one_processor_gains_nothing() -> None:
    assert predict(computing(1.0), FREE, None, "processes", FREE, workers=1).worth == "no"


def test_the_serial_part_bounds_the_gain() -> None:
    profit = predict(computing(1e-2), (1e-2, 1e-2), 10_000, "processes", FREE, workers=64)
    assert profit.speedup[1] < 3.1
    assert profit.worth in ("yes", "depends")


def test_a_serial_part_that_dominates_refuses() -> None:
    profit = predict(computing(1e-3), (1e-1, 1e-1), 10_000, "processes", FREE, workers=64)
    assert profit.worth == "no"
    assert "at most" in profit.reason


def test_what_costs_more_to_send_than_to_compute_stays() -> None:
    profit = predict(computing(1e-3), FREE, None, "processes", (2e-3, 4e-3), workers=8)
    assert (profit.worth, profit.break_even) == ("no", None)


def test_threads_send_nothing() -> None:
    profit = predict(waiting(1e-2), FREE, None, "threads", (1.0, 2.0), workers=2)
    assert profit.worth == "yes"
    assert not any("sending" in term.name for term in profit.terms)


@pytest.mark.parametrize("method, limit", [("fork", 60), ("forkserver", 200), ("spawn", 400)])
def test_break_even_goes_with_the_start_method(method: str, limit: int) -> None:
    work = computing(1e-3)
    found = predict(work, FREE, None, "processes", FREE, workers=4, start_method=method).break_even
    assert found is not None and limit / 8 < found <= limit


def test_break_even_is_the_first_number_that_gains() -> None:
    work = Workload("cpu", "held", exactly(1e-3), NONE, NONE)
    found = predict(work, FREE, None, "processes", FREE, workers=4).break_even
    assert found is not None
    below = predict(work, FREE, found // 2, "processes", FREE, workers=4, min_speedup=1.0)
    above = predict(work, FREE, found * 4, "processes", FREE, workers=4, min_speedup=1.0)
    assert below.worth == "no"
    assert above.worth in ("yes", "depends")


def test_a_break_even_that_is_not_realistic_is_no() -> None:
    work = computing(5e-5)
    patient = predict(work, FREE, None, "processes", FREE, workers=4, max_break_even=1_000_000)
    assert patient.worth == "depends"
    hasty = predict(work, FREE, None, "processes", FREE, workers=4, max_break_even=10)
    assert hasty.worth == "no"
    assert "iterations on" in hasty.reason


def test_sizes_that_are_not_known_leave_it_open() -> None:
    held = Estimate(1e-7, 1e-5, 1.0, True)
    work = Workload("cpu", "held", held, NONE, NONE)
    assert predict(work, FREE, 50_000, "processes", FREE, workers=4).worth == "depends"


def test_a_wanted_gain_that_two_workers_cannot_give_is_no() -> None:
    profit = predict(computing(1.0), FREE, 100, "processes", FREE, workers=2, min_speedup=2.5)
    assert profit.worth == "no"


def test_every_term_says_where_it_comes_from() -> None:
    profit = predict(computing(1e-2), (1e-6, 1e-5), None, "processes", (1e-6, 1e-5), workers=4,
                     calls_per_program=3)  # fmt: skip
    names = [term.name for term in profit.terms]
    assert len(names) == len(set(names)) >= 4
    assert all(term.origin and term.seconds[0] <= term.seconds[1] for term in profit.terms)
    assert any("3 times" in term.origin for term in profit.terms)


def test_an_empty_body_is_not_worth_it() -> None:
    work = Workload("cpu", "held", NONE, NONE, NONE)
    assert predict(work, FREE, None, "processes", FREE, workers=4).worth == "no"
    assert predict(work, FREE, 0, "processes", FREE, workers=4).worth == "no"


def test_start_method_that_is_not_known_spans_all() -> None:
    unknown = start(DEFAULT, "").seconds
    assert unknown.low == DEFAULT.fork.seconds.low
    assert unknown.high == DEFAULT.spawn.seconds.high


def test_workers_are_processors_or_a_polite_number() -> None:
    assert worker_count() >= 1
    assert worker_count("threads") == POLITE["threads"]


def test_short_tasks_go_in_chunks_and_long_ones_alone() -> None:
    assert chunksize(computing(1.0), 100, 4) is None
    some = chunksize(computing(2e-5), None, 4)
    assert some is not None and 50 <= some <= 200
    assert chunksize(computing(2e-5), 64, 4) == 4


@given(seconds)
def test_what_may_come_once_raises_the_break_even_but_not_the_worth(work: float) -> None:
    """The promise holds where this pool is the first; what is suggested does not hang on it."""

    def profit(once: Estimate):
        return predict(
            computing(work), FREE, None, "processes", FREE, workers=4, once=once, certain=False
        )

    before, first = profit(NONE), profit(exactly(0.02))
    if before.break_even is None or first.break_even is None:
        return
    assert first.break_even_later == before.break_even <= first.break_even
    assert first.worth in (before.worth, "depends")
