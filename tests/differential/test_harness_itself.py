"""The harness sees what a wrong rewrite does, and says nothing about a right one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .case import METHODS, Case, Tolerance
from .compare import Difference, differences
from .runner import run

PATIENCE = 40.0

BEFORE = """
import sys
import time

SCALE = 1
SEEN = []


def work(item):
    if item < 0:
        raise ValueError(f"bad {item}")
    time.sleep(0.002 * (item % 3))
    return item * item * SCALE


def compute(items, out):
    results = []
    for item in items:
        value = work(item)
        print("did", item)
        out.append(value)
        results.append(value)
    return results


def main():
    print(compute([1, 2, 3], []))


if __name__ == "__main__":
    main()
"""

CASE = Case(
    name="pair",
    folder=Path(),
    title="a map with prints and an accumulator",
    verdict="pipeline",
    call="compute(ITEMS, out)",
    items=("5", "1", "2", "3", "1"),
    raising=("-1", "-2"),
    setup="out = []",
    state=("out", "SEEN"),
    one_shot=True,
)

HEAD = """
import sys
import time
import multiprocessing
from collections import deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed

SCALE = 1
SEEN = []


def work(item):
    if item < 0:
        raise ValueError(f"bad {item}")
    time.sleep(0.002 * (item % 3))
    return item * item * SCALE

"""

MAIN = """

def main():
    print(compute([1, 2, 3], []))


if __name__ == "__main__":
    main()
"""

ORDERED = """
def ordered(executor, function, source):
    pending = deque()
    source, failure, more = iter(source), None, True
    try:
        while more or pending:
            while more and len(pending) < 4:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                except BaseException as error:
                    failure, more = error, False
                else:
                    pending.append((item, executor.submit(function, item)))
            if pending:
                item, future = pending.popleft()
                yield item, future.result()
        if failure is not None:
            raise failure
    finally:
        for _, future in pending:
            future.cancel()


def results_of(executor, items, out):
    results = []
    source = ordered(executor, work, items)
    while True:
        try:
            item, value = next(source)
        except StopIteration:
            return results
        print("did", item)
        out.append(value)
        results.append(value)


def compute(items, out):
    with EXECUTOR(2) as executor:
        return results_of(executor, items, out)
"""


def program(body: str) -> str:
    return HEAD + body + MAIN


def collected(loop: str) -> str:
    """A rewrite that fills `results` as `loop` says, and then does what is left to do."""
    return program(f"""
def compute(items, out):
    items = list(items)
    results = []
{loop}
    for item, value in zip(items, results):
        print("did", item)
        out.append(value)
    return results
