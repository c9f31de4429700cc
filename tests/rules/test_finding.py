"""What a finding says: its code, its name and its message."""

from __future__ import annotations

from dataclasses import replace

from pfadvisor.model import Assumption, Blocker, Granule, Judgement, Location, LoopId, Profit, Span
from pfadvisor.rules._finding import describe, seconds

SPAN = Span(3, 5, 4, 20)
LOOP = LoopId("a.py", "for", 0, 3, 5, SPAN, "for x in xs")
WHERE = Location("a.py", SPAN)
ORDERED = ("pipeline", "search")


def judgement(verdict, pattern="map", profit=None, blockers=(), assumptions=(), kind="cpu"):
    return Judgement(
        LOOP, verdict, pattern, kind, "held", None, tuple(assumptions), tuple(blockers), profit
    )


def profit(worth, break_even=40, iterations=None, reason=""):
    return Profit(worth, iterations, (1e-6, 3e-6), break_even, (1.4, 1.9), workers=2, reason=reason)


def blocker(name, code, message="`total` is carried", advice=""):
    return Blocker(code, name, message, WHERE, advice=advice)


def test_parallel_loop_has_the_code_of_its_pattern():
    code, name, message = describe(judgement("parallel", profit=profit("depends")))
    assert (code, name) == ("PFA101", "sequential-map")
    assert message == ("iterations are independent; about 1.6x on 2 workers from 40 iterations on")


def test_loop_worth_yes_needs_no_threshold():
    message = describe(judgement("parallel", "reduction", profit("yes")))[2]
    assert message.endswith("about 1.6x on 2 workers")


def test_io_loop_gains_threads():
    message = describe(judgement("parallel", "foreach", profit("yes"), kind="io"))[2]
    assert message.endswith("on 2 threads")


def test_legal_but_cheap_loop_is_too_little_work():
    code, name, message = describe(judgement("parallel", profit=profit("no", 9000, 10)))
    assert (code, name) == ("PFA219", "too-little-work")
    assert "2 us" in message and "9000 iterations" in message and "not of 10" in message


def test_cheap_loop_that_never_pays_says_so():
    message = describe(judgement("pipeline", profit=profit("no", None)))[2]
    assert message.endswith("less than it costs to hand it to a worker")


def test_reason_of_the_profit_model_is_kept():
    message = describe(judgement("parallel", profit=profit("no", reason="vectorise it instead")))[2]
    assert message.endswith("vectorise it instead")


def test_review_keeps_its_pattern_even_if_cheap():
    assumption = Assumption("pure-call", "send", "`send` has no effects", WHERE)
    one = judgement("review", profit=profit("no"), assumptions=[assumption])
    code, name, message = describe(one)
    assert (code, name) == ("PFA101", "sequential-map")
    assert message.startswith("iterations are independent if `send` has no effects")


def test_review_of_what_stays_in_order_speaks_of_the_work():
    assumption = Assumption("pure-call", "send", "`send` has no effects", WHERE)
    head = Granule("statement", SPAN, "head")
    cases = [judgement("review", pattern, assumptions=[assumption]) for pattern in ORDERED]
    headed = replace(judgement("review", "foreach", assumptions=[assumption]), stages=(head,))
    for one in (*cases, headed):
        start = "the work of the iterations is independent if `send` has no effects"
        assert describe(one)[2].startswith(start)


def test_many_assumptions_are_counted():
    each = [Assumption("pure-call", str(n), f"call {n} is pure", WHERE) for n in range(4)]
    message = describe(judgement("review", assumptions=each))[2]
    assert message.endswith("call 0 is pure and call 1 is pure (and 2 more)")


def test_serial_loop_has_the_code_of_its_first_blocker():
    first = blocker("carried-value", "PFA201", advice="fold it afterwards")
    second = blocker("yields", "PFA209")
    code, name, message = describe(judgement("serial", None, blockers=[first, second]))
    assert (code, name) == ("PFA201", "carried-value")
    assert message == "`total` is carried; fold it afterwards (and 1 more reason)"


def test_serial_loop_without_blockers_has_nothing_to_compute():
    code, name, message = describe(judgement("serial", None))
    assert (code, name) == ("PFA224", "nothing-to-compute")
    assert message


def test_pipeline_says_that_order_is_kept():
    code, _, message = describe(judgement("pipeline", "pipeline", profit("yes")))
    assert code == "PFA111"
    assert "in order" in message


def test_seconds_read_well():
    shown = [seconds(value) for value in (3e-7, 2e-6, 0.012, 1.5)]
    assert shown == ["300 ns", "2 us", "12 ms", "1.5 s"]
