"""Where a function can look from: its parameters, the module, its variables in other scopes."""

from __future__ import annotations

import inspect
import types
from typing import Any

import pictures
from pictures import NAME


def parameters(code: types.CodeType) -> list[str]:
    count = code.co_argcount + code.co_kwonlyargcount
    names = list(code.co_varnames[: code.co_argcount])
    starred = code.co_flags & inspect.CO_VARARGS
    names += [code.co_varnames[count]] if starred else []
    names += code.co_varnames[code.co_argcount : count]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        names.append(code.co_varnames[count + bool(starred)])
    return names


def kind_of(value: Any) -> dict[str, Any]:
    """What a call site could know of a value."""
    found: dict[str, Any] = {"types": [type_name(cls) for cls in type(value).__mro__]}
    if isinstance(value, types.FunctionType | types.MethodType | type | types.BuiltinFunctionType):
        found["code"] = type_name(value)
    if value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) < 9):
        found["const"] = value
    if hasattr(type(value), "__next__"):
        found["lazy"] = True
    return found


def type_name(cls: Any) -> str:
    module = cls.__module__ or "builtins"
    if module == NAME:
        return f":{cls.__qualname__}"
    name = cls.__qualname__ if cls is not type(None) else "None"
    return name if module == "builtins" else f"{module}.{name}"


def names_of(frame: types.FrameType) -> dict[str, Any]:
    """What names outside the function mean."""
    found = {
        f"global {name}": value
        for name, value in frame.f_globals.items()
        if not name.startswith("__")
    }
    for name in frame.f_code.co_freevars:
        if name in frame.f_locals:
            found[f"free {name}"] = frame.f_locals[name]
    for value in list(frame.f_globals.values()):
        for name, inside in cells(value):
            found.setdefault(f"free {name}", inside)
    return found


def cells(value: Any) -> list[tuple[str, Any]]:
    """The variables that a function of the program keeps for itself."""
    found = []
    if isinstance(value, types.FunctionType) and value.__module__ == NAME:
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            try:
                found.append((name, cell.cell_contents))
            except ValueError:
                continue
    return found


def roots(frame: types.FrameType, given: list[Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for number, value in enumerate(given):
        found.append((f"param {number}", value))
        if isinstance(value, types.MethodType):
            found.append((f"recv {number}", value.__self__))
        if isinstance(value, type) and value.__module__ == NAME:
            found += class_roots(f"param {number}", value)
        found += [(f"free {name}", inside) for name, inside in cells(value)]
    for name in frame.f_code.co_freevars:
        if name in frame.f_locals:
            found.append((f"free {name}", frame.f_locals[name]))
    for name, value in list(frame.f_globals.items()):
        if name.startswith("__"):
            continue
        found.append((f"global {name}", value))
        found += [(f"free {cell}", inside) for cell, inside in cells(value)]
        found += defaults(value)
        if isinstance(value, type) and value.__module__ == NAME:
            found += class_roots(f"class {value.__qualname__}", value)
    return found


def class_roots(root: str, cls: type) -> list[tuple[str, Any]]:
    """The class by its namespace, and the functions in it by their defaults."""
    found: list[tuple[str, Any]] = [(root, pictures.Space.of(cls))]
    for value in list(vars(cls).values()):
        inner = getattr(value, "__func__", value)
        found += defaults(inner) + [(f"free {name}", inside) for name, inside in cells(inner)]
    return found


def defaults(function: Any) -> list[tuple[str, Any]]:
    if not isinstance(function, types.FunctionType) or function.__module__ != NAME:
        return []
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    values = function.__defaults__ or ()
    pairs = [*zip(names[len(names) - len(values) :], values, strict=True)]
    pairs += (function.__kwdefaults__ or {}).items()
    return [(f"default {function.__qualname__}.{name}", value) for name, value in pairs]
