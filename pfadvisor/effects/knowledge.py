"""What callables outside the project do, from `knowledge/*.toml` and the user's own lines.

Takes dotted names, gives `Effect` and `TypeTraits`. A table is read when its import root is first
asked for. None means unknown: no line, or a line that says so. Builtins go by their bare names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from pfadvisor.effects import lines
from pfadvisor.effects.effect import Effect, TypeTraits
from pfadvisor.effects.lines import KnowledgeError, Line

__all__ = [
    "Knowledge",
    "KnowledgeError",
    "call",
    "is_known_root",
    "method",
    "traits",
    "types_with_method",
    "user_tables",
    "value",
]

FOLDER: Final = Path(__file__).resolve().parent.parent / "knowledge"
SECTIONS: Final = frozenset({"about", "calls", "methods", "types", "values"})


class Table(NamedTuple):
    """One file as TOML gives it; its lines become values when they are asked for."""

    filename: str
    calls: Mapping[str, Line]
    methods: Mapping[str, Mapping[str, Line]]
    types: Mapping[str, Line]
    values: Mapping[str, str]


class Knowledge:
    """The shipped tables below the user's lines, which override them."""

    def __init__(self, user: Mapping[str, Effect] | None = None) -> None:
        self.user = {key.removeprefix("builtins."): line for key, line in (user or {}).items()}
        self._stated = {id(line): key for key, line in (user or {}).items()}

    def call(self, dotted: str) -> Effect | None:
        """The line of a function, a constructor, or a method taken from its class."""
        dotted = dotted.removeprefix("builtins.")
        found = self.user.get(dotted) or _call(dotted)
        if found is None:
            found = self._through_class(dotted) or self._exception(dotted)
        return None if found is None or found.unknown else found

    def method(self, type_name: str, name: str) -> Effect | None:
        """The line of a method of that type or of its bases; class methods included."""
        for owner in self.lineage(type_name):
            found = self.user.get(f"{owner}.{name}") or own_line(owner, name)
            if found is not None:
                return None if found.unknown else found
        return None

    def stated_as(self, line: Effect) -> str:
        """The name under which the user stated the line, "" for one of the tables."""
        return self._stated.get(id(line), "")

    def traits(self, type_name: str) -> TypeTraits | None:
        return _traits(_bare(type_name))

    def value(self, dotted: str) -> str | None:
        root, name = split(dotted)
        table = load(root)
        return None if table is None else table.values.get(name)

    def is_known_root(self, root: str) -> bool:
        return root in roots()

    def speaks_of(self, dotted: str) -> bool:
        """Whether there is a line for the name, even one that says unknown, or the tables know
        something within it."""
        root, name = split(dotted)
        if dotted in self.user:
            return True
        table = None if root == "builtins" else load(root)
        if table is None:
            return False
        parts = (table.calls, table.methods, table.types, table.values)
        return any(name in part for part in parts) or any(
            each.startswith(f"{name}.") for part in parts for each in part
        )

    def types_with_method(self, name: str) -> tuple[str, ...]:
        """Builtin types with a known method of that name, exceptions aside."""
        table = load("builtins")
        types = () if table is None else table.types
        return tuple(kind for kind in types if self._has_method(kind, name))

    def library_types(self, root: str, name: str) -> tuple[str, ...]:
        """Types of an import root other than the builtin ones that define a method so named."""
        table = load(root) if root in roots() and root != "builtins" else None
        kinds = () if table is None else table.methods
        return (
            tuple(f"{root}.{kind}" for kind in kinds if name in table.methods[kind])
            if table
            else ()
        )

    def types_showing(self, root: str, name: str) -> tuple[str, ...]:
        """Types of an import root of which a line says that they have an attribute so named."""
        table = load(root) if root in roots() and root != "builtins" else None
        found = table.types.items() if table else ()
        shown = ((kind, lines.read_traits(line, root).attributes) for kind, line in found)
        return tuple(f"{root}.{kind}" for kind, pairs in shown if name in dict(pairs))

    def views(self, root: str) -> frozenset[str]:
        """Attributes that show an object's contents, of all types of an import root."""
        table = load(root) if root in roots() else None
        found = [line for line in (table.types.values() if table else ()) if line.get("shares")]
        stated = [lines.read_traits(line, root).attributes for line in found]
        return frozenset(n for pairs in stated for n, kind in pairs if self._is_shared(kind))

    def _is_shared(self, kind: str) -> bool:
        traits = [self.traits(part.strip()) for part in kind.split("|")]
        return any(t is not None and t.shares for t in traits)

    def lineage(self, type_name: str) -> Iterator[str]:
        """The type and all its bases as far as tables know them, nearest first."""
        waiting, seen = [_bare(type_name)], set[str]()
        while waiting:
            owner = waiting.pop(0)
            if owner in seen:
                continue
            seen.add(owner)
            yield owner
            found = _traits(owner)
            waiting.extend(found.bases if found else ())

    def _has_method(self, kind: str, name: str) -> bool:
        return self.method(kind, name) is not None and not self._is_exception(kind)

    def _is_exception(self, kind: str) -> bool:
        return "BaseException" in self.lineage(kind)

    def _through_class(self, dotted: str) -> Effect | None:
        """`str.strip` is called with its receiver as the first argument."""
        owner, _, name = dotted.rpartition(".")
        for kind in self.lineage(owner) if owner else ():
            found = _call(f"{kind}.{name}") if kind != owner else None
            if found is not None:
                return found
            found = _method(kind, name)
            if found is not None:
                return replace(found, args=("self", *found.args))
        return None

    def _exception(self, dotted: str) -> Effect | None:
        """Exception classes need no line: making one keeps its arguments and does nothing else."""
        if not self._is_exception(dotted):
            return None
        kept = ("args", "kwargs")
        args = ("*args", "**kwargs")
        return Effect(args=args, result_has=kept, returns=dotted, cost="ns")


