"""The number of iterations that the defaults of parameters come to."""

from __future__ import annotations

import pytest

from pfadvisor.profit.by_default import iterations_by_default

from .snippets import marked


@pytest.mark.parametrize(
    ("parameters", "source", "number"),
    [
        ("rounds=200", "range(rounds)", 200),
        ("rounds=200, *, extra=100", "range(rounds + extra)", 300),
        ("first=10, last=50", "range(first, last)", 40),
        ("rounds", "range(rounds)", None),
        ("items, rounds=200", "items", None),
        ("rounds=None", "range(rounds or 10)", None),
        ("rounds=ROUNDS", "range(rounds)", 7),
        ("rounds=True", "range(rounds)", None),
    ],
)
def test_chunks_are_made_for_the_usual_number(parameters, source, number):
    found = marked(
        f"ROUNDS = 7\ndef run({parameters}):\n    for k in {source}:  # LOOP\n        print(k)\n"
    )
    assert iterations_by_default(found.ev, found.loop) == number
