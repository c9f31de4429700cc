"""What one process has read of the projects under analysis: facts and programs, on demand.

A program is made per folder from which imports start, because that folder decides
what an absolute import means. A module that cannot be read or parsed is unknown.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfadvisor import cache
from pfadvisor.config import Settings
from pfadvisor.consulted import Consulted, Handed, Read, Reading
from pfadvisor.model import Failed
from pfadvisor.source.environment import imports_of
from pfadvisor.source.files import Target, display
from pfadvisor.source.installed import Imports
from pfadvisor.source.module import SourceFile, parse, read
from pfadvisor.source.project import Project, is_package

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts
    from pfadvisor.effects.program import Program
    from pfadvisor.effects.tokens import Received


MOST_BYTES: Final = 1_000_000  # of a module of a package: larger ones are tables, made by programs
_NEWLINE = re.compile(r"\r\n?")


class Session:
    """`cached`: whether facts may come from earlier runs, and are kept for later ones."""

    def __init__(self, settings: Settings, cwd: Path, *, cached: bool = False) -> None:
        self.settings, self.cwd = settings, cwd
        self._cache = cache.folder() if cached else None
        self.work: Counter[str] = Counter()
        self._imports: dict[Path, Imports] = {}
        self._programs: dict[tuple[Path, Path], Program] = {}
        self._facts: dict[Path, ModuleFacts | None] = {}
        self._outside: dict[Path, ModuleFacts | None] = {}  # of modules of installed packages
        self._sources: dict[Path, SourceFile | Failed] = {}
        self._digests: dict[Path, str] = {}
        self._consulted: dict[Program, Consulted] = {}
        self._reads: dict[tuple[Path, str, bool, bool], Read] = {}
        self.received: dict[tuple[Path, frozenset[str], int], Handed] = {}
        self.importers: dict[Path, dict[bytes, set[Path]]] = {}  # by root, then by name
        self.said: dict[tuple[Path, bytes], bool] = {}  # by file and pattern
        self.project_files: dict[Path, list[Path] | None] = {}  # by root; None: too many

    def counted(self) -> Counter[str]:
        """The work done so far; `summaries` is counted by the programs."""
        total = Counter(self.work)
        for program in self._programs.values():
            total.update(program.work)
        return total

    def name(self, path: Path) -> str:
        """How reports call the file."""
        return display(path, self.cwd)

    def source(self, path: Path) -> SourceFile | Failed:
        """The text of a file, read once."""
        if path not in self._sources:
            self.work["files read"] += 1
            self._sources[path] = read(path, self.name(path))
        return self._sources[path]

    def take(self, source: SourceFile | Failed, path: Path) -> None:
        """What is to be taken for the file at `path`."""
        self.work["files read"] += 1
        self._sources[path] = source

    def parse(self, source: SourceFile) -> ast.Module | Failed:
        self.work["parses"] += 1
        return parse(source)

    def facts(self, target: Target, source: SourceFile) -> ModuleFacts | Failed:
        """The facts of a file that is analysed itself."""
        known = self._facts.get(target.path)
        if known is not None:
            return known
        facts = self._known_or_made(source, self.module_name(target))
        if not isinstance(facts, Failed):
            self._facts[target.path] = facts
        return facts

    def neighbour(self, target: Target) -> ModuleFacts | None:
        """The facts of a file that is not analysed itself, None where there are none."""
        path = target.path
        if path not in self._facts:
            self._facts[path] = self._imported(self.source(path), self.module_name(target))
        return self._facts[path]

    def module_name(self, target: Target) -> str:
        return self._imports_in(target.root).project.module_name(target.path)

    def _known_or_made(self, source: SourceFile, name: str) -> ModuleFacts | Failed:
        self._digests[source.path] = source.digest
        if self._cache is None:
            return self._made(source, name)
        entry = cache.key(source.digest, source.name, name, is_package(source.path))
        found = cache.load(self._cache, entry)
        if found is not None:
            self.work["cached"] += 1
            return found
        made = self._made(source, name)
        if not isinstance(made, Failed):
            cache.store(self._cache, entry, made)
        return made

    def _made(self, source: SourceFile, name: str) -> ModuleFacts | Failed:
        tree = self.parse(source)
        if isinstance(tree, Failed):
            return tree
        from pfadvisor.effects.lower import lower

        self.work["lowered"] += 1
        text = _NEWLINE.sub("\n", source.text)
        return lower(tree, text, source.name, name, is_package(source.path))

    def program(self, target: Target, facts: ModuleFacts) -> Program:
        """The program as the file's imports see it."""
        imports = self._imports_in(target.root)
        key = (target.root, imports.project.import_root(target.path))
        if key not in self._programs:
            self._programs[key] = self._linked(imports, key[1])
        program = self._programs[key]
        program.add(facts)
        return program

    def program_given(
        self,
        target: Target,
        facts: ModuleFacts,
        received: tuple[Received, ...],
    ) -> Program:
        """The same, where calls in other files hand that to the one at `target`."""
        imports = self._imports_in(target.root)
        program = self._linked(imports, imports.project.import_root(target.path))
        program.received[facts.name] = received
        program.add(facts)
        return program

    def reading(self, target: Target, facts: ModuleFacts, program: Program) -> Reading:
        """What the findings in a file that was analysed rest on."""
        imports = self._imports_in(target.root)
        beside = imports.project.import_root(target.path)
        if program not in self._consulted:
            self._consulted[program] = Consulted(program.modules, program.packages)
        names = self._consulted[program].by(facts.name) - {facts.name}
        reads = [self._read(imports, beside, n, program, False) for n in sorted(names)]
        packaged = sorted(names & program.packages.keys())
        reads += [self._read(imports, beside, n, program, True) for n in packaged]
        return Reading(self._digests[target.path], tuple(reads))

    def _read(
        self, imports: Imports, beside: Path, name: str, program: Program, outside: bool
    ) -> Read:
        used = (program.packages if outside else program.modules).get(name)
        key = beside, name, used is None, outside
        if key not in self._reads:
            found = imports.find(name, beside, outside=outside)
            path = self.cwd / used.filename if used is not None else found
            digest = self._digests.get(path, "") if path is not None else ""
            self._reads[key] = Read(beside, name, found, path, digest, outside)
        return self._reads[key]

    def _linked(self, imports: Imports, beside: Path) -> Program:
        from pfadvisor.effects.knowledge import Knowledge, user_tables
        from pfadvisor.effects.program import Program

        lines = user_tables(self.settings.effects or {})
        return Program(
            lambda dotted: self._load(imports.project, dotted, beside),
            Knowledge(lines),
            lambda dotted: self._load_outside(imports, dotted, beside),
        )

    def _load(self, project: Project, dotted: str, beside: Path) -> ModuleFacts | None:
        path = project.find(dotted, beside)
        if path is None:
            return None
        return self.neighbour(Target(path, project.root))

    def _load_outside(self, imports: Imports, dotted: str, beside: Path) -> ModuleFacts | None:
        path = imports.outside(dotted, beside)
        if path is None:
            return None
        if path not in self._outside:
            self.work["package files read"] += 1
            source = read(path, self.name(path))
            large = isinstance(source, SourceFile) and len(source.data) > MOST_BYTES
            self._outside[path] = None if large else self._imported(source, dotted)
        return self._outside[path]

    def _imported(self, source: SourceFile | Failed, name: str) -> ModuleFacts | None:
        if isinstance(source, Failed):
            return None
        try:
            facts = self._known_or_made(source, name)
        except RecursionError:
            return None
        return None if isinstance(facts, Failed) else facts

    def _imports_in(self, root: Path) -> Imports:
        if root not in self._imports:
            self._imports[root] = imports_of(Project(root), self.settings.python, self.cwd)
        return self._imports[root]
