"""The names in `walking` are those that the tables say iterate over an argument."""

from __future__ import annotations

from pfadvisor.effects import knowledge
from pfadvisor.effects.walking import WALKING


def test_every_callable_that_iterates_is_named() -> None:
    tables = [knowledge.load(root) for root in knowledge.roots()]
    lines = [line for table in tables for line in table.calls.items()]
    lines += [line for table in tables for kind in table.methods.values() for line in kind.items()]
    found = {
        name.rpartition(".")[2] for name, line in lines if set(line.get("iterates", ())) - {"self"}
    }
    assert found == WALKING
