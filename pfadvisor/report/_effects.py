"""What callables do, for people and as JSON: each part with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pfadvisor.effects.portraits import SECTIONS, Part, Portrait, Section, Source
from pfadvisor.model import Location
from pfadvisor.report import View
from pfadvisor.report._snippet import paint, where

VERSION: Final = 1
WIDTH: Final = 38
MOST_SOURCES: Final = 3
TITLES: Final[dict[Section, str]] = {
    "reads": "Reads",
    "writes": "Writes",
    "resources": "Resources",
    "returns": "Returns",
    "raises": "Raises",
    "cost": "Cost",
    "blocks": "Waits for",
    "gil": "GIL",
    "pickles": "Result pickles",
    "callbacks": "Calls back",
    "unknown": "Unknown calls",
    "vouched": "On your word",
}
ALWAYS: Final = ("reads", "writes", "resources", "raises", "unknown")  # said even if there are none


def text(portraits: Sequence[Portrait], view: View) -> str:
    return "\n".join("\n".join(_portrait(one, view)) + "\n" for one in portraits)


def _portrait(portrait: Portrait, view: View) -> Iterator[str]:
    shared = _shared(portrait)
    yield paint(view, "bold", portrait.signature or portrait.name)
    if portrait.location is not None:
        yield f" {paint(view, 'blue', '-->')} {where(portrait.location)}"
    yield from (f" {paint(view, 'blue', '-->')} {_source(one)}" for one in shared)
    for section in SECTIONS:
        parts = portrait.of(section)
        if parts:
            yield paint(view, "cyan", TITLES[section])
            for part in parts:
                yield from _part(part, part.sources if part.sources != shared else ())
        elif section in ALWAYS and portrait.kind != "unknown":
            yield from (paint(view, "cyan", TITLES[section]), "  none")


def _shared(portrait: Portrait) -> tuple[Source, ...]:
    """The sources that all parts have, if there is more than one part."""
    every = {part.sources for part in portrait.parts}
    return every.pop() if len(every) == 1 < len(portrait.parts) else ()


def _part(part: Part, sources: tuple[Source, ...]) -> Iterator[str]:
    kind = f" ({part.kind})" if part.kind in ("global", "closure", "class", "default") else ""
    how = f": {part.how}" if part.how else ""
    said = f"  {part.what}{kind}{how}"
    shown = [_source(one) for one in sources[:MOST_SOURCES]]
    if len(sources) > MOST_SOURCES:
        shown.append(f"and {len(sources) - MOST_SOURCES} more")
    if shown and len(said) <= WIDTH:
        yield f"{said:<{WIDTH}}  {shown.pop(0)}"
    else:
        yield said
    yield from (f"{'':{WIDTH}}  {one}" for one in shown)


def _source(source: Source) -> str:
    place = where(source.location) if source.location is not None else ""
    through = "".join(f", called from {where(one)}" for one in reversed(source.through))
    return " ".join(filter(None, (place + through, source.text)))


def as_json(asked: str, portraits: Sequence[Portrait]) -> str:
    shown = [_object(one) for one in portraits]
    whole = {"version": VERSION, "asked": asked, "callables": shown}
    return json.dumps(whole, indent=2) + "\n"


def _object(portrait: Portrait) -> dict[str, Any]:
    sections: dict[str, Any] = {
        section: [_row(part) for part in portrait.of(section)] for section in SECTIONS
    }
    return {
        "name": portrait.name,
        "kind": portrait.kind,
        "signature": portrait.signature,
        **_place(portrait.location),
        **sections,
    }


def _row(part: Part) -> dict[str, Any]:
    sources = [_origin(one) for one in part.sources]
    return {"what": part.what, "kind": part.kind, "how": part.how, "sources": sources}


def _origin(source: Source) -> dict[str, Any]:
    through = [_place(one) for one in source.through]
    return {
        "origin": source.origin,
        "text": source.text,
        **_place(source.location),
        "through": through,
    }


def _place(location: Location | None) -> dict[str, Any]:
    if location is None:
        return {"filename": None, "location": None, "end_location": None}
    span = location.span
    return {
        "filename": location.filename,
        "location": {"row": span.row, "column": span.column},
        "end_location": {"row": span.end_row, "column": span.end_column},
    }
