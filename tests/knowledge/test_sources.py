"""Lines of the standard library beside its Python source: what a function plainly does to what it
is given, its line must say."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pfadvisor.effects import knowledge, lines
from pfadvisor.effects.effect import RESOURCES, Effect

from . import interpreter, sources

STANDARD = sorted({*sys.stdlib_module_names, "builtins"} & knowledge.roots())
UNSEEN = tomllib.loads(Path(__file__).with_name("unseen.toml").read_text(encoding="utf-8"))
WORD = re.compile(r"[\w.:]+")
PLAIN = ("None", "...", "tuple", "frozenset")


class Stated(NamedTuple):
    """A line; `has_self` if what is called is a method, bound or not."""

    name: str
    effect: Effect
    function: object
    has_self: bool


def stated(root: str) -> Iterator[Stated]:
    table = knowledge.load(root)
    assert table is not None
    found = [(name, line, False) for name, line in table.calls.items()]
    for owner, methods in table.methods.items():
        found += [(f"{owner}.{name}", line, True) for name, line in methods.items()]
    for name, line, is_method in found:
        effect = lines.read_effect(line, name)
        try:
            function = interpreter.resolve(root, name)
        except AttributeError:
            continue
        if not effect.unknown and is_standard(function):
            bound = hasattr(function, "__func__")
            yield Stated(name, effect, function, is_method or bound)


def is_standard(function: object) -> bool:
    """Not a class, nor what pytest puts in the place of a standard stream."""
    module = str(getattr(function, "__module__", None)).partition(".")[0]
    return module in sys.stdlib_module_names and not isinstance(function, type)


def complaints(line: Stated) -> Iterator[str]:
    done = sources.deeds(line.function)
    if done is None:
        return
    named = names(line, done.parameters)
    effect = line.effect
    written = {word.rpartition(":")[2] for word in (*effect.writes, *effect.uses)}
    resources = {word.partition(":")[0] for word in effect.writes} & {*RESOURCES}
    held = {*effect.result_is, *effect.result_part, *effect.result_reach}
    bound = getattr(line.function, "__self__", None)
    if bound is not None:  # to a class, which may be called, or an instance that all share
        written |= {"self"} if resources else set()
        held |= {"self"} if effect.reads or resources else set()
    groups = [
        ("changes", done.changes, {*written, *effect.iterates}),
        ("iterates over", done.iterates, {*effect.iterates, *written, "self"}),
        ("calls", done.calls, {*effect.calls, *({"self"} if bound is not None else ())}),
    ]
    if not is_immutable(effect.returns):
        groups.append(("returns", done.returns, held))
        groups.append(("returns a part of", done.returns_part, {*held, *effect.result_has}))
    for what, parameters, said in groups:
        yield from (f"{what} {each}" for each in sorted(parameters) if named[each] not in said)
    yield from (f"raises {kind}" for kind in unsaid(done.raises, effect.raises or ()))
    if done.outside and not resources:
        yield f"changes {', '.join(sorted(done.outside))}"


def unsaid(raised: set[type[BaseException]], said: tuple[str, ...]) -> list[str]:
    """Exceptions of libraries of which the line names neither the class nor a base."""
    names = {name.rpartition(".")[2] for name in said}
    kinds = [kind for kind in raised if kind.__module__ != "builtins"]
    return sorted(k.__name__ for k in kinds if not names & {base.__name__ for base in k.__mro__})


def names(line: Stated, parameters: list[str]) -> dict[str, str]:
    """What the line calls each parameter: some have other names there."""
    args = [name.lstrip("*") for name in line.effect.args if name != "*"]
    own = parameters[:1] if line.has_self else []
    rest = parameters[len(own) :]
    places = {each: args[at] if at < len(args) else each for at, each in enumerate(rest)}
    return dict.fromkeys(own, "self") | {e: e if e in args else places[e] for e in rest}


def is_immutable(returns: str) -> bool:
    words = {*WORD.findall(returns)} - {*PLAIN}
    traits = [knowledge.traits(word) for word in words]
    return bool(returns) and all(t is not None and not t.mutable for t in traits)


@pytest.mark.parametrize("root", STANDARD)
def test_lines_say_what_the_source_does(root: str) -> None:
    if interpreter.module(root) is None:
        pytest.skip(f"{root} is not installed")
    unseen = UNSEEN.get(root, {})
    found = [f"{e.name}: {c}" for e in stated(root) for c in complaints(e) if e.name not in unseen]
    assert found == []


def test_what_is_listed_as_unseen_is_in_tables() -> None:
    for root, listed in UNSEEN.items():
        known = {each.name for each in stated(root)}
        assert [name for name in listed if name not in known] == [], root


def sample(cache: dict[str, int], item: list[int], then: object, other: object) -> object:
    cache["a"] = len(item)
    item.append(1)
    then()
    for _ in other:
        raise re.error("no")
    return item if then else cache["a"]


def test_what_a_source_does_is_found() -> None:
    done = sources.deeds(sample)
    assert done is not None
    assert (done.changes, done.calls) == ({"cache", "item"}, {"then"})
    assert (done.iterates, done.raises) == ({"other"}, {re.error})
    assert (done.returns, done.returns_part) == ({"item"}, {"cache"})
    line = Stated("sample", Effect(args=("cache", "item", "then", "other")), sample, False)
    assert [*complaints(line)] == [
        "changes cache",
        "changes item",
        "iterates over other",
        "calls then",
        "returns item",
        "returns a part of cache",
        f"raises {re.error.__name__}",
    ]
