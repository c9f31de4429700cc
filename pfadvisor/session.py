"""What one process has read of the projects under analysis: facts and programs, on demand.

A program is made per folder from which imports start, because that folder decides
what an absolute import means. A module that cannot be read or parsed is unknown.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pfadvisor import cache
from pfadvisor.config import Settings
from pfadvisor.consulted import Consulted, Read, Reading
from pfadvisor.model import Failed
from pfadvisor.source.files import Target, display
from pfadvisor.source.module import SourceFile, parse, read
from pfadvisor.source.project import Project, is_package

if TYPE_CHECKING:
    from pfadvisor.effects.facts import ModuleFacts
    from pfadvisor.effects.program import Program


_NEWLINE = re.compile(r"\r\n?")


class Session:
    """`cached`: whether facts may come from earlier runs, and are kept for later ones."""

    def __init__(self, settings: Settings, cwd: Path, *, cached: bool = False) -> None:
        self.settings, self.cwd = settings, cwd
        self._cache = cache.folder() if cached else None
        self.work: Counter[str] = Counter()
        self._projects: dict[Path, Project] = {}
        self._programs: dict[tuple[Path, Path], Program] = {}
        self._facts: dict[Path, ModuleFacts | None] = {}
        self._sources: dict[Path, SourceFile | Failed] = {}
        self._digests: dict[Path, str] = {}
        self._consulted: dict[Program, Consulted] = {}
        self._reads: dict[tuple[Path, str, bool], Read] = {}
        self.importers: dict[Path, dict[bytes, set[Path]]] = {}  # by root, then by name

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
        self._sources.pop(target.path, None)
        known = self._facts.get(target.path)
        if known is not None:
            return known
        facts = self._known_or_made(target, source)
        if not isinstance(facts, Failed):
            self._facts[target.path] = facts
        return facts

    def module_name(self, target: Target) -> str:
        return self._project(target.root).module_name(target.path)

    def _known_or_made(self, target: Target, source: SourceFile) -> ModuleFacts | Failed:
        self._digests[target.path] = source.digest
        name = self.module_name(target)
        if self._cache is None:
            return self._made(target, source, name)
        entry = cache.key(source.digest, source.name, name, is_package(target.path))
        found = cache.load(self._cache, entry)
        if found is not None:
            self.work["cached"] += 1
            return found
        made = self._made(target, source, name)
        if not isinstance(made, Failed):
            cache.store(self._cache, entry, made)
        return made

    def _made(self, target: Target, source: SourceFile, name: str) -> ModuleFacts | Failed:
        tree = self.parse(source)
        if isinstance(tree, Failed):
            return tree
        from pfadvisor.effects.lower import lower

        self.work["lowered"] += 1
        text = _NEWLINE.sub("\n", source.text)
        return lower(tree, text, source.name, name, is_package(target.path))

    def program(self, target: Target, facts: ModuleFacts) -> Program:
        """The program as the file's imports see it."""
        project = self._project(target.root)
        key = (target.root, project.import_root(target.path))
        if key not in self._programs:
            self._programs[key] = self._linked(project, key[1])
        program = self._programs[key]
        program.add(facts)
        return program

    def reading(self, target: Target, facts: ModuleFacts, program: Program) -> Reading:
        """What the findings in a file that was analysed rest on."""
        project = self._project(target.root)
        beside = project.import_root(target.path)
        if program not in self._consulted:
            self._consulted[program] = Consulted(program.modules)
        names = self._consulted[program].by(facts.name) - {facts.name}
        reads = (self._read(project, beside, name, program) for name in sorted(names))
        return Reading(self._digests[target.path], tuple(reads))

    def _read(self, project: Project, beside: Path, name: str, program: Program) -> Read:
        used = program.modules.get(name)
        key = beside, name, used is None
        if key not in self._reads:
            found = project.find(name, beside)
            path = self.cwd / used.filename if used is not None else found
            digest = self._digests.get(path, "") if path is not None else ""
            self._reads[key] = Read(beside, name, found, path, digest)
        return self._reads[key]

    def _linked(self, project: Project, beside: Path) -> Program:
        from pfadvisor.effects.knowledge import Knowledge, user_tables
        from pfadvisor.effects.program import Program

        lines = user_tables(self.settings.effects or {})
        return Program(lambda dotted: self._load(project, dotted, beside), Knowledge(lines))

    def _load(self, project: Project, dotted: str, beside: Path) -> ModuleFacts | None:
        path = project.find(dotted, beside)
        if path is None:
            return None
        if path not in self._facts:
            self._facts[path] = self._imported(Target(path, project.root))
        return self._facts[path]

    def _imported(self, target: Target) -> ModuleFacts | None:
        source = self.source(target.path)
        if isinstance(source, Failed):
            return None
        try:
            facts = self._known_or_made(target, source)
        except RecursionError:
            return None
        return None if isinstance(facts, Failed) else facts

    def _project(self, root: Path) -> Project:
        return self._projects.setdefault(root, Project(root))
