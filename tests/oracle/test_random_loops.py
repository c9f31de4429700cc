"""Loops from a grammar: what is judged `parallel` or `pipeline` does the same when rewritten."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, reject, seed, settings
from rewrite.oracle import assert_same

from .grammar import Program, programs
from .judged import Rewrite, judgements, rewrites
from .play import Endless, Outcome, played

EXAMPLES = 300
REAL = 3
SHARDS = 100
LONG = int(os.environ.get("PFADVISOR_EXAMPLES", "20000"))
RUN = settings(
    deadline=None,
    database=None,
    print_blob=False,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def check(program: Program) -> None:
    """Every rewrite of the program ends, leaves and prints what the program does."""
    found = list(rewrites(program.text, judgements(program.text)))
    for number, given_values in enumerate(program.inputs if found else ()):
        try:
            expected = played(program.text, given_values)
        except Endless:
            continue
        for rewrite in found:
            seen = played(rewrite.text, given_values, number, patience=60)
            assert seen == expected, told(program, rewrite, expected, seen)


def told(program: Program, rewrite: Rewrite, expected: Outcome, seen: Outcome) -> str:
    parts = [
        f"{name}\n  before: {before}\n  after:  {after}"
        for name, before, after in zip(Outcome._fields, expected, seen, strict=True)
        if before != after
    ]
    header = f"for {rewrite.judgement.loop.header} is {rewrite.judgement.verdict}"
    return "\n".join([header, program.text, rewrite.text, *parts])


@settings(RUN, max_examples=EXAMPLES, derandomize=True)
@given(programs())
def test_a_rewritten_loop_does_the_same(program: Program) -> None:
    check(program)


@pytest.mark.oracle
@pytest.mark.parametrize("shard", range(SHARDS))
def test_many_rewritten_loops_do_the_same(shard: int) -> None:
    @seed(shard)
    @settings(RUN, max_examples=-(-LONG // SHARDS))
    @given(programs())
    def run(program: Program) -> None:
        check(program)

    run()


ENTRY = """

def main():
    import sys

    sys.path.insert(0, {tests!r})
    from differential.inside.describe import Describer

    for given in {inputs!r}:
        arguments = make(*given)
        try:
            result = run(*arguments)
        except Exception as error:
            result = repr(error)
        print(Describer(marks=True).text((result, arguments)))
"""


@settings(RUN, max_examples=REAL, derandomize=True)
@given(programs())
def test_some_do_so_in_real_processes(program: Program) -> None:
    found = list(rewrites(program.text, judgements(program.text)))
    assume(found)
    try:
        for values in program.inputs:
            played(program.text, values)
    except Endless:
        reject()
    entry = ENTRY.format(tests=str(Path(__file__).parents[1]), inputs=program.inputs)
    with TemporaryDirectory() as folder:
        assert_same(program.text + entry, found[0].text + entry, Path(folder))
