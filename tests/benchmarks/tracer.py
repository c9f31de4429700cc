"""Whether calls call what the analysis says: `tracer.py FOLDER (-m MODULE | SCRIPT) ARGUMENT...` runs
the command, mostly a project's tests, under a tracer, and prints for how many of the calls in
loops below FOLDER that are resolved all that was called is among what was predicted (`right`), or
overrides that (`override`: of a class that the module does not import), and which are `wrong`.
A call by name alone (`by name` of resolution.py) predicts methods of that name."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from resolution import how, sites

from pfadvisor.config import Settings
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.program import Program
from pfadvisor.effects.summary import Target
from pfadvisor.model import Failed, Span
from pfadvisor.session import Session
from pfadvisor.source.files import discover

Callee = tuple[str, ...]
Place = tuple[int, int]
WAYS = ("unknown", "wrong", "override", "right")
RECORDER = Path(__file__).with_name("traced.py")


class Predicted(NamedTuple):
    """What a call is said to call; none at all if it is said never to run."""

    text: str
    targets: tuple[Target, ...]


class Judged(NamedTuple):
    """`ways`: how each of the functions that were called was foreseen."""

    place: Place
    predicted: Predicted
    ways: dict[Callee, str]


def traced(folder: Path, command: list[str]) -> dict[Path, dict[Place, list[Callee]]]:
    """By file and end of the expression, what was called."""
    with tempfile.TemporaryDirectory() as place:
        notes = Path(place) / "notes.json"
        done = subprocess.run([sys.executable, str(RECORDER), str(notes), str(folder), *command])
        print(f"the command ended with {done.returncode}")
        rows = json.loads(notes.read_text(encoding="utf-8"))
    found: dict[Path, dict[Place, list[Callee]]] = {}
    for file, row, column, callees in rows:
        found.setdefault(Path(file).resolve(), {})[row, column] = [tuple(c) for c in callees]
    return found


class Codebase:
    """The files below a folder, as the analysis sees them."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(Settings(), folder)
        self.targets = {t.path: t for t in discover([folder], Settings(), folder).targets}
        self.program: Program | None = None

    def calls(self, path: Path) -> Iterator[tuple[Place, Predicted]]:
        """The calls in loops of a file, by where they end, in bytes."""
        source = self.session.source(path)
        facts = source if isinstance(source, Failed) else self._facts(path)
        if isinstance(facts, Failed) or isinstance(source, Failed):
            return
        lines = source.text.split("\n")
        self.program = self.session.program(self.targets[path], facts)
        for index, function in enumerate(facts.functions):
            for place, predicted in self._of(facts, index, function):
                yield ends(lines, place), predicted

    def defined(self, place: str, name: str) -> tuple[str, int] | None:
        """The function of that name in a file, as module and number."""
        facts = self._facts(Path(place)) if Path(place) in self.targets else None
        if facts is None or isinstance(facts, Failed):
            return None
        named = (i for i, f in enumerate(facts.functions) if f.qualname == name)
        return next(((facts.name, i) for i in named), None)

    def _facts(self, path: Path) -> ModuleFacts | Failed:
        source = self.session.source(path)
        assert not isinstance(source, Failed)
        return self.session.facts(self.targets[path], source)

    def _of(
        self, facts: ModuleFacts, index: int, function: Function
    ) -> Iterator[tuple[Span, Predicted]]:
        assert self.program is not None
        wanted = sites(function)
        evaluation = self.program.evaluation(facts, index) if wanted else None
        for i in sorted(wanted):
            if evaluation is not None:
                text = evaluation.text(function.code[i].args[0])
                targets = evaluation.targets.get(i, ())
                yield function.code[i].span, Predicted(text, targets)


def ends(lines: list[str], span: Span) -> Place:
    line = lines[span.end_row - 1][: span.end_column - 1]
    return span.end_row, len(line.encode())