""")


def found(after: str, method: str = "fork", case: Case = CASE) -> list[Difference]:
    before = run(case, BEFORE, method, PATIENCE)
    assert not differences(case, before, run(case, BEFORE, method, PATIENCE))
    return differences(case, before, run(case, after, method, PATIENCE))


def aspects(after: str, method: str = "fork", case: Case = CASE) -> set[tuple[str, str]]:
    return {(each.scenario, each.aspect) for each in found(after, method, case)}


def changed(old: str, new: str) -> str:
    assert old in BEFORE
    return BEFORE.replace(old, new)


@pytest.mark.parametrize("method", METHODS)
def test_a_right_rewrite_passes_under_every_start_method(method: str) -> None:
    after = program(ORDERED.replace("EXECUTOR", "ProcessPoolExecutor"))
    assert not found(after, method)


def test_a_right_rewrite_to_threads_passes() -> None:
    assert not found(program(ORDERED.replace("EXECUTOR", "ThreadPoolExecutor")))


def test_work_that_is_dropped_when_the_source_raises() -> None:
    after = program(ORDERED.replace("EXECUTOR", "ThreadPoolExecutor"))
    hasty = after.replace(
        "                    failure, more = error, False", "                    raise"
    )
    assert hasty != after
    assert aspects(hasty) == {
        ("source-raises", aspect) for aspect in ("state", "sharing", "stdout")
    }


def test_wrong_order_of_results() -> None:
    after = collected("""
    with ThreadPoolExecutor(8) as executor:
        futures = [executor.submit(work, item) for item in items]
        results = [future.result() for future in as_completed(futures)]
    results.sort()""")
    assert ("many", "result") in aspects(after)
    assert ("one", "result") not in aspects(after)


def test_lost_exception() -> None:
    after = collected("""
    for item in items:
        try:
            results.append(work(item))
        except ValueError:
            results.append(None)""")
    assert {
        ("raise-first", "error"),
        ("raise-middle", "error"),
        ("raise-last", "error"),
    } <= aspects(after)


def test_exception_of_another_item() -> None:
    after = collected("""
    for item in reversed(items):
        results.insert(0, work(item))""")
    assert ("raise-several", "error") in aspects(after)
    assert ("raise-several", "error") not in aspects(after, case=replace(CASE, failure="any"))


def test_another_failing_item_is_no_leave_for_another_exception() -> None:
    after = changed("ValueError(f", "KeyError(f")
    seen = aspects(after, case=replace(CASE, failure="any"))
    assert {("raise-several", "error"), ("raise-first", "error")} <= seen


def test_another_message_of_the_same_exception() -> None:
    after = changed('f"bad {item}"', '"bad"')
    assert ("raise-middle", "error") in aspects(after)


def test_accumulator_that_a_handler_would_see_emptier() -> None:
    after = collected("""
    with ThreadPoolExecutor(2) as executor:
        results = list(executor.map(work, items))""")
    seen = aspects(after)
    assert {("raise-middle", "state"), ("raise-last", "state"), ("raise-last", "stdout")} <= seen
    assert ("raise-first", "state") not in seen
    assert ("many", "state") not in seen


def test_changed_order_of_output() -> None:
    after = changed('        print("did", item)\n', "").replace(
        "    return results\n",
        '    for item in sorted(items):\n        print("did", item)\n    return results\n',
    )
    assert ("many", "stdout") in aspects(after)


def test_output_written_past_sys_stdout() -> None:
    after = changed('print("did", item)', 'import os; os.write(1, b"raw\\n")')
    assert ("one", "stdout") in aspects(after)


def test_output_of_worker_processes_is_seen() -> None:
    after = changed(
        "    return item * item", '    print("did", item, flush=True)\n    return item * item'
    )
    after = after.replace('        print("did", item)\n', "")
    assert aspects(after) == set(), "the serial form of it prints alike"
    pooled = after.replace("value = work(item)", "value = apart(work, item)")
    apart = """
def apart(function, item):
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(function, (item,))

