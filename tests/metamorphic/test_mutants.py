"""Mutants of the `parallel` labelled loops: preserving ones stay, breaking ones never are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from oracle.judged import rewritten
from oracle.play import Endless, played

from pfadvisor.model import Judgement

from .breaking import KINDS, broken
from .preserving import OPERATORS
from .subject import Subject, judged, subjects

SLICE = 3
MANY = 12
CHAIN = 3
ENTRY = "\n\ndef make():\n    return ()\n\n\nrun = main\n"


@cache
def labelled() -> tuple[Subject, ...]:
    return tuple(subjects())


def drawn(name: str, count: int) -> Iterator[tuple[Subject, Random]]:
    """Copies of labelled loops in an order that depends on the name alone, some of them twice."""
    order = list(labelled())
    Random(name).shuffle(order)
    for number in range(max(count, 1)):
        for subject in order:
            yield subject.copied(), Random(f"{name} {subject.name} {number}")


def preserved(operator: str, count: int) -> list[Subject]:
    """Loops that are not `parallel` any more under an operator, of the first `count` mutants."""
    wrong, made = [], 0
    for subject, random in drawn(operator, 1):
        if made == count:
            break
        if OPERATORS[operator](subject, random):
            made += 1
            wrong += [subject] if judged(subject).verdict != "parallel" else []
    assert made, "no loop has a place for this operator"
    return wrong


def report(wrong: list[Subject]) -> str:
    return "\n\n".join(f"{' '.join(one.history)}\n{one.text()}" for one in wrong)


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_preserving_change_leaves_the_verdict(operator: str) -> None:
    wrong = preserved(operator, SLICE)
    assert not wrong, report(wrong)


@pytest.mark.mutants
@pytest.mark.parametrize("operator", OPERATORS)
def test_preserving_changes_leave_all_verdicts(operator: str) -> None:
    wrong = preserved(operator, len(labelled()))
    assert not wrong, report(wrong)


def chained(seed: int) -> Subject:
    """A loop after several preserving changes."""
    random = Random(seed)
    subject = labelled()[random.randrange(len(labelled()))].copied()
    for operator in random.sample(sorted(OPERATORS), CHAIN):
        if OPERATORS[operator](subject, random):
            subject.history.append(operator)
            subject = subject.parsed_again()
    return subject


@pytest.mark.mutants
@pytest.mark.parametrize("seed", range(300))
def test_preserving_changes_add_up(seed: int) -> None:
    subject = chained(seed)
    assert judged(subject).verdict == "parallel", report([subject])


def carried(kind: str, count: int) -> Iterator[tuple[Subject, Judgement]]:
    """Loops that were given a state, where nothing but the state can stop them."""
    made = 0
    for subject, random in drawn(kind, 1):
        control, again = subject.copied(), Random()
        again.setstate(random.getstate())
        if not broken(control, kind, random, control=True):
            continue
        if judged(control).verdict == "parallel":
            broken(subject, kind, again)
            yield subject, judged(subject)
            made += 1
            if made == count:
                return
    assert made, "no loop has a place for this state"


def check_carried(kind: str, count: int) -> None:
    for subject, judgement in carried(kind, count):
        assert judgement.verdict != "parallel", report([subject])
        if judgement.verdict == "pipeline":
            check_rewrite(subject.text(), judgement)


def check_rewrite(text: str, judgement: Judgement) -> None:
    """A pipeline does what the loop did, whatever the order of its work."""
    text += ENTRY
    after = rewritten(text, judgement)
    if after is None or "def main(" not in text:
        return
    try:
        expected = played(text, (), patience=1)
    except (Endless, ImportError):
        return
    for seed in range(2):
        assert played(after, (), seed, patience=60) == expected, after


@pytest.mark.parametrize("kind", KINDS)
def test_a_carried_state_is_seen(kind: str) -> None:
    check_carried(kind, 1)


@pytest.mark.mutants
@pytest.mark.parametrize("kind", KINDS)
def test_carried_states_are_seen_everywhere(kind: str) -> None:
    check_carried(kind, MANY)
