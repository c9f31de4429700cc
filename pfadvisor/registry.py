"""The modules of a package, by name without importing them, loaded on use.

A module's name in Python (`sequential_map`) gives the name that users see
(`sequential-map`). Other distributions add modules through entry points of
the group that is the package's dotted name, e.g. `pfadvisor.report`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def names(package: str) -> tuple[str, ...]:
    """Public module names of `package`, sorted, in their user-facing spelling."""
    found = importlib.import_module(package)
    own = (entry.name for entry in pkgutil.iter_modules(found.__path__))
    shown = {name.replace("_", "-") for name in own if not name.startswith("_")}
    return tuple(sorted(shown | set(_plugins(package))))


def load(package: str, name: str) -> ModuleType:
    """The module that `names` calls `name`. Raises LookupError if there is none."""
    plugin = _plugins(package).get(name)
    if plugin is not None:
        return importlib.import_module(plugin)
    if name not in names(package):
        raise LookupError(f"{package} has no module {name!r}")
    return importlib.import_module(f"{package}.{name.replace('-', '_')}")


@cache
def _plugins(package: str) -> dict[str, str]:
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group=package)}
