"""Which of the types that have a method an object of unknown type may be of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access
from pfadvisor.effects.homes import homes_of
from pfadvisor.effects.values import IMMUTABLE, PERHAPS, Val

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation

TEXT: Final = frozenset({"str"})
BYTES: Final = frozenset({"bytes", "bytearray"})
ENVIRONMENT: Final = "os._Environ"
ENVIRONMENTS: Final = frozenset({"os.environ", "os.environb"})


Methods = list[tuple[str, int]]


def having(
    ev: Evaluation, value: Val | None, name: str
) -> tuple[Methods, tuple[str, ...], list[str]]:
    """What has a method of that name: classes of the program, builtin types, those of libraries,
    as far as the file knows them and those that the value comes from."""
    program, homes = ev.program, homes_of(ev, value)
    known = [facts for home in sorted(homes) if (facts := program.module(home)) is not None]
    own = [method for f in (ev.module, *known) for method in program.methods_named(f, name)]
    types = [t for f in (ev.module, *known) for t in program.library_types(f, name)]
    builtin = program.knowledge.types_with_method(name)
    return [*dict.fromkeys(own)], builtin, [*dict.fromkeys(types)]


def fitting(types: Sequence[str], args: list[Arg]) -> list[str]:
    """Without the bytes where text is passed: their methods of the same name take none."""
    text = any(a.val.types == TEXT for a in args)
    return [t for t in types if t not in BYTES] if text and "str" in types else list(types)


def is_named(value: Val | None) -> bool:
    """Whether it may be the environment for what is seen of it: a name leads there."""
    return value is None or any(
        root[0] == "global" and root[1] in ENVIRONMENTS for root, _ in value.objs
    )


def perhaps_environment(ev: Evaluation, i: int, value: Val, *parts: Val) -> None:
    """A change of a mapping that others made: of texts, unless `parts` tell."""
    strange = value.types is None and any(root[0] != "fresh" for root, _ in value.objs)
    if strange and all(part.types is None or "str" in part.types for part in parts):
        access.resource(ev, i, "env", write=True, how=PERHAPS)


def taking(ev: Evaluation, name: str, types: list[str], args: list[Arg]) -> list[str]:
    """Those whose method takes so many arguments."""
    return [t for t in types if _may_be_of(ev, t, name, args)]


def _may_be_of(ev: Evaluation, type_name: str, name: str, args: list[Arg]) -> bool:
    """Whether the type's method takes the arguments, or all but a first one as its instance."""
    given = [a.val for a in args if a.kind == "pos"]
    if _takes(ev, type_name, name, len(given)):
        return True
    other = bool(given) and given[0].types is not None and type_name not in given[0].types
    plain = other and given[0].types <= IMMUTABLE  # type: ignore[operator]
    return bool(given) and not plain and _takes(ev, type_name, name, len(given) - 1)


def _takes(ev: Evaluation, type_name: str, name: str, given: int) -> bool:
    """Whether the method takes that many arguments by position, as far as its line says."""
    line = ev.program.knowledge.method(type_name, name)
    if line is None or not line.args:
        return True
    first = next((n for n, arg in enumerate(line.args) if arg.startswith("*")), len(line.args))
    spread = line.args[first : first + 1]
    return given <= first or (bool(spread) and len(spread[0]) > 1 and spread[0][:2] != "**")
