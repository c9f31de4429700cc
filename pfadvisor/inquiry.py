"""Which callables are meant by a dotted name, or by a line of a file, and their portraits.

A name is first looked for among what the user states, then in the project, then in the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pfadvisor.config import Settings, suggestion
from pfadvisor.model import Failed, Location
from pfadvisor.session import Session
from pfadvisor.source.files import Target as File
from pfadvisor.source.files import absolute, project_root, root_of
from pfadvisor.source.project import Project

if TYPE_CHECKING:
    from pfadvisor.effects.facts import Class, Function, ModuleFacts
    from pfadvisor.effects.portraits import Portrait
    from pfadvisor.effects.program import Program
    from pfadvisor.effects.summary import Target

CONSTRUCTORS = ("__new__", "__init__", "__post_init__", "__attrs_post_init__")


class InquiryError(LookupError):
    """Nothing is meant; the text says so in one line."""


class Inquiry:
    """`root`: the project that names are looked for in."""

    def __init__(self, settings: Settings, cwd: Path, *, cached: bool = True) -> None:
        self.settings, self.cwd = settings, cwd
        self.root = project_root(cwd, cwd)
        self.session = Session(settings, cwd, cached=cached)

    def at(self, path: str, row: int) -> tuple[Portrait, ...]:
        """The definition whose head stands at the row, else what is called there, else the
        definition around it."""
        file = absolute(Path(path), self.cwd)
        program, facts = self._linked(File(file, root_of(file, self.cwd)))
        found = tuple(_AtRow(program, facts, row).portraits())
        if not found:
            raise InquiryError(f"no definition or call at {path}:{row}")
        return _each_once(found)

    def named(self, name: str) -> tuple[Portrait, ...]:
        found = self._stated(name, by_user=True) or self._in_project(name)
        found = found or self._stated(name, by_user=False)
        if not found:
            raise InquiryError(self._why_not(name))
        return _each_once(found)

    def _linked(self, file: File) -> tuple[Program, ModuleFacts]:
        source = self.session.source(file.path)
        facts = source if isinstance(source, Failed) else self.session.facts(file, source)
        if isinstance(facts, Failed):
            place = f":{facts.row}" if facts.row else ""
            raise InquiryError(f"{facts.filename}{place}: {facts.message}")
        return self.session.program(file, facts), facts

    def _stated(self, name: str, *, by_user: bool) -> tuple[Portrait, ...]:
        from pfadvisor.effects.knowledge import Knowledge, user_tables
        from pfadvisor.effects.provenance import line_of
        from pfadvisor.effects.stated_portraits import of_line

        stated = line_of(Knowledge(user_tables(self.settings.effects or {})), name)
        if stated is None or (by_user and not stated.by_user):
            return ()
        return (of_line(stated),)

    def _in_project(self, name: str) -> tuple[Portrait, ...]:
        for program, facts, rest in self._modules(name):
            found = tuple(_Named(program, facts).portraits(rest))
            if found:
                return found
        return ()

    def _modules(self, name: str) -> Iterator[tuple[Program, ModuleFacts, list[str]]]:
        """Modules of the project that the name may begin with, the longest first, and its rest."""
        parts, project = name.split("."), Project(self.root)
        for end in range(len(parts) - 1, 0, -1):
            path = project.find(".".join(parts[:end]), self.cwd)
            if path is not None:
                yield (*self._linked(File(path, self.root)), parts[end:])

    def _why_not(self, name: str) -> str:
        from pfadvisor.effects.knowledge import roots

        if name in roots() or Project(self.root).find(name, self.cwd) is not None:
            return f"{name!r} is a module: name a function, method or class in it"
        return f"nothing is known of {name!r}{suggestion(name, self._near(name))}"

    def _near(self, name: str) -> tuple[str, ...]:
        """Names that might have been meant."""
        from difflib import get_close_matches

        from pfadvisor.effects.knowledge import roots
        from pfadvisor.effects.provenance import names_in

        found = [*(self.settings.effects or {}), *names_in("builtins")]
        for root in get_close_matches(name.partition(".")[0], roots(), 1):
            found += names_in(root)
        for _, facts, _ in self._modules(name):
            defined = (f.qualname for f in facts.functions if f.kind == "function")
            found += [f"{facts.name}.{one}".replace(".<locals>", "") for one in defined]
            found += [f"{facts.name}.{one.qualname}" for one in facts.classes]
        return tuple(found)


def _each_once(found: Iterable[Portrait]) -> tuple[Portrait, ...]:
    return tuple(dict.fromkeys(found))


class _Named:
    """The definitions that a name within a module stands for."""

    def __init__(self, program: Program, facts: ModuleFacts) -> None:
        self.program, self.facts = program, facts

    def portraits(self, rest: list[str]) -> Iterator[Portrait]:
        written = ".".join(rest)
        for index, function in enumerate(self.facts.functions):
            if function.kind == "function" and _plain(function.qualname) == written:
                yield _function(self.program, self.facts, index)
                return
        for cls in self.facts.classes:
            if _plain(cls.qualname) == written:
                yield from _class(self.program, f"{self.facts.name}:{cls.qualname}")
                return
        yield from self._followed(rest)

    def _followed(self, rest: list[str]) -> Iterator[Portrait]:
        """A name that is imported from elsewhere, or that a class inherits."""
        value, _ = self.program.global_name(self.facts, rest[0])
        for func in sorted(value.funcs, key=repr):
            match func:
                case ("def", module, index) if len(rest) == 1:
                    yield from _defined(self.program, module, index)
                case ("class", name) if len(rest) == 1:
                    yield from _class(self.program, name)
                case ("class", name) if len(rest) == 2:
                    member = self.program.member_of(name, rest[1])
                    if member is not None:
                        yield from _defined(self.program, member[0], member[1])
                case ("module", dotted):
                    facts = self.program.module(dotted)
                    if facts is not None and len(rest) > 1:
                        yield from _Named(self.program, facts).portraits(rest[1:])
                case ("known", dotted) if len(rest) == 1:
                    yield from _line(self.program, dotted)


class _AtRow:
    def __init__(self, program: Program, facts: ModuleFacts, row: int) -> None:
        self.program, self.facts, self.row = program, facts, row

    def portraits(self) -> Iterator[Portrait]:
        heads = [*self._heads()]
        if heads:
            yield from heads
            return
        calls = [*self._calls()]
        yield from calls or self._around()

    def _heads(self) -> Iterator[Portrait]:
        for index, function in enumerate(self.facts.functions):
            if function.kind == "function" and self.row in _head(function):
                yield _function(self.program, self.facts, index)
        for cls in self.facts.classes:
            if self.row in _head(self.facts.functions[cls.body]):
                yield from self._class(cls)

    def _calls(self) -> Iterator[Portrait]:
        for index, function in enumerate(self.facts.functions):
            if function.kind == "lambda" and function.span.row == self.row:
                yield _function(self.program, self.facts, index)
            here = [i for i, c in enumerate(function.code) if c.span.row == self.row]
            for i in here:
                if function.code[i].op == "call":
                    where = Location(self.facts.filename, function.code[i].span)
                    targets = self.program.evaluation(self.facts, index).targets
                    for target in targets.get(i, ()):
                        yield from _target(self.program, target, where)

    def _around(self) -> Iterator[Portrait]:
        rows = {
            index: f.span
            for index, f in enumerate(self.facts.functions)
            if f.kind != "module" and f.span.row <= self.row <= f.span.end_row
        }
        if rows:
            index = min(rows, key=lambda one: rows[one].end_row - rows[one].row)
            if self.facts.functions[index].kind != "class":
                yield _function(self.program, self.facts, index)
            for cls in self.facts.classes:
                if cls.body == index:
                    yield from self._class(cls)

    def _class(self, cls: Class) -> Iterator[Portrait]:
        yield from _class(self.program, f"{self.facts.name}:{cls.qualname}")


def _plain(qualname: str) -> str:
    return qualname.replace(".<locals>", "")


def _head(function: Function) -> range:
    """The rows of a definition above its body."""
    first = min((one.span.row for one in function.stmts), default=function.span.row)
    return range(function.span.row, max(first, function.span.row + 1))


def _function(program: Program, facts: ModuleFacts, index: int) -> Portrait:
    from pfadvisor.profit.portraits import of_function

    return of_function(program, facts, index)


def _defined(program: Program, module: str, index: int) -> Iterator[Portrait]:
    facts = program.module(module)
    if facts is not None:
        yield _function(program, facts, index)


def _class(program: Program, name: str) -> Iterator[Portrait]:
    """What making an instance of a class of the project does."""
    from pfadvisor.effects.code_portraits import of_class

    portrait = of_class(program, name)
    if portrait is not None:
        yield portrait
    for method in CONSTRUCTORS:
        member = program.member_of(name, method)
        if member is not None:
            yield from _defined(program, member[0], member[1])


def _line(program: Program, dotted: str) -> Iterator[Portrait]:
    from pfadvisor.effects.provenance import line_of
    from pfadvisor.effects.stated_portraits import of_line

    stated = line_of(program.knowledge.whole, dotted)
    if stated is not None:
        yield of_line(stated)


def _target(program: Program, target: Target, where: Location) -> Iterator[Portrait]:
    """What a call resolved to."""
    from pfadvisor.effects.code_portraits import Origins
    from pfadvisor.effects.portraits import unknown
    from pfadvisor.effects.stated_portraits import of_line
    from pfadvisor.profit.portraits import of_function

    facts = program.home(target)
    if facts is not None:
        yield of_function(program, facts, target.index, target.context)
    elif target.kind == "class":
        yield from _class(program, target.name)
    else:
        found = [of_line(one) for one in Origins(program).lines(target)]
        yield from found or [unknown(target.name, where)]