"""
    assert not found(pooled.replace("def compute", f"{apart}\ndef compute"))


def test_state_that_stays_behind_in_a_worker() -> None:
    before = changed("    return item * item", "    SEEN.append(item)\n    return item * item")
    after = program(ORDERED.replace("EXECUTOR", "ProcessPoolExecutor"))
    after = after.replace("    return item * item", "    SEEN.append(item)\n    return item * item")
    old = run(CASE, before, "fork", PATIENCE)
    seen = {each.aspect for each in differences(CASE, old, run(CASE, after, "fork", PATIENCE))}
    assert seen == {"state", "sharing"}


def test_shared_parts_that_became_copies() -> None:
    before = changed("return item * item * SCALE", "return SEEN")
    after = before.replace("return SEEN", "return list(SEEN)")
    old = run(CASE, before, "fork", PATIENCE)
    seen = {each.aspect for each in differences(CASE, old, run(CASE, after, "fork", PATIENCE))}
    assert seen == {"sharing"}


def test_failure_under_spawn_and_forkserver_only() -> None:
    """A setting made after import is inherited by fork alone."""
    configured = "def compute(items, out):\n    global SCALE\n    SCALE = 10\n"
    before = changed("def compute(items, out):\n", configured)
    pooled = ORDERED.replace("EXECUTOR", "ProcessPoolExecutor")
    after = program(pooled.replace("def compute(items, out):\n", configured))
    for method, same in (("fork", True), ("forkserver", False), ("spawn", False)):
        old, new = run(CASE, before, method, PATIENCE), run(CASE, after, method, PATIENCE)
        assert (not differences(CASE, old, new)) is same, method


def test_program_without_a_guard_fails_where_the_main_module_is_imported_again() -> None:
    after = program(ORDERED.replace("EXECUTOR", "ProcessPoolExecutor"))
    unguarded = after.replace('if __name__ == "__main__":\n    main()', "main()")
    case = replace(CASE, call="")
    before = run(case, BEFORE, "spawn", PATIENCE)
    seen = {
        each.aspect for each in differences(case, before, run(case, unguarded, "spawn", PATIENCE))
    }
    assert {"exit", "stdout"} <= seen


@pytest.mark.parametrize("scenario", ["empty", "one", "twice", "thread"])
def test_failure_in_one_scenario_only(scenario: str) -> None:
    faults = {
        "empty": "    if not items:\n        raise IndexError(0)\n",
        "one": "    if len(items) == 1:\n        raise IndexError(0)\n",
        "twice": "    if out and items:\n        raise IndexError(0)\n",
        "thread": "    import signal\n    signal.signal(signal.SIGUSR1, signal.SIG_DFL)\n",
    }
    head = "def compute(items, out):\n"
    after = changed(head, f"{head}{faults[scenario]}")
    case = replace(CASE, one_shot=False)
    assert {name for name, aspect in aspects(after, case=case) if aspect == "error"} == {scenario}


def test_source_that_can_be_walked_only_once() -> None:
    after = changed("    results = []\n", "    results = []\n    assert list(items) is not None\n")
    seen = {name for name, _ in aspects(after)}
    assert seen == {"one-shot", "source-raises"}


def test_hang_is_a_failure_that_names_its_scenario() -> None:
    after = changed(
        "    results = []\n", "    if len(out) > 4:\n        time.sleep(600)\n    results = []\n"
    )
    before = run(CASE, BEFORE, "fork", PATIENCE)
    seen = run(CASE, after, "fork", patience=5.0)
    assert seen.hangs() == ["twice"]
    faults = {(each.scenario, each.aspect) for each in differences(CASE, before, seen)}
    assert ("twice", "hang") in faults
    assert ("thread", "exit") in faults, "what comes after a hang was not reached"
    assert "in compute" in seen.stderr, "the stack of the hang is kept"


def test_hang_of_a_script() -> None:
    after = BEFORE.replace("    main()\n", "    time.sleep(600)\n")
    assert run(replace(CASE, call=""), after, "fork", patience=2.0).hangs() == ["script"]


def test_death_of_the_process() -> None:
    after = changed(
        "    results = []\n",
        "    import os\n    if len(items) == 1:\n        os._exit(3)\n    results = []\n",
    )
    case = replace(CASE, one_shot=False)
    assert ("one", "exit") in aspects(after, case=case)


def test_file_with_other_content() -> None:
    before = changed(
        "    return results\n", "    open('log', 'w').write(str(out))\n    return results\n"
    )
    after = before.replace("str(out)", "str(len(out))")
    old = run(CASE, before, "fork", PATIENCE)
    seen = {each.aspect for each in differences(CASE, old, run(CASE, after, "fork", PATIENCE))}
    assert seen == {"files"}


def test_threads_and_processes_that_are_left_running() -> None:
    after = changed(
        "    results = []\n",
        "    import threading\n    threading.Thread(target=time.sleep, args=(4.5,)).start()\n    results = []\n",
    )
    case = replace(CASE, raising=(), one_shot=False, argv=(), without=("[!o]*",))
    assert ("one", "left") in aspects(after, case=case)


def test_tolerance_covers_what_it_names_and_nothing_else() -> None:
    after = changed('print("did", item)', 'print("done", item)')
    tolerant = replace(
        CASE,
        tolerates=(Tolerance("output-order:stdout", ("many", "raise-*"), ("stdout",)),),
        argv=(),
    )
    names = {name for name, _ in aspects(after, case=tolerant)}
    assert "one" in names
    assert not {"many", "raise-first", "raise-last"} & names
