"""Every shipped table: its form, its words, and that it speaks of what the interpreter has."""

from __future__ import annotations

import re
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfadvisor.effects import knowledge, lines, special
from pfadvisor.effects.knowledge import FOLDER, Table

from . import interpreter

ROOTS = sorted(path.stem for path in FOLDER.glob("*.toml"))
ELSEWHERE = tomllib.loads(Path(__file__).with_name("elsewhere.toml").read_text(encoding="utf-8"))
STANDARD = sys.stdlib_module_names | {"builtins"}
SECTION_ORDER = ("about", "calls", "methods", "types", "values")
NAME = re.compile(r"(?<![\w.:])([^\W\d]\w*(?:\.\w+)*)(?![\w.]*:)")
LINE = re.compile(r'(\[.+\]|("[\w.]+"|\w+) = (\{.*\}|".*"))')


def table_of(root: str) -> Table:
    table = knowledge.load(root)
    assert table is not None
    return table


def effect_lines(table: Table) -> Iterator[tuple[str, str, lines.Line]]:
    """(where, name below the root, line) of each callable."""
    for name, line in table.calls.items():
        yield f"{table.filename}: calls: {name}", name, line
    for owner, methods in table.methods.items():
        for name, line in methods.items():
            yield f"{table.filename}: methods.{owner}: {name}", f"{owner}.{name}", line


def type_texts(table: Table) -> Iterator[tuple[str, str]]:
    for where, _, line in effect_lines(table):
        yield where, str(line.get("returns", ""))
    for name, line in table.types.items():
        traits = lines.read_traits(line, name)
        texts = (*traits.bases, traits.iterates, traits.item, traits.context)
        for text in (*texts, *(kind for _, kind in traits.attributes)):
            yield f"{table.filename}: types: {name}", text
    for name, text in table.values.items():
        yield f"{table.filename}: values: {name}", text


def names_in(table: Table) -> list[str]:
    callables = [name for _, name, _ in effect_lines(table)]
    return list(dict.fromkeys([*callables, *table.types, *table.values]))


def is_elsewhere(root: str, name: str) -> bool:
    """Whether this interpreter need not have the name."""
    here = f"{sys.version_info[0]}_{sys.version_info[1]:02}"
    for key, listed in ELSEWHERE.get(root, {}).items():
        if not any(name == entry or name.startswith(f"{entry}.") for entry in listed):
            continue
        word, _, version = key.partition("_")
        version = re.sub(r"_(\d)$", r"_0\1", version)
        if word == "unseen" or (here < version if word == "since" else here > version):
            return True
    return False


@pytest.mark.parametrize("root", ROOTS)
def test_words_are_those_of_the_vocabulary(root: str) -> None:
    table = table_of(root)
    for where, _, line in effect_lines(table):
        lines.check_effect(lines.read_effect(line, where), where)
    for name, line in table.types.items():
        where = f"{table.filename}: types: {name}"
        lines.check_traits(lines.read_traits(line, where), where)
    for name, text in table.values.items():
        lines.check_type(text, (), f"{table.filename}: values: {name}")
        assert text, f"{table.filename}: values: {name}: no type"


@pytest.mark.parametrize("root", ROOTS)
def test_refined_lines_are_lines(root: str) -> None:
    for where, _, line in effect_lines(table_of(root)):
        effect = lines.read_effect(line, where)
        if not effect.special:
            continue
        for mark in (*special.Mark, None, "r", "w", 0):
            refined = special.refine(effect.special, effect, lambda _, mark=mark: mark)
            lines.check_effect(refined, f"{where}: {effect.special}({mark})")


