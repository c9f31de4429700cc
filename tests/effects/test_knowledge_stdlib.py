"""The tables of the everyday standard library against the interpreter that runs the tests."""

from __future__ import annotations

import builtins
import importlib
import inspect
import os
import sys
import tomllib
import types
import zlib
from collections.abc import Iterator
from hashlib import sha256, shake_128
from typing import Any

import pytest

from pfadvisor.effects import knowledge, lines
from pfadvisor.effects.knowledge import Knowledge


def words(text: str) -> list[str]:
    return text.split()


SINGLE = words(
    """math random re json hashlib zlib pathlib subprocess time datetime socket decimal
statistics fractions itertools functools operator string textwrap difflib struct copy bisect heapq
enum dataclasses typing abc cmath numbers array unicodedata"""
)
MODULES = {root: (root,) for root in SINGLE} | {
    "os": ("os", "os.path"),
    "urllib": tuple(
        f"urllib.{n}" for n in ("parse", "request", "error", "response", "robotparser")
    ),
    "logging": ("logging", "logging.handlers", "logging.config"),
    "collections": ("collections", "collections.abc"),
}
PUBLIC = [module for modules in MODULES.values() for module in modules]

# Types that have no public name: the tables call them as typeshed does.
NAMELESS: dict[str, type] = {
    "hashlib._Hash": type(sha256()),
    "hashlib._VarLenHash": type(shake_128()),
    "zlib._Compress": type(zlib.compressobj()),
    "zlib._Decompress": type(zlib.decompressobj()),
    "decimal._ContextManager": type(importlib.import_module("decimal").localcontext()),
}
with os.scandir() as _entries:
    NAMELESS["os._ScandirIterator"] = type(_entries)

# Methods that only instances have, or that are passed on to what is wrapped.
PASSED_ON = ("os._wrap_close.", "os._Environ.", "urllib.response.", "functools._lru_cache_wrapper.")

# Names that some version between 3.11 and 3.13 lacks.
SINCE_3_12 = words(
    """collections.abc.Buffer fractions.Fraction.is_integer itertools.batched
logging.Logger.getChildren logging.getHandlerByName logging.getHandlerNames math.sumprod
os.DirEntry.is_junction os.path.isjunction os.path.splitroot os.setns os.unshare
pathlib.Path.is_junction pathlib.Path.walk pathlib.PurePath.with_segments
random.Random.binomialvariate random.SystemRandom.binomialvariate random.binomialvariate
typing.TypeAliasType typing.override"""
)
SINCE_3_13 = words(
    """array.array.clear copy.replace enum.EnumDict math.fma os.grantpt os.path.isdevdrive
os.posix_openpt os.process_cpu_count os.ptsname os.timerfd_create os.timerfd_gettime
os.timerfd_gettime_ns os.timerfd_settime os.timerfd_settime_ns os.unlockpt pathlib.Path.from_uri
pathlib.PurePath.full_match pathlib.UnsupportedOperation random.main re.PatternError statistics.kde
statistics.kde_random typing.NoDefault typing.ParamSpec.has_default typing.ReadOnly typing.TypeIs
typing.TypeVar.has_default typing.TypeVarTuple.has_default typing.get_protocol_members
typing.is_protocol"""
)
UNTIL_3_12 = words(
    """re.template re.T re.TEMPLATE typing.io typing.re logging.handlers.ST_DEV
logging.handlers.ST_INO logging.handlers.ST_MTIME pathlib.Path.__enter__
pathlib.Path.__exit__"""
)
UNTIL_3_11 = ["pathlib.Path.link_to"]


def elsewhere(name: str) -> bool:
    """Whether the name is one that another version than the running one has."""
    version = sys.version_info[:2]
    gone = [*UNTIL_3_12 * (version > (3, 12)), *UNTIL_3_11 * (version > (3, 11))]
    coming = [*SINCE_3_12 * (version < (3, 12)), *SINCE_3_13 * (version < (3, 13))]
    return any(name == other or name.startswith(f"{other}.") for other in (*gone, *coming))


def newer_than_tables() -> bool:
    return sys.version_info[:2] > (3, 13)


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the tables list Linux's names")


def table(root: str) -> dict[str, Any]:
    return tomllib.loads((knowledge.FOLDER / f"{root}.toml").read_text(encoding="utf-8"))


