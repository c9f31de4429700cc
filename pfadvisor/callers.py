"""What other files of the project hand to the functions whose loops may run in parallel.

Asked only where a loop is not serial, and only of files that may import its own or a function of
it, and that mention one by which calls lead to the loop. So it depends on the project alone, not
on the files that were named. Callers of callers are looked at, a few steps far.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.consulted import Handed
from pfadvisor.importers import importing
from pfadvisor.mentions import Mention
from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target

MOST_STEPS: Final = 3

if TYPE_CHECKING:
    from pfadvisor.effects.facts import Function, ModuleFacts
    from pfadvisor.effects.program import Program
    from pfadvisor.effects.tokens import Received


NOTHING: Final = Handed((), frozenset())


def names_asked(program: Program, facts: ModuleFacts, holders: Iterable[int]) -> frozenset[str]:
    """Names by which other files may call what leads to one of the functions, `holders` of loops
    that are not serial, where the loop may go through what they pass."""
    first = {name for index in holders for name in _around(program, facts, index)}
    return _leading_to(program, facts, first) if first else frozenset()


def _around(program: Program, facts: ModuleFacts, index: int) -> set[str]:
    """The names of the function and of those around it, and of the class that it is a method of."""
    found = set[str]()
    while index > 0:
        function = facts.functions[index]
        if _is_open(program, facts, function):
            found.add(function.name)
        if function.owner_class >= 0:
            found.add(facts.classes[function.owner_class].name)
        index = function.parent
    return found


def _is_open(program: Program, facts: ModuleFacts, function: Function) -> bool:
    """Whether a parameter of the function may hold an iterator."""
    if function.kind != "function":
        return False
    own = int(function.owner_class >= 0 and "staticmethod" not in function.decorators)
    numbers = range(own, len(function.params))
    return any(not program.plain(program.parameter(facts, function, n).types) for n in numbers)


def _leading_to(program: Program, facts: ModuleFacts, names: Iterable[str]) -> frozenset[str]:
    """The names, and those of functions of the file that hand what they are given to them, and of
    classes that derive from them."""
    leading, size = {*names}, 0
    ways = program.table(_ways, facts)
    while len(leading) > size:
        size = len(leading)
        leading |= {name for name, to in ways if to & leading}
    return frozenset(name for name in leading if name.isidentifier())


def _ways(facts: ModuleFacts) -> list[tuple[str, set[str]]]:
    """Each function and class of the file, with the names that it leads to."""
    passing = [(f.name, _passed_on(facts, f)) for f in facts.functions if f.kind == "function"]
    bases = [(c.name, {base.rpartition(".")[2] for base in c.bases}) for c in facts.classes]
    return [*passing, *bases]


def _passed_on(facts: ModuleFacts, function: Function) -> set[str]:
    """The names of what the function calls, or lets others call, with what it is given."""
    from pfadvisor.effects.facts import last_name

    given, code = _given(function), function.code
    names = set[str]()
    for instr in code if given else ():
        if instr.op == "call" and not given.isdisjoint(v for _, _, v in instr.args[1]):
            involved = (instr.args[0], *(v for _, _, v in instr.args[1]))
            names |= {last_name(code[v]) for v in involved}
    return names | {name for alias, (_, name, _) in facts.imports if alias in names and name}


def _given(function: Function) -> set[int]:
    """Values that come from parameters, the own object aside."""
    from pfadvisor.effects.program import operands

    found, own = set[int](), function.owner_class >= 0
    for i, instr in enumerate(function.code):
        if instr.op == "param":
            given = not own or instr.args[0] > 0
        else:
            given = any(v in found for v in operands(instr))
        if given:
            found.add(i)
    return found


def received(
    session: Session,
    target: Target,
    facts: ModuleFacts,
    names: frozenset[str],
    steps: int = MOST_STEPS,
) -> Handed:
    """What calls in other files hand to functions and classes of these names."""
    from pfadvisor.effects import outside_calls

    if not names or not steps:
        return NOTHING
    key = target.path, names, steps
    if key not in session.received:
        found: dict[Received, None] = {}
        asked = {(target.path, names)}
        for caller, known in _calling(session, target, names).items():
            program = session.program(caller, known)
            own = _leading_to(program, known, names) - names
            theirs = received(session, caller, known, own, steps - 1)
            sent = program.handed_with(known, theirs.calls).sent
            found |= dict.fromkeys(outside_calls.received(program, sent, facts))
            asked |= theirs.asked
        session.received[key] = Handed(tuple(found), frozenset(asked))
    return session.received[key]


def _calling(session: Session, target: Target, names: frozenset[str]) -> dict[Target, ModuleFacts]:
    """Files that may import something of these names, or what another file calls it, and mention
    it."""
    found: dict[Target, ModuleFacts] = {}
    more = names
    while more:
        names |= more
        mention = Mention(names)
        for path in importing(session, target, names):
            source, caller = session.source(path), Target(path, target.root)
            if not isinstance(source, Failed) and mention.is_in(source.data):
                known = session.neighbour(caller)
                found |= {caller: known} if known is not None else {}
        imports = (each for known in found.values() for each in known.imports)
        more = frozenset(alias for alias, (_, name, _) in imports if name in names) - names
    return found