@pytest.mark.parametrize("root", ROOTS)
def test_one_line_per_callable_in_order(root: str) -> None:
    text = (FOLDER / f"{root}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    assert set(data["about"]) == {"checked", "source"}, "about: checked and source"
    assert [*data] == sorted(data, key=SECTION_ORDER.index), "order of the sections"
    methods = data.get("methods", {})
    assert [*methods] == sorted(methods), "order of the classes"
    sections = [data.get("calls", {}), data.get("types", {}), *methods.values()]
    for section in (*sections, data.get("values", {})):
        assert [*section] == sorted(section), "order of the lines"
    for line in text.splitlines():
        if line and not line.startswith("#"):
            assert LINE.fullmatch(line), line


@pytest.mark.parametrize("root", ROOTS)
def test_types_are_in_tables(root: str) -> None:
    builtin = {*table_of("builtins").types, "None", "self"}
    for where, text in type_texts(table_of(root)):
        for name in NAME.findall(text):
            owner, dot, rest = name.partition(".")
            if not dot:
                assert name in builtin, f"{where}: {name!r} is no builtin type"
            elif owner in ROOTS:
                assert rest in table_of(owner).types, f"{where}: {name!r} has no [types] line"


@pytest.mark.parametrize("root", ROOTS)
def test_bases_are_bases(root: str) -> None:
    skip_unless_checked(root)
    for name, line in table_of(root).types.items():
        for base in lines.read_traits(line, name).bases:
            owner, dot, rest = base.partition(".")
            try:
                child = interpreter.resolve(root, name)
                parent = interpreter.resolve(*((owner, rest) if dot else ("builtins", base)))
                wrong = base != "iterator" and not issubclass(child, parent)
            except (AttributeError, TypeError):  # not here, or not a class
                continue
            assert not wrong, f"{root}: types: {name}: no subclass of {base}"


def about(root: str) -> dict[str, str]:
    return tomllib.loads((FOLDER / f"{root}.toml").read_text(encoding="utf-8"))["about"]


def skip_unless_checked(root: str) -> None:
    """Names are those of the release that the table was checked against, or of a later one."""
    if interpreter.module(root) is None:
        pytest.skip(f"{root} is not installed")
    if root not in STANDARD and not interpreter.is_as_new_as_its_table(root):
        pytest.skip(f"another version of {root} than the table's")


@pytest.mark.parametrize("root", ROOTS)
def test_names_resolve(root: str) -> None:
    skip_unless_checked(root)
    missing = []
    for name in names_in(table_of(root)):
        try:
            interpreter.resolve(root, name)
        except AttributeError:
            if not is_elsewhere(root, name):
                missing.append(name)
    assert missing == [], "misspelt, or for elsewhere.toml"


def test_names_listed_as_elsewhere_are_in_tables() -> None:
    for root, groups in ELSEWHERE.items():
        known = names_in(table_of(root))
        for key, listed in groups.items():
            assert re.fullmatch(r"unseen|(since|until)_3_\d+", key), key
            assert [name for name in listed if name not in known] == [], root


@pytest.mark.parametrize("root", ROOTS)
def test_what_is_whole_lacks_nothing_public(root: str) -> None:
    skip_unless_checked(root)
    for name, line in table_of(root).types.items():
        traits = lines.read_traits(line, name)
        if traits.whole:
            kind = name if root == "builtins" else f"{root}.{name}"
            public = {each for each in dir(interpreter.resolve(root, name)) if each[0] != "_"}
            known = knowledge.Knowledge()
            owners = [one for owner in known.lineage(kind) if (one := known.traits(owner))]
            stated = {attribute for one in owners for attribute, _ in one.attributes}
            assert [n for n in public - stated if not has_line(kind, n)] == [], kind


@pytest.mark.parametrize("root", ROOTS)
def test_class_methods_are_calls(root: str) -> None:
    """A class method has no receiver: its line is `"Class.name"` in [calls]."""
    skip_unless_checked(root)
    for owner, methods in table_of(root).methods.items():
        for name in methods:
            try:
                kind = interpreter.resolve(root, owner)
                wrong = isinstance(kind, type) and interpreter.bound_to_class(kind, name)
            except AttributeError:
                continue
            assert not wrong, f"{root}: methods.{owner}: {name} belongs into [calls]"


def modules_of(root: str, table: Table) -> Iterator[tuple[str, types.ModuleType]]:
    """The root and the submodules that the table speaks of, with their prefix in the table."""
    prefixes = {name.rpartition(".")[0] for name in (*table.calls, *table.types)}
    for prefix in sorted(prefixes | {""}):
        try:
            found = interpreter.resolve(root, prefix) if prefix else interpreter.module(root)
        except AttributeError:
            continue
        if isinstance(found, types.ModuleType):
            yield f"{prefix}." if prefix else "", found


def lacking(root: str) -> Iterator[str]:
    table = table_of(root)
    for prefix, module in modules_of(root, table):
        for name in interpreter.public_callables(module):
            key = prefix + name
            dotted = key if root == "builtins" else f"{root}.{key}"
            kind = getattr(module, name)
            is_error = isinstance(kind, type) and issubclass(kind, BaseException)
            if key not in table.calls and not (is_error and key in table.types):
                yield key
            if isinstance(kind, type) and not is_error:
                if key not in table.types:
                    yield f"types: {key}"
                yield from (
                    f"{key}.{method}"
                    for method in interpreter.public_methods(kind)
                    if not has_line(dotted, method)
                )


def has_line(kind: str, name: str) -> bool:
    owners = [*knowledge.Knowledge().lineage(kind)]
    return any(knowledge.own_line(owner, name) is not None for owner in owners)


@pytest.mark.skipif(sys.version_info[:2] > (3, 13), reason="newer than the tables")
@pytest.mark.parametrize("root", [root for root in ROOTS if root in STANDARD])
def test_nothing_public_is_missing(root: str) -> None:
    """The tables of other libraries know their main surface; the rest is unknown."""
    if interpreter.module(root) is None:
        pytest.skip(f"{root} is not installed")
    assert [*lacking(root)] == []


def test_exceptions_of_builtins_have_their_bases() -> None:
    shipped = knowledge.Knowledge()
    for name, kind in vars(interpreter.module("builtins")).items():
        if isinstance(kind, type) and issubclass(kind, BaseException) and name[0] != "_":
            assert {*shipped.lineage(name)} >= {base.__name__ for base in kind.__mro__[1:-1]}
