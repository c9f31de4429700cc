"""Which calls in loop bodies are resolved: `resolution.py FOLDER...` prints their shares and the
twenty commonest subjects of those that are not; with `--where SUBJECT` where that one stands.

`dependency` is the source of installed packages, of the Python that PFADVISOR_PYTHON names if it is
not the `.venv` of the folder. `implicit` are calls of known functions that run a special method (`__iter__` behind `tuple(row)`) of
an argument of unknown type. `by name` are methods of objects of unknown type that are taken, by
their name, for those of builtin types and classes in sight. `open` are those of these, and of the
unknown ones, where the callee or an argument of unknown type comes from a parameter that says
nothing of its type: only callers could tell, and of a public function anyone may be one."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pfadvisor.config import Settings
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function
from pfadvisor.effects.program import Program
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import Obj
from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target as File
from pfadvisor.source.files import discover
from pfadvisor.source.module import worth_parsing

KINDS = {"def": "project", "class": "project", "known": "knowledge", "method": "knowledge"}
ORDER = ("project", "dependency", "knowledge", "implicit", "by name", "unknown")
RESOLVED = ("project", "dependency", "knowledge")
CALLERS = frozenset({"param", "free", "recv", "default"})  # roots of what only callers know
MOST = 20


class Site(NamedTuple):
    """A call in a loop: how it was resolved, the text of what is called, whether callers alone
    could tell more, and where it stands."""

    how: str
    subject: str
    open: bool
    where: str


def sites(function: Function) -> set[int]:
    """Instructions of the function that are calls in the body of one of its loops."""
    inside = {i for loop in function.loops for i in range(loop.body, loop.end)}
    return {i for i in inside if function.code[i].op == "call"}


def way_of(program: Program, target: Target) -> str:
    module = target.module or target.name.partition(":")[0]
    if target.kind in ("def", "class") and program.is_installed(module):
        return "dependency"
    return KINDS.get(target.kind, "by name" if target.kind == "duck" else "unknown")


def how(program: Program, targets: tuple[Target, ...]) -> str:
    """The weakest way in which one of the targets was found."""
    named = tuple(t for t in targets if not t.name.endswith("__"))
    if named and len(named) < len(targets) and weakest(program, named) in RESOLVED:
        return (
            "implicit" if weakest(program, targets) not in RESOLVED else weakest(program, targets)
        )
    return weakest(program, targets)


def weakest(program: Program, targets: tuple[Target, ...]) -> str:
    ways = {way_of(program, target) for target in targets}
    return next((way for way in reversed(ORDER) if way in ways), "unknown")


def calls_of(session: Session, file: File) -> Iterator[Site]:
    """Each call in a loop of the file."""
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
            if evaluation is not None and i in evaluation.targets:
                yield site(evaluation, i)


def site(evaluation: Evaluation, i: int) -> Site:
    targets = evaluation.targets.get(i, ())
    missing = [t.name for t in targets if t.kind == "unknown"]
    instr = evaluation.function.code[i]
    text = evaluation.text(instr.args[0])
    where = f"{evaluation.module.filename}:{instr.span.row}:{instr.span.column}  {text}"
    return Site(
        how(evaluation.program, targets), (missing or [text])[0], is_open(evaluation, i), where
    )


def is_open(evaluation: Evaluation, i: int) -> bool:
    """Whether what is called, the object whose method it is, or an argument of unknown type comes
    from the callers."""
    callee, given = evaluation.function.code[i].args
    values = [evaluation.values[v] for v in (callee, *(v for _, _, v in given))]
    values += [v.recv for v in values if v.recv is not None]
    return any(
        value.types is None and any(by_callers(evaluation, o) for o in value.objs)
        for value in values
    )


def by_callers(evaluation: Evaluation, obj: Obj) -> bool:
    """Whether the object is an argument, or what a method put into `self` of its arguments, or a
    part of one."""
    root, path = obj
    owner = evaluation.function.owner_class
    if owner < 0 or root != ("param", 0):
        return root[0] in CALLERS
    own = f"{evaluation.module.name}:{evaluation.module.classes[owner].qualname}"
    return bool(path) and (path[0][1:] in put_by_callers(evaluation.program, own))


def put_by_callers(program: Program, name: str) -> set[str]:
    """Attributes that methods of the class and of its bases set to a parameter of theirs that has
    no annotation."""
    found = set[str]()
    for owner in program.lineage(name):
        known = program.find(owner)
        methods = [f for f in known[0].functions if f.parent == known[1].body] if known else []
        for function in methods:
            for attribute, value in function.attributes():
                put = function.code[value]
                if put.op == "param" and not function.params[put.args[0]].annotation:
                    found.add(attribute)
    return found


def main() -> None:
    sys.setrecursionlimit(5000)
    folders = sys.argv[1:]
    wanted = folders.pop(folders.index("--where") + 1) if "--where" in folders else ""
    folders = [name for name in folders if name != "--where"]
    total, unknown, places = Counter[str](), Counter[str](), defaultdict[str, list[str]](list)
    head = "".join(f"{kind:>11}" for kind in (*ORDER, "open", "resolved"))
    print(f"{'':12}{'calls':>7}{head}")
    for place in folders:
        counts = Counter[str]()
        for found in calls_in(Path(place).resolve()):
            counts[found.how] += 1
            counts["open"] += found.open and found.how not in RESOLVED
            unknown[found.subject] += found.how not in RESOLVED
            if found.how not in RESOLVED or found.subject == wanted:
                places[found.subject].append(found.where)
        line(Path(place).name, counts)
        total += counts
    if len(folders) > 1:
        line("together", total)
    print("\n".join(places[wanted]) if wanted else listed(unknown))


def calls_in(folder: Path) -> Iterator[Site]:
    """Each call in a loop of the code below the folder, tests aside."""
    session = Session(Settings(), folder)
    for file in discover([folder], Settings(), folder).targets:
        if not {"test", "tests"} & set(file.path.relative_to(folder).parts):
            yield from calls_of(session, file)


def listed(unknown: Counter[str]) -> str:
    return "\n".join(["", "unknown", *(f"{n:6}  {name}" for name, n in unknown.most_common(MOST))])


def line(name: str, counts: Counter[str]) -> None:
    every = max(sum(counts[kind] for kind in ORDER), 1)
    shares = "".join(f"{100 * counts[kind] / every:10.1f}%" for kind in (*ORDER, "open"))
    resolved = 100 * sum(counts[kind] for kind in RESOLVED) / every
    print(f"{name:12}{every:7}{shares}{resolved:10.1f}%")


if __name__ == "__main__":
    main()
