"""Forms without the parts that all others of their kind have: no file is lost to them."""

from __future__ import annotations

import pytest

from pfadvisor import analyze_source

EXPRESSIONS = (
    "f''",
    "range()",
    "range(len())",
    "len(*x)",
    "zip()",
    "enumerate()",
    "map()",
    "sum()",
    "max(key=len)",
    "sorted()",
    "isinstance()",
    "getattr()",
    "super()",
    "open()",
    "iter()",
    "next()",
    "''.join()",
    "x.append()",
    "x.get()",
    "x[()]",
    "x[:]",
    "{**{}}",
    "[*()]",
    "subprocess.run()",
    "os.fdopen(os.open())",
    "functools.partial()",
    "itertools.repeat()",
)
HEAD = """\
import functools, itertools, os, subprocess


def slow(n):
    total = 0
    for turn in range(20000):
        total += turn ^ n
    return total
"""
FORMS = """

def added(items, x):
    out = ""
    for i in items:
        out += f"{{slow(i)}}" if i else {0}
    return out


def appended(items, x):
    out = []
    for i in items:
        out.append((slow(i), {0}))
    return out


def stored(x):
    out = {{}}
    for i in {0}:
        out[i] = slow(i)
    return out


def counted(x):
    q = {0}
    for i in range(len(q)):
        q[i] = slow(i)
    return q


def picked(x):
    return {{i: slow(i) for i in {0} if {0}}}
"""


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_form_without_parts_is_analysed(expression: str) -> None:
    report = analyze_source(HEAD + FORMS.format(expression), "program.py", show="all")
    assert not report.failed and report.loops >= 6
