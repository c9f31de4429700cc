"""The portrait of a callable that a table, or the user, states: its fields in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.access import immutable
from pfadvisor.effects.effect import COSTS, RESOURCES, Effect
from pfadvisor.effects.portraits import ASSUMED, Part, Portrait, Section, Source
from pfadvisor.effects.provenance import Stated
from pfadvisor.effects.values import union

DONE_TO: Final[dict[str, tuple[Section, str]]] = {
    "uses": ("writes", "worked through, and it remembers that"),
    "iterates": ("writes", "advanced, if it is an iterator"),
    "calls": ("callbacks", "called back"),
    "hooks": ("callbacks", "a method of `self` that is called"),
    "orders": ("reads", "in the order of its items"),
}
GIVEN: Final = {
    "result_is": "the argument `{}` itself",
    "result_has": "a new object that refers to `{}` or to what it holds",
    "result_part": "something that lives inside `{}`",
    "result_reach": "anything that `{}` leads to",
}


def source_of(stated: Stated) -> Source:
    """The place of the line, and what it rests on."""
    if stated.by_user:
        return Source("config", f"{stated.file}: {stated.key}")
    row = f":{stated.row}" if stated.row else ""
    basis = f", {stated.basis}" if stated.basis else ""
    return Source("table", f"{stated.file}{row} ({stated.section}: {stated.key}{basis})")


def of_line(stated: Stated) -> Portrait:
    source, line = source_of(stated), stated.line
    if line.unknown:
        parts = [Part("unknown", stated.name, how=line.note, sources=(source, ASSUMED))]
    else:
        parts = [
            Part(section, what, kind, how, (source,))
            for section, what, kind, how in _said(line, method=stated.section.startswith("methods"))
        ]
    signature = f"{stated.name}({', '.join(line.args)})"
    return Portrait(stated.name, "line", signature, None, tuple(parts))


Said = tuple[Section, str, str, str]


def _said(line: Effect, *, method: bool) -> Iterator[Said]:
    yield from _accesses(line, method=method)
    yield from _results(line)
    for name in line.raises or ():
        yield "raises", name, "", ""
    if line.raises is None:
        yield "raises", "any builtin exception", "", ""
    yield "cost", _cost(line), "", ""
    yield "blocks", line.blocks or "nothing", "", ""
    large = f" above {line.gil_above} bytes" if line.gil_above else ""
    yield "gil", line.gil + large, "", ""
    if line.picklable is not None or line.returns:
        word = {True: "yes", False: "no", None: "as its type says"}[line.picklable]
        yield "pickles", word, "", ""
    if line.special:
        yield (
            "callbacks",
            f"`{line.special}`",
            "rule",
            "refines all this by the arguments of a call",
        )


def _accesses(line: Effect, *, method: bool) -> Iterator[Said]:
    names = [name.lstrip("*") for name in line.args if name != "*"]
    for name in (*(["self"] if method else []), *names):
        if name not in line.keeps:
            yield "reads", name, _kind(name), "with all that it holds"
    for word in line.reads:
        yield from _place(word, write=False)
    for word in line.writes:
        yield from _place(word, write=True)
    for name in line.keeps:
        yield "writes", "self", "self", f"refers to `{name}` afterwards"
    for field, (section, how) in DONE_TO.items():
        for name in getattr(line, field):
            yield section, name, _kind(name), how


def _kind(name: str) -> str:
    return "self" if name == "self" else "parameter"


def _place(word: str, *, write: bool) -> Iterator[Said]:
    resource, _, argument = word.partition(":")
    how = "write" if write else "read"
    if resource in RESOURCES:
        yield (
            "resources",
            resource,
            "",
            how + (f", the one that `{argument}` says" if argument else ""),
        )
    elif write:
        yield "writes", word, _kind(word), ""


def _results(line: Effect) -> Iterator[Said]:
    if line.returns:
        yield "returns", line.returns, "type", ""
    else:
        yield "returns", "an object of any type", "type", ""
    given = [(field, name) for field in GIVEN for name in getattr(line, field)]
    for field, name in given:
        yield "returns", GIVEN[field].format(name), "alias", ""
    if not given and not immutable(union(line.returns)):
        yield "returns", "a new object", "fresh", ""


def _cost(line: Effect) -> str:
    low, high = COSTS[line.cost]
    each = f", for each element of {', '.join(line.scales)}" if line.scales else ""
    return f"{low:g} to {high:g} s of CPU time{each}"
