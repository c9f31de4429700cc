"""What one callable does, part by part, each with where it comes from: for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from pfadvisor.model import Location

Section = Literal[
    "reads", "writes", "resources", "returns", "raises", "cost", "blocks", "gil", "pickles",
    "callbacks", "unknown", "vouched",
]  # fmt: skip
SECTIONS: Final[tuple[Section, ...]] = Section.__args__  # type: ignore[attr-defined]
Origin = Literal["code", "table", "config", "comment", "assumed"]


@dataclass(frozen=True, slots=True)
class Source:
    """Code at a place, reached through calls; a line of a table or of the configuration; or
    nothing at all: then the worst is assumed."""

    origin: Origin
    text: str = ""
    location: Location | None = None
    through: tuple[Location, ...] = ()


ASSUMED: Final = Source("assumed", "assumed worst")


@dataclass(frozen=True, slots=True)
class Part:
    """`what` is a place, a resource, a class ...; `kind` of which sort; `how` it is treated."""

    section: Section
    what: str
    kind: str = ""
    how: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Portrait:
    """`kind`: function, method, lambda, class, line (of a table or of the configuration), unknown.
    `location` is None for what is not in the project."""

    name: str
    kind: str
    signature: str
    location: Location | None
    parts: tuple[Part, ...]

    def of(self, section: Section) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.section == section)


def merged(parts: Iterable[Part]) -> Iterator[Part]:
    """What is said more than once, once, with all its sources."""
    found: dict[Part, dict[Source, None]] = {}
    for part in parts:
        sources = found.setdefault(replace(part, sources=()), {})
        sources.update(dict.fromkeys(part.sources))
    for part, sources in found.items():
        yield replace(part, sources=tuple(sources))


def unknown(name: str, location: Location | None) -> Portrait:
    """A callable of which nothing is known."""
    here = (Source("code", "", location), ASSUMED) if location is not None else (ASSUMED,)
    return Portrait(name, "unknown", "", None, (Part("unknown", name, sources=here),))