class Remembered:
    """A Knowledge whose answers are kept: one run asks the same questions over and over."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.call = cache(knowledge.call)
        self.method = cache(knowledge.method)
        self.traits = cache(knowledge.traits)
        self.value = cache(knowledge.value)
        self.whole, self.user = knowledge, knowledge.user
        self.stated_as = knowledge.stated_as
        self.is_known_root = knowledge.is_known_root
        self.speaks_of = cache(knowledge.speaks_of)
        self.types_with_method = cache(knowledge.types_with_method)
        self.library_types = cache(knowledge.library_types)
        self.types_showing = cache(knowledge.types_showing)
        self.views = cache(knowledge.views)
        self.lineage = cache(lambda type_name: tuple(knowledge.lineage(type_name)))


def user_tables(
    table: Mapping[str, Line], filename: str = "[tool.pfadvisor.effects]"
) -> dict[str, Effect]:
    """Lines of the user's own, by dotted name. Raises KnowledgeError naming file and key."""
    return {key: _checked(key, line, filename) for key, line in table.items()}


def _checked(key: str, line: Line, filename: str) -> Effect:
    where = f"{filename}: {key}"
    if not lines.is_dotted(key):
        raise KnowledgeError(f"{where}: not a dotted name")
    effect = lines.read_effect(line, where)
    lines.check_effect(effect, where)
    return effect


@cache
def roots() -> frozenset[str]:
    """The import roots that have a table."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load(root: str) -> Table | None:
    """The table of an import root; None if there is none."""
    if root not in roots():
        return None
    import tomllib

    path = FOLDER / f"{root}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{path.name}: {error}") from error
    unknown = sorted(data.keys() - SECTIONS)
    if unknown:
        raise KnowledgeError(f"{path.name}: unknown section {unknown[0]!r}")
    parts = (data.get(name, {}) for name in ("calls", "methods", "types", "values"))
    return Table(path.name, *parts)


def own_line(type_name: str, name: str) -> Effect | None:
    """The line that the table has for a method of this very class."""
    return _method(type_name, name) or _call(f"{type_name}.{name}")


@cache
def _call(dotted: str) -> Effect | None:
    root, name = split(dotted)
    table = load(root)
    line = None if table is None else table.calls.get(name)
    if table is None or line is None:
        return None
    return lines.read_effect(line, f"{table.filename}: calls: {name}")


@cache
def _method(type_name: str, name: str) -> Effect | None:
    root, owner = split(type_name)
    table = load(root)
    line = None if table is None else table.methods.get(owner, {}).get(name)
    if table is None or line is None:
        return None
    return lines.read_effect(line, f"{table.filename}: methods.{owner}: {name}")


@cache
def _traits(type_name: str) -> TypeTraits | None:
    root, name = split(type_name)
    table = load(root)
    line = None if table is None else table.types.get(name)
    if table is None or line is None:
        return None
    return lines.read_traits(line, f"{table.filename}: types: {name}")


def _bare(type_name: str) -> str:
    return type_name.partition("[")[0].removeprefix("builtins.")


def split(dotted: str) -> tuple[str, str]:
    """("os", "path.join") of "os.path.join"; bare names and `list.append` are builtins."""
    root, dot, rest = dotted.partition(".")
    return (root, rest) if dot and root in roots() else ("builtins", dotted)


_SHIPPED: Final = Knowledge()
call = _SHIPPED.call
method = _SHIPPED.method
traits = _SHIPPED.traits
value = _SHIPPED.value
is_known_root = _SHIPPED.is_known_root
types_with_method = _SHIPPED.types_with_method
