"""The line that says what a callable outside the project does, and where it stands."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from pfadvisor.effects import lines
from pfadvisor.effects.effect import Effect
from pfadvisor.effects.knowledge import FOLDER, Knowledge, load, own_line, split
from pfadvisor.effects.vouching import TABLE

_HEADER: Final = re.compile(r"^\[(?P<section>.+)\]\s*$")


class Stated(NamedTuple):
    """`file` is a table, or the configuration; `section` and `key` say where in it; `basis` is
    what the line rests on."""

    name: str
    line: Effect
    file: str
    section: str
    key: str
    basis: str

    @property
    def row(self) -> int:
        """The row of the line in its table, 0 where there is none."""
        return _row(self.file, self.section, self.key)

    @property
    def by_user(self) -> bool:
        return self.file == TABLE


def line_of(knowledge: Knowledge, dotted: str) -> Stated | None:
    """The line of a function, constructor or method, also one that says that it is unknown."""
    bare = dotted.removeprefix("builtins.")
    owner, _, name = bare.rpartition(".")
    found = _by_user(knowledge, bare) or _own(bare)
    if found is not None:
        return found
    for kind in knowledge.lineage(owner) if owner else ():
        called = f"{kind}.{name}"
        found = _by_user(knowledge, called) or _own(called) or _method(kind, name)
        if found is not None:
            return found._replace(name=bare)
    made = knowledge.call(bare)
    return _from_table(bare, made, "types", bare) if made is not None else None


def _by_user(knowledge: Knowledge, dotted: str) -> Stated | None:
    line = knowledge.user.get(dotted)
    return None if line is None else Stated(dotted, line, TABLE, "", dotted, "your word")


def _own(dotted: str) -> Stated | None:
    root, name = split(dotted)
    table = load(root)
    written = table.calls.get(name) if table is not None else None
    if written is None:
        return None
    return _from_table(dotted, lines.read_effect(written, dotted), "calls", name)


def _method(kind: str, name: str) -> Stated | None:
    line = own_line(kind, name)
    if line is None:
        return None
    owner = split(kind)[1]
    return _from_table(f"{kind}.{name}", line, f"methods.{owner}", name)


def _from_table(dotted: str, line: Effect, section: str, key: str) -> Stated:
    root = split(dotted)[0]
    return Stated(dotted, line, f"{root}.toml", section, key, line.note or _documentation(root))


def names_in(root: str) -> list[str]:
    """All that the table of an import root has a line for."""
    table = load(root)
    if table is None:
        return []
    before = "" if root == "builtins" else f"{root}."
    methods = [f"{kind}.{name}" for kind, named in table.methods.items() for name in named]
    return [f"{before}{name}" for name in (*table.calls, *methods)]


@cache
def _rows(file: str) -> tuple[str, ...]:
    path = FOLDER / file
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()


def _documentation(root: str) -> str:
    """What the head of a table names as its source."""
    for row in _rows(f"{root}.toml"):
        if row.startswith("source = "):
            return row.partition('"')[2].rpartition('"')[0]
    return ""


def _row(file: str, section: str, key: str) -> int:
    current = ""
    for number, row in enumerate(_rows(file), 1):
        header = _HEADER.match(row)
        if header is not None:
            current = header["section"].replace('"', "")
        elif current == section and row.partition(" = ")[0].strip('"') == key:
            return number
    return 0
