"""Which calls in loop bodies are resolved: `resolution.py FOLDER...` prints their shares and the
twenty commonest subjects of those that are not. `by name` are methods of objects of unknown type
that are taken, by their name, for those of builtin types and classes in sight."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pfadvisor.config import Settings
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function
from pfadvisor.effects.summary import Target
from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target as File
from pfadvisor.source.files import discover
from pfadvisor.source.module import worth_parsing

KINDS = {"def": "project", "class": "project", "known": "knowledge", "method": "knowledge"}
ORDER = ("project", "knowledge", "by name", "unknown")
MOST = 20


def sites(function: Function) -> set[int]:
    """Instructions of the function that are calls in the body of one of its loops."""
    inside = {i for loop in function.loops for i in range(loop.body, loop.end)}
    return {i for i in inside if function.code[i].op == "call"}


def how(targets: tuple[Target, ...]) -> str:
    """The weakest way in which one of the targets was found."""
    ways = {KINDS.get(t.kind, "by name" if t.kind == "duck" else "unknown") for t in targets}
    return next((way for way in reversed(ORDER) if way in ways), "unknown")


def calls_of(session: Session, file: File) -> Iterator[tuple[str, str]]:
    """(how, subject) of each call in a loop of the file."""
    source = session.source(file.path)
    if isinstance(source, Failed) or not worth_parsing(source):
        return
    facts = session.facts(file, source)
    if isinstance(facts, Failed):
        return
    program = session.program(file, facts)
    for index, function in enumerate(facts.functions):
        wanted = sites(function)
        evaluation = program.evaluation(facts, index) if wanted else None
        for i in sorted(wanted):
            if evaluation is not None and reached(evaluation, i):
                targets = evaluation.targets.get(i, ())
                way = how(targets)
                missing = [t.name for t in targets if t.kind == "unknown"]
                yield way, (missing or [evaluation.text(function.code[i].args[0])])[0]


def reached(evaluation: Evaluation, i: int) -> bool:
    """Whether the call is anything that runs, as far as is known."""
    return i in evaluation.targets


def main() -> None:
    sys.setrecursionlimit(5000)
    total: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    print(f"{'':12}{'calls':>7}" + "".join(f"{kind:>11}" for kind in ORDER) + f"{'resolved':>11}")
    for place in sys.argv[1:]:
        folder = Path(place).resolve()
        session, counts = Session(Settings(), folder), Counter[str]()
        for file in discover([folder], Settings(), folder).targets:
            if not {"test", "tests"} & set(file.path.relative_to(folder).parts):
                for way, subject in calls_of(session, file):
                    counts[way] += 1
                    unknown[subject] += way == "unknown"
        line(folder.name, counts)
        total += counts
    if len(sys.argv) > 2:
        line("together", total)
    print("\nunknown")
    for subject, count in unknown.most_common(MOST):
        print(f"{count:6}  {subject}")


def line(name: str, counts: Counter[str]) -> None:
    every = max(counts.total(), 1)
    shares = "".join(f"{100 * counts[kind] / every:10.1f}%" for kind in ORDER)
    print(f"{name:12}{every:7}{shares}{100 - 100 * counts['unknown'] / every:10.1f}%")


if __name__ == "__main__":
    main()
