"""Files of the project that set what a loop's work reads in other modules: a script that changes
a setting and then calls the loop's function imports both, and neither imports it.

Asked only where a loop is not serial, of files that import what is read and that change, as their
text tells, something of its name. Tests are left out: what they set for a moment is not what the
program does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.consulted import Asked
from pfadvisor.importers import importing
from pfadvisor.mentions import Mention, says
from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts
    from pfadvisor.effects.program import Program
    from pfadvisor.effects.values import Effect, Root

SET: Final = {  # what work may go by, and words of code that sets it
    ("res", "context"): rb"\b(?:\w+context|errstate|seterr|no_grad|set_\w+|inference_mode)\b",
    ("res", "env"): rb"\benviron\s*\[[^\]\n]*\]\s*=[^=]|"
    rb"\benviron\.(?:update|setdefault|pop|clear)\b|\b(?:putenv|unsetenv)\b",
    ("res", "interpreter"): rb"\b(?:register\w*|set_\w+|set[a-z]*[A-Z]\w*|add_\w+|\w+_limit)\b",
    ("res", "locale"): rb"\bsetlocale\b",
    ("res", "warnings"): rb"\b(?:simplefilter|filterwarnings|resetwarnings)\b",
}
ALWAYS: Final = (
    rb"\b(?:setrecursionlimit|set_int_max_str_digits|process_time|process_time_ns|thread_time"
    rb"|thread_time_ns|getrusage|get_traced_memory|cpu_times|memory_info)\b"
)
CHANGED: Final = (
    rb"\b(?:%s)\b(?:\.\w+|\[[^\]\n]*\])*\s*(?:[-+*/|&^%@<>]{0,2}=(?!=)|\.\w+\()"
    rb"|\b(?:%s)\s+as\b|\bdel\b[^\n]*\b(?:%s)\b"
)
BY_ANY_NAME: Final = rb"\bsetattr\(|\bdelattr\(|\bvars\(|__dict__"
TEST: Final = re.compile(r"(?:test_.*|.*_test|conftest)\.py|tests?")


class Setting(NamedTuple):
    """Modules that set something, and what was asked to find them."""

    modules: tuple[str, ...] = ()
    asked: frozenset[Asked] = frozenset()


class Search(NamedTuple):
    """What to look for: files that import the one at `home`, or one of the names, that match the
    pattern or mention a change, and that set one of the `roots`, or else do import something of
    the `module`."""

    home: Path
    module: str
    names: frozenset[str]
    pattern: bytes
    roots: frozenset[Root] = frozenset()
    change: Mention | None = None

    def matches(self, session: Session, path: Path) -> bool:
        if says(session, path, self.pattern):
            return True
        source = session.source(path)
        if self.change is None or isinstance(source, Failed):
            return False
        return self.change.is_in(source.data)


def setting(
    session: Session,
    target: Target,
    program: Program,
    facts: ModuleFacts,
    holders: list[int],
) -> Setting:
    """The modules that set what the functions, `holders` of loops that are not serial, rest on."""
    names = [facts.functions[index].name for index in holders]
    effects = [each for index in holders for each in program.evaluation(facts, index).effects]
    searches = [*_of_settings(target, facts.name, names, effects)]
    searches += _of_names(session, program, effects)
    found = dict.fromkeys(
        name
        for one in searches
        for name in _matching(session, target.root, program, one)
        if name != facts.name
    )
    return Setting(tuple(found), frozenset((one.home, one.names) for one in searches))


def _of_settings(
    target: Target, module: str, names: Iterable[str], effects: list[Effect]
) -> Iterator[Search]:
    """What may set, before it calls the functions, what a fresh worker has as it came, or
    measure what their process does."""
    holders = frozenset(name for name in names if name.isidentifier())
    words = {SET[effect.root] for effect in effects if effect.root in SET}
    if holders:
        yield Search(target.path, module, holders, b"|".join([ALWAYS, *sorted(words)]))


def _of_names(session: Session, program: Program, effects: list[Effect]) -> Iterator[Search]:
    """What may change names of modules that the functions, or what they call, read."""
    from pfadvisor.effects.values import home_of

    read: dict[str, set[Root]] = {}
    for effect in effects:
        if effect.root[0] in ("global", "class") and not effect.write:
            read.setdefault(home_of(effect.root)[0], set()).add(effect.root)
    for module, roots in read.items():
        facts = program.own(module)
        if facts is not None:
            names = frozenset(home_of(root)[1] for root in roots)
            home, change = session.cwd / facts.filename, Mention(names, CHANGED)
            yield Search(home, module, names, BY_ANY_NAME, frozenset(roots), change)


def _matching(session: Session, root: Path, program: Program, search: Search) -> Iterator[str]:
    for path in importing(session, Target(search.home, root), search.names):
        if not _is_test(path, root) and search.matches(session, path):
            facts = session.neighbour(Target(path, root))
            if facts is not None and program.module(facts.name) is None:
                program.add(facts)
            if facts is not None and _concerns(program, facts, search):
                yield facts.name


def _concerns(program: Program, facts: ModuleFacts, search: Search) -> bool:
    """Whether the module sets what is looked for, or imports what goes by a setting."""
    from pfadvisor.loops.set_elsewhere import imports_from, sets_any

    if search.roots:
        return sets_any(program, facts, search.roots)
    return imports_from(program, facts, search.module)


def _is_test(path: Path, root: Path) -> bool:
    below = path.relative_to(root).parts if path.is_relative_to(root) else (path.name,)
    return any(TEST.fullmatch(part) for part in below)
