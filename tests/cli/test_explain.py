"""`pfadvisor explain` and `pfadvisor rules`."""

from __future__ import annotations

import json

from pfadvisor.effects.trust import TRUST


def test_a_rule_is_explained_by_code_and_by_name(pfadvisor):
    by_code, by_name = pfadvisor("explain", "pfa101"), pfadvisor("explain", "sequential-map")
    assert by_code.code == 0
    assert by_code.out == by_name.out
    assert "## What it does" in by_code.out


def test_a_line_is_explained(pfadvisor, write):
    write("a.py", "def g():\n    for x in stuck:\n        f(x)\n        f(x)\n")
    for row in (2, 3):
        ran = pfadvisor("explain", f"a.py:{row}")
        assert ran.code == 0
        assert "PFA201 carried-value" in ran.out and "verdict  serial" in ran.out


def test_a_line_without_a_loop_is_told(pfadvisor, write):
    write("a.py", "x = 1\nfor x in stuck:\n    f(x)\n")
    ran = pfadvisor("explain", "a.py:1")
    assert (ran.code, ran.err) == (2, "error: no loop at a.py:1\n")


def test_trust_is_printed_whole(pfadvisor):
    out = pfadvisor("explain", "trust").out
    assert [line.split(".")[0] for line in out.splitlines() if line[0] != " "] == [
        str(number) for number in range(1, len(TRUST) + 1)
    ]


def test_rules_are_listed(pfadvisor):
    lines = pfadvisor("rules").out.splitlines()
    rows = json.loads(pfadvisor("rules", "--output-format", "json").out)
    assert [line.split()[0] for line in lines] == [row["code"] for row in rows]
    assert lines == sorted(lines)


def test_a_backend_is_explained(pfadvisor):
    ran = pfadvisor("explain", "multiprocessing")
    assert ran.code == 0 and ran.out.startswith("# multiprocessing\n\nProcesses through")
    assert "## What it risks" in ran.out
