"""What files gave in earlier runs, as long as nothing has changed that it rests on.

One store per request and project. An outcome rests on the bytes of its file and on what was
looked up for it: where the modules were found, or that they were not, and their content. Each
look-up is a bit of a mask. A store that cannot be read or written is as if it were not there.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from pfadvisor import cache, workers
from pfadvisor.consulted import Asked, Read, Reading
from pfadvisor.importers import importing
from pfadvisor.session import Session
from pfadvisor.source.environment import imports_of
from pfadvisor.source.files import Target
from pfadvisor.source.project import Project
from pfadvisor.stages import Outcome, Request

MOST_STORES: Final = 64
MOST_FILES: Final = 20_000
EMPTIEST: Final = 2
Question = tuple[str, tuple[str, ...] | None]


class Kept(NamedTuple):
    """`importers`: digest of the files that were found where it was `asked` for importers."""

    digest: str
    mask: int
    outcome: Outcome
    asked: frozenset[Asked]
    importers: str


class Outcomes:
    """The outcomes of one project's files. A question is a file and the names that its loops
    must lead to, None for all loops."""

    def __init__(self, root: Path, request: Request) -> None:
        self._root, self._session = root, Session(request.settings, request.cwd)
        self._path = cache.folder() / "outcomes" / _store_of(root, request)
        self._imports = imports_of(Project(root), request.settings.python, request.cwd)
        self._reads, self._kept = _loaded(self._path)
        self._bits = {read: bit for bit, read in enumerate(self._reads)}
        self._checked = self._broken = 0
        self._digests: dict[Path, str] = {}
        self._changed = False

    def known(self, target: Target, names: frozenset[str] | None = None) -> Outcome | None:
        found = self._kept.get(_question(target, names))
        if found is None or found.digest != self._digest(target.path):
            return None
        if found.importers != self._importing(found.asked):
            return None
        return found.outcome if self._all_hold(found.mask) else None

    def keep(self, target: Target, outcome: Outcome, names: frozenset[str] | None = None) -> None:
        if outcome.reading is None or outcome.failed is not None:
            return
        question = _question(target, names)
        self._kept.pop(question, None)
        mask = self._mask(outcome.reading)
        told, asked = replace(outcome, reading=None), outcome.reading.asked
        importers = self._importing(asked)
        self._kept[question] = Kept(outcome.reading.digest, mask, told, asked, importers)
        self._changed = True

    def save(self) -> None:
        if not self._changed:
            return
        self._kept = dict(list(self._kept.items())[-MOST_FILES:])
        used = 0
        for kept in self._kept.values():
            used |= kept.mask
        if len(self._reads) > EMPTIEST * used.bit_count():
            self._kept = {q: k for q, k in self._kept.items() if self._all_hold(k.mask)}
            self._compact()
        cache.write(self._path, pickle.dumps((self._reads, self._kept), protocol=5), MOST_STORES)
        self._changed = False

    def _mask(self, reading: Reading) -> int:
        mask = 0
        for read in reading.reads:
            bit = self._bits.get(read)
            if bit is None:
                bit = self._bits[read] = len(self._reads)
                self._reads.append(read)
            mask |= 1 << bit
        return mask

    def _compact(self) -> None:
        """The table without look-ups that no outcome rests on."""
        old, self._reads, self._bits = self._reads, [], {}
        self._checked = self._broken = 0
        for question, kept in self._kept.items():
            reads = tuple(old[bit] for bit in _set_bits(kept.mask))
            mask = self._mask(Reading(kept.digest, reads))
            self._kept[question] = kept._replace(mask=mask)

    def _all_hold(self, mask: int) -> bool:
        for bit in _set_bits(mask & ~self._checked):
            if not self._holds(self._reads[bit]):
                self._broken |= 1 << bit
        self._checked |= mask
        return not mask & self._broken

    def _holds(self, read: Read) -> bool:
        found = self._imports.find(read.name, read.beside, outside=read.outside)
        if found != read.found:
            return False
        return read.used is None or self._digest(read.used) == read.digest

    def _importing(self, asked: frozenset[Asked]) -> str:
        """Digest of the files that import what was asked for, as they are now."""
        found = set[Path]()
        for path, names in asked:
            found.update(importing(self._session, Target(path, self._root), names))
        text = "\0".join(f"{path}\0{self._digest(path)}" for path in sorted(found))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if asked else ""

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError:
                self._digests[path] = ""
        return self._digests[path]


class Memory:
    """The outcomes of one request in earlier runs, of whatever projects. They are kept as long as
    they depend on nothing but files: not on a profile, nor on the packages that are declared."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._stores: dict[Path, Outcomes] = {}
        plain = not request.basis.profile.path and request.settings.backend == "auto"
        self._used = request.cached and plain

    def known(self, target: Target, names: frozenset[str] | None = None) -> Outcome | None:
        return self._of(target).known(target, names) if self._used else None

    def keep(self, target: Target, outcome: Outcome, names: frozenset[str] | None = None) -> None:
        if self._used:
            self._of(target).keep(target, outcome, names)

    def save(self) -> None:
        for store in self._stores.values():
            store.save()

    def _of(self, target: Target) -> Outcomes:
        if target.root not in self._stores:
            self._stores[target.root] = Outcomes(target.root, self._request)
        return self._stores[target.root]


def _question(target: Target, names: frozenset[str] | None) -> Question:
    return str(target.path), None if names is None else tuple(sorted(names))


def _set_bits(mask: int) -> Iterable[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _store_of(root: Path, request: Request) -> str:
    asked = replace(request, basis=replace(request.basis, here=None))
    return cache.key("", root, repr(asked), workers.processors(), cache.whole_edition())


def _loaded(path: Path) -> tuple[list[Read], dict[Question, Kept]]:
    try:
        reads, kept = pickle.loads(path.read_bytes())
        if isinstance(reads, list) and isinstance(kept, dict):
            return reads, kept
    except Exception:
        pass
    return [], {}