def together(calls: Iterator[tuple[Place, Predicted]]) -> dict[Place, Predicted]:
    """Code that is written once and runs in several ways is one call."""
    found: dict[Place, Predicted] = {}
    for place, predicted in calls:
        known = found.get(place, Predicted(predicted.text, ()))
        found[place] = Predicted(known.text, (*known.targets, *predicted.targets))
    return found


def way(base: Codebase, callee: Callee, predicted: Predicted) -> str:
    """How what was called was foreseen: as such, as an override of it, or not at all."""
    if any(same(base, callee, target) for target in predicted.targets):
        return "right"
    return "override" if any(overrides(base, callee, t) for t in predicted.targets) else "wrong"


def same(base: Codebase, callee: Callee, target: Target) -> bool:
    kind, place, name, *more = callee
    last = target.name.rpartition(".")[2]
    if kind == "builtin":
        owner, _, method = name.rpartition(".")
        known = target.kind == "duck" or not owner or _owned(target.name, [owner, *more])
        return last == method and known
    if target.kind == "def":
        return base.defined(place, name) == (target.module, target.index)
    if target.kind == "class" or Path(place) in base.targets:
        return target.kind == "class" and name.endswith(f"{last}.__new__")
    made = name.removesuffix(".__init__").removesuffix(".__new__").rpartition(".")[2]
    return last in (name.rpartition(".")[2], made)


def _owned(dotted: str, owners: list[str]) -> bool:
    owner = dotted.rpartition(".")[0]
    return not owner or owner in owners or owner.rpartition(".")[2] in owners


def overrides(base: Codebase, callee: Callee, target: Target) -> bool:
    """Whether it is the method of a class that derives from the target's."""
    found = base.defined(callee[1], callee[2]) if callee[0] != "builtin" else None
    if found is None or target.kind != "def" or base.program is None:
        return False
    cls, _, method = callee[2].rpartition(".")
    above, _, wanted = target.name.rpartition(".")
    lineage = base.program.lineage(f"{found[0]}:{cls}") if cls else ()
    return method == wanted and f"{target.module}:{above}" in lineage


def own(base: Codebase, callee: Callee) -> bool:
    """Whether the function is one of the code under analysis, with a name of its own."""
    return Path(callee[1]) in base.targets and not callee[2].endswith("comp>")


def judged(base: Codebase, seen: dict[Place, list[Callee]], path: Path) -> Iterator[Judged]:
    """The calls in loops of a file that were traced."""
    for place, predicted in sorted(together(base.calls(path)).items()):
        callees = [c for c in seen.get(place, []) if c[0] != "through" or own(base, c)]
        if callees:
            unknown = bool(predicted.targets) and how(predicted.targets) == "unknown"
            ways = {c: "unknown" if unknown else way(base, c, predicted) for c in callees}
            yield Judged(place, predicted, ways)


def main() -> None:
    sys.setrecursionlimit(5000)
    folder = Path(sys.argv[1]).resolve()
    seen, base, counts = traced(folder, sys.argv[2:]), Codebase(folder), Counter[str]()
    for path in sorted(seen.keys() & base.targets.keys()):
        for one in judged(base, seen[path], path):
            worst = next(word for word in WAYS if word in one.ways.values())
            counts[worst] += 1
            if worst in ("wrong", "override"):
                tell(path.relative_to(folder), worst, one)
    resolved = counts.total() - counts["unknown"]
    print(f"{counts.total()} calls in loops traced, {resolved} of them resolved")
    for word in WAYS[1:]:
        print(f"{word:10}{counts[word]:7}{100 * counts[word] / max(resolved, 1):9.2f}%")


def tell(path: Path, word: str, one: Judged) -> None:
    named = sorted({f"{t.kind} {t.name}" for t in one.predicted.targets}) or ["nothing"]
    called = [f"{c[2]} ({c[0]})" for c, found in one.ways.items() if found == word]
    print(f"{word}: {path}:{one.place[0]} {one.predicted.text}() calls {called}, not {named}")


if __name__ == "__main__":
    main()
