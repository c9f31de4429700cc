"""Objects of installed packages of which nothing tells the type.

A method of theirs is not taken, by its name, for that of a builtin type: the classes of a package
are not among those that a module has in view.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pfadvisor.effects.values import Root, Val

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation


def is_abroad(ev: Evaluation, module: str) -> bool:
    """Whether the module is one of a package that the code at hand is not a part of."""
    program = ev.program
    return program.is_installed(module) and not program.same_package(module, ev.module.name)


def given_back(ev: Evaluation, i: int, module: str, result: Val, given: Iterable[Val]) -> None:
    """A function of the module has returned: what it gives, unless it was given to it, is its."""
    if is_abroad(ev, module):
        ev.abroad.add(i)
        passed = {root for value in given for root, _ in value.objs}
        ev.foreign |= {root for root, _ in result.objs} - passed


def held(ev: Evaluation, cls: str, value: Val, attribute: Val) -> Val:
    """What an instance of the class has as an attribute: if its type is not known, the
    package's."""
    if attribute.types is None and is_abroad(ev, cls.partition(":")[0]):
        ev.foreign |= {root for root, _ in value.objs}
    return attribute


def is_foreign(ev: Evaluation, value: Val | None) -> bool:
    return value is not None and any(_is_foreign(ev, root) for root, _ in value.objs)


def _is_foreign(ev: Evaluation, root: Root) -> bool:
    if root in ev.foreign:
        return True
    if root[0] == "global":
        return is_abroad(ev, str(root[1]).rpartition(".")[0])
    if root[0] != "fresh":
        return False
    if any(is_abroad(ev, cls.partition(":")[0]) for cls in ev.made.get(root[1], ())):
        return True
    return isinstance(root[1], tuple) and root[1][0] in ev.abroad