def public(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """Public names: those of `__all__`, and what the module itself defines."""
    listed = getattr(module, "__all__", ())
    for name, value in vars(module).items():
        if name.startswith("_") or isinstance(value, types.ModuleType):
            continue
        own = getattr(value, "__module__", None) in (module.__name__, None)
        if name in listed or (callable(value) and own) or (not listed and not callable(value)):
            yield name, value


def owner_of(cls: type, name: str) -> type | None:
    return next((base for base in cls.__mro__ if name in vars(base)), None)


def has_line(dotted: str) -> bool:
    root, name = dotted.split(".", 1)
    loaded = knowledge.load(root)
    return loaded is not None and name in loaded.calls


def has_method(cls: str, name: str) -> bool:
    for owner in Knowledge().lineage(cls):
        root, _, kind = owner.partition(".")
        loaded = knowledge.load(root)
        found = loaded is not None and name in loaded.methods.get(kind, {})
        if found or has_line(f"{owner}.{name}" if kind else f"builtins.{owner}.{name}"):
            return True
    return False


def resolve(dotted: str) -> object:
    """The object of that name. Raises AttributeError or LookupError if there is none."""
    for module in sorted(PUBLIC, key=len, reverse=True):
        if dotted == module or dotted.startswith(f"{module}."):
            found: object = importlib.import_module(module)
            rest = dotted[len(module) + 1 :].split(".")
            for name in rest:
                found = getattr(found, name)
            return found
    raise LookupError(dotted)


@pytest.mark.skipif(newer_than_tables(), reason="newer than the tables")
@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_callable_has_a_line(module: str) -> None:
    missing = []
    for name, value in public(importlib.import_module(module)):
        dotted = f"{module}.{name}"
        error = inspect.isclass(value) and issubclass(value, BaseException)
        if callable(value) and not error and not has_line(dotted):
            missing.append(dotted)
    assert missing == []


@pytest.mark.skipif(newer_than_tables(), reason="newer than the tables")
@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_class_has_traits_and_lines_for_its_methods(module: str) -> None:
    missing = []
    for name, cls in public(importlib.import_module(module)):
        if not inspect.isclass(cls):
            continue
        dotted = f"{module}.{name}"
        if knowledge.traits(dotted) is None:
            missing.append(dotted)
        for method in dir(cls):
            owner = owner_of(cls, method)
            if method.startswith("_") or owner is None or owner.__module__ == "builtins":
                continue
            raw = vars(owner)[method]
            wrapped = isinstance(raw, staticmethod | classmethod)
            if (callable(raw) or wrapped) and not has_method(dotted, method):
                missing.append(f"{dotted}.{method}")
    assert missing == []


@pytest.mark.skipif(newer_than_tables(), reason="newer than the tables")
@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_constant_has_a_type(module: str) -> None:
    root, _, inner = module.partition(".")
    values = table(root).get("values", {})
    missing = []
    for name, value in public(importlib.import_module(module)):
        key = f"{inner}.{name}" if inner else name
        future = type(value).__module__ == "__future__"
        if not callable(value) and not future and key not in values:
            missing.append(key)
    assert missing == []


@linux
@pytest.mark.parametrize("root", MODULES)
def test_every_line_is_of_something_that_exists(root: str) -> None:
    stale = []
    data = table(root)
    for name in (*data.get("calls", {}), *data.get("types", {})):
        dotted = f"{root}.{name}"
        if not elsewhere(dotted) and dotted not in NAMELESS:
            try:
                resolve(dotted)
            except (AttributeError, LookupError):
                stale.append(dotted)
    assert stale == []


@linux
@pytest.mark.parametrize("root", MODULES)
def test_every_method_line_is_of_a_method_that_exists(root: str) -> None:
    stale = []
    for kind, methods in table(root).get("methods", {}).items():
        dotted = f"{root}.{kind}"
        if elsewhere(dotted):
            continue
        cls = NAMELESS.get(dotted) or resolve(dotted)
        for name in methods:
            method = f"{dotted}.{name}"
            known = hasattr(cls, name) or elsewhere(method) or method.startswith(PASSED_ON)
            if not known:
                stale.append(method)
    assert stale == []


@linux
@pytest.mark.parametrize("root", MODULES)
def test_every_value_is_of_the_type_that_is_stated(root: str) -> None:
    wrong = []
    for name, kind in table(root).get("values", {}).items():
        dotted = f"{root}.{name}"
        try:
            value = resolve(dotted)
        except AttributeError:
            depends_on_build = root in ("os", "socket") and name.isupper()
            if not depends_on_build and not elsewhere(dotted):
                wrong.append(dotted)
            continue
        head = kind.partition("[")[0].replace("None", "object")
        stated = getattr(builtins, head, None) if "." not in head else NAMELESS.get(head)
        stated = stated or resolve(head)
        if not isinstance(value, stated):
            wrong.append(dotted)
    assert wrong == []


@pytest.mark.parametrize("root", MODULES)
def test_lines_are_sorted_and_keep_to_the_vocabulary(root: str) -> None:
    data = table(root)
    assert list(data) == [s for s in ("about", "calls", "methods", "types", "values") if s in data]
    assert list(data["methods"]) == sorted(data["methods"]) if "methods" in data else True
    sections = {name: data.get(name, {}) for name in ("calls", "types", "values")}
    sections |= {f"methods.{kind}": found for kind, found in data.get("methods", {}).items()}
    for section, found in sections.items():
        assert list(found) == sorted(found), section
        for name, line in found.items():
            where = f"{root}.toml: {section}: {name}"
            if section == "values":
                lines.check_type(line, (), where)
            elif section == "types":
                lines.check_traits(lines.read_traits(line, where), where)
            else:
                lines.check_effect(lines.read_effect(line, where), where)
