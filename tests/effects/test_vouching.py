"""What the user states of functions: what it changes, and how findings own up to it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pfadvisor import analyze_source
from pfadvisor.config import Settings
from pfadvisor.model import Judgement

LOOP = """
def run(numbers):
    out = []
    for number in numbers:{comment}
        out.append(rated(number))
    return out
"""
BODY = """
    total = 0
    for k in range(3000):
        total = (total * 31 + k + number) % 65537
"""


def judged(definition: str, comment: str = "", **settings) -> Judgement:
    text = definition.rstrip() + BODY + "    return total\n" + LOOP.format(comment=comment)
    report = analyze_source(text, settings=Settings(**settings), show="all")
    row = next(n for n, line in enumerate(text.splitlines(), 1) if "for number in" in line)
    (found,) = (one for one in report.findings if one.noqa_row == row)
    assert found.judgement is not None
    return found.judgement


UNKNOWN = "import strange\ndef rated(number):{mark}\n    strange.told(number)"
COUNTING = "SEEN = []\ndef rated(number):{mark}\n    SEEN.append(number)"
WRITING = "def rated(number):{mark}\n    open('log', 'a').write('x')"


@pytest.mark.parametrize("definition", [UNKNOWN, COUNTING, WRITING])
def test_a_mark_decides_and_is_named(definition):
    without = judged(definition.format(mark=""))
    assert without.verdict in ("review", "serial") and without.accepted == ()
    marked = judged(definition.format(mark="  # pfadvisor: pure"))
    assert (marked.verdict, marked.assumptions) == ("parallel", ())
    (said,) = marked.accepted
    assert (said.name, said.subject) == ("pure-call", "rated")
    assert said.location.filename == "<string>"


def test_a_mark_that_the_code_proves_is_not_named():
    found = judged("def rated(number):  # pfadvisor: pure\n    pass")
    assert (found.verdict, found.accepted) == ("parallel", ())


def test_an_answered_question_is_named():
    found = judged(UNKNOWN.format(mark=""), "  # pfadvisor: assume[pure-call]")
    assert found.verdict == "parallel"
    assert [(one.name, one.subject) for one in found.accepted] == [("pure-call", "strange.told")]
    (said,) = judged(UNKNOWN.format(mark=""), assume=("pure-call:strange.*",)).accepted
    assert said.subject == "strange.told"


def test_a_line_of_the_configuration_is_named():
    line = {"strange.told": {"args": ["number"], "returns": "None"}}
    found = judged(UNKNOWN.format(mark=""), effects=line)
    assert found.verdict == "parallel"
    assert [(one.name, one.subject) for one in found.accepted] == [
        ("stated-effects", "strange.told")
    ]


def test_the_message_says_whose_word_it_is():
    text = UNKNOWN.format(mark="  # pfadvisor: pure") + BODY + "    return total\n"
    report = analyze_source(dedent(text) + LOOP.format(comment=""), show="all")
    assert any("on your word for pure-call:rated" in one.message for one in report.findings)


def test_what_a_marked_function_gives_back_is_read_from_its_code():
    text = """
    import strange
    ROWS = []
    def same(rows):  # pfadvisor: pure
        strange.told(rows)
        return rows
    def run(numbers):
        for number in numbers:
            same(ROWS).append(sum(ROWS) + number)
    """
    (found,) = analyze_source(dedent(text), show="all").findings
    assert found.judgement is not None and found.judgement.verdict in ("serial", "review")


def test_what_it_raises_is_not_known():
    """A pool that must send back exceptions of any class is not taken."""
    found = judged(UNKNOWN.format(mark="  # pfadvisor: pure"))
    assert found.plan is not None and not found.plan.builtin_errors
