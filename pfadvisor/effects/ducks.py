"""Which of the types that have a method an object of unknown type may be of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access
from pfadvisor.effects.values import PERHAPS, Val

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation

TEXT: Final = frozenset({"str"})
BYTES: Final = frozenset({"bytes", "bytearray"})
ENVIRONMENT: Final = "os._Environ"
ENVIRONMENTS: Final = frozenset({"os.environ", "os.environb"})


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
