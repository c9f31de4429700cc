"""What known callables ask of what they are given, beside what their tables say.

`str(x)` and `d[k]` run special methods; a text with fields and an attribute getter run properties;
what prints to a file of the program's own making runs its `write`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, callbacks, calls, hidden, implicit, orders, protocols
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import BOTTOM, UNKNOWN, Val, join, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

BY_NAME: Final = ("str.format", "string.Formatter.", "operator.attrgetter.")
DEEPER: Final = re.compile(r"\{[^{}:!]*[.\[]")  # a field that asks for an attribute or an item
TRANSLATING: Final = "str.translate"
ITEMS: Final = ("__getitem__", "__missing__")
OF_CLASSES: Final = {"isinstance": "__instancecheck__", "issubclass": "__subclasscheck__"}
WRITING: Final = ("write", "writelines", "flush")
READING: Final = ("read", "readline", "readlines", "readinto")


def ask(ev: Evaluation, i: int, name: str, recv: Val | None, given: list[Val]) -> Val:
    """Run the methods that the callable runs on its arguments and on what they contain; what it
    hands on of that as its own result."""
    values = [*given, *([recv] if recv is not None else [])]
    gives, result = protocols.given_by(name), BOTTOM
    if "__repr__" in protocols.of_arguments(name):
        orders.in_text(ev, i, given)
    throughout = name.partition(".")[0] in protocols.THROUGHOUT
    for dunder in protocols.of_arguments(name):
        nested = dunder in protocols.NESTED
        every = implicit.deep(ev, values, (dunder,)) if nested or throughout else values
        if throughout and dunder in ev.program.noisy(ev.module):
            every = [*every, *(hidden.reached(ev, value) for value in values)]
        if dunder in gives:
            result = join(result, implicit.protocols_of(ev, i, every, (dunder,)))
            if ev.program.methods_named(ev.module, dunder):
                result = join_all([result, *(each for each in every if each.types is None)])
            continue
        for value in every:
            calls.protocol(ev, i, value, dunder, ())
    for dunder in protocols.of_elements(name):
        for value in values:
            if value.types is None or value.objs:
                calls.protocol(ev, i, access.contents(ev, value), dunder, ())
    if ev.program.noisy(ev.module):
        _look_into(ev, i, name, recv, given)
    return result


def _look_into(ev: Evaluation, i: int, name: str, recv: Val | None, given: list[Val]) -> None:
    """What is asked of the arguments by parts of a text, or of the class that one of them is."""
    if name.startswith(BY_NAME) and _deeper(recv):
        for value in given:
            _attributes(ev, i, value)
            implicit.protocols_of(ev, i, [value], ITEMS, UNKNOWN)
    elif name == TRANSLATING:
        implicit.protocols_of(ev, i, given, ITEMS, UNKNOWN)
    elif name in OF_CLASSES:
        classes = [value._replace(types=None) for value in given[1:]]
        implicit.protocols_of(ev, i, classes, (OF_CLASSES[name],), *given[:1])


def _deeper(recv: Val | None) -> bool:
    """Whether attributes may be asked for: a text that is known shows whether it does."""
    text = recv.const if recv is not None else None
    return not isinstance(text, str) or DEEPER.search(text) is not None


def _attributes(ev: Evaluation, i: int, value: Val) -> None:
    for asked in (value, hidden.reached(ev, value)):
        if asked.types is None or any(":" in t for t in asked.types):
            implicit.any_attribute(ev, i, asked, "__get__")


def use_files(ev: Evaluation, i: int, line: Line, given: dict[str, Val]) -> None:
    """What reading and writing run if a file is an object of the program."""
    if "cwd" in line.reads:
        return  # files are opened by their names
    for targets, names in ((line.writes, WRITING), (line.reads, READING)):
        for target in targets:
            resource, _, argument = target.partition(":")
            if resource == "file" and argument in given:
                _use_file(ev, i, given[argument], names)


def _use_file(ev: Evaluation, i: int, given: Val, names: tuple[str, ...]) -> None:
    if given.types is not None:
        callbacks.call_hooks(ev, i, names, given, [])
        return
    program, targets = ev.program, list[Target]()
    found = [method for name in names for method in program.methods_named(ev.module, name)]
    if len(found) > implicit.MOST_ALIKE:
        calls.unknown(ev, i, names[0], [calls.Arg("pos", "", given)], targets)
        found = []
    for module, index in found:
        calls.project(ev, i, module, index, given, [calls.Arg("pos", "", UNKNOWN)], targets)
    ev.targets[i] = ev.targets.get(i, ()) + tuple(targets)
