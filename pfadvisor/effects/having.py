"""Which of the types that a value may be of have an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.values import parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

PLAIN: Final = frozenset(
    {"None", "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list"}
    | {"set", "str", "tuple"}
)


def having(ev: Evaluation, types: frozenset[str], name: str) -> list[str]:
    """Those that may have it; of plain data that lacks it, reading it raises."""
    plain = {t for t in types if (head := parse_type(t)[0]) in PLAIN and not _has(ev, head, name)}
    return sorted((types - plain or types) - {"None"})


def _has(ev: Evaluation, head: str, name: str) -> bool:
    known = ev.program.knowledge.method(head, name) is not None
    return known or ev.program.attribute_type(head, name) is not None or name.startswith("__")
