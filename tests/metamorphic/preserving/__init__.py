"""Changes that leave a loop what it was: its verdict must not change.

An operator changes the subject in place, or says that it has no place there. Wrappers hand on
what they are given; nothing that was known becomes a parameter that is not.
"""

from importlib import import_module
from pkgutil import iter_modules

from .operators import OPERATORS

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["OPERATORS"]
