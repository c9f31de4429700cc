"""What the running interpreter knows by the names that the tables use."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import re
import sys
import tomllib
import types
import warnings
from collections.abc import Iterator

from pfadvisor.effects.knowledge import FOLDER

NAMELESS = {
    "NoneType": type(None),
    "NotImplementedType": type(NotImplemented),
    "async_generator": types.AsyncGeneratorType,
    "code": types.CodeType,
    "coroutine": types.CoroutineType,
    "dict_items": type({}.items()),
    "dict_keys": type({}.keys()),
    "dict_values": type({}.values()),
    "ellipsis": type(...),
    "frame": types.FrameType,
    "function": types.FunctionType,
    "generator": types.GeneratorType,
    "iterator": type(iter([])),
    "mappingproxy": types.MappingProxyType,
    "method": types.MethodType,
    "module": types.ModuleType,
    "traceback": types.TracebackType,
}


@functools.cache
def module(name: str) -> types.ModuleType | None:
    """The module if it can be imported here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            return None


def is_as_new_as_its_table(root: str) -> bool:
    """Whether what is installed of a library is of the version that the table states, or a later
    one that keeps its promises."""
    if root in sys.stdlib_module_names:
        return True
    (distribution, *_) = importlib.metadata.packages_distributions()[root]
    stated = tomllib.loads((FOLDER / f"{root}.toml").read_text(encoding="utf-8"))["about"]
    here, there = _numbers(importlib.metadata.version(distribution)), _numbers(stated["checked"])
    return here[0] == there[0] and here[:2] >= there[:2]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def resolve(root: str, name: str) -> object:
    """What `root.name` is. Raises AttributeError if nothing has that name."""
    found: object = module(root)
    path = root
    for part in name.split("."):
        path += f".{part}"
        if root == "builtins" and part in NAMELESS and found is module(root):
            found = NAMELESS[part]
        else:
            found = _member(found, part, path)
        if found is None and part not in ("None", "__doc__"):
            raise AttributeError(path)
    return found


def _member(owner: object, name: str, path: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(owner, name) if hasattr(owner, name) else module(path)


def public_callables(owner: types.ModuleType) -> Iterator[str]:
    """Names of functions and classes that the module calls its own."""
    stated = getattr(owner, "__all__", None)
    for name in dir(owner) if stated is None else stated:
        found = getattr(owner, name, None)
        own = getattr(found, "__module__", None) in (None, owner.__name__, f"_{owner.__name__}")
        if callable(found) and not name.startswith("_") and (stated is not None or own):
            yield name


def public_methods(kind: type) -> Iterator[str]:
    """Names of methods that the class has from itself or from bases that are no builtins."""
    for name in dir(kind):
        owner = next((base for base in kind.__mro__ if name in vars(base)), None)
        if name.startswith("_") or owner is None:
            continue
        found = getattr(kind, name, None)
        foreign = kind.__module__ != "builtins" and owner.__module__ == "builtins"
        if callable(found) and not isinstance(found, type) and not foreign:
            yield name


def bound_to_class(kind: type, name: str) -> bool:
    """A class method or static method: called without a receiver."""
    found = inspect.getattr_static(kind, name)
    return isinstance(found, classmethod | staticmethod | types.ClassMethodDescriptorType)
