"""Which of the types that have a method an object of unknown type may be of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg

TEXT: Final = frozenset({"str"})
BYTES: Final = frozenset({"bytes", "bytearray"})
ENVIRONMENT: Final = "os._Environ"
ENVIRONMENTS: Final = frozenset({"os.environ", "os.environb"})


def fitting(types: Sequence[str], recv: Val | None, args: list[Arg]) -> list[str]:
    """Without the bytes where text is passed: their methods of the same name take none. The
    environment is one object, which a name leads to wherever it is passed."""
    text = any(a.val.types == TEXT for a in args) and "str" in types
    named = recv is None or any(
        root[0] == "global" and root[1] in ENVIRONMENTS for root, _ in recv.objs
    )
    return [t for t in types if not (text and t in BYTES) and (named or t != ENVIRONMENT)]
