"""The names of all assumptions that a loop can rest on, as `assume` takes them."""

from __future__ import annotations

from typing import Final

from pfadvisor.config import suggestion

NAMES: Final = (
    "benign-cache",
    "copied-result",
    "distinct-keys",
    "effects-past-failure",
    "measured-time",
    "no-alias",
    "output-order",
    "picklable",
    "pure-call",
    "same-globals",
    "set-order",
    "shallow-result",
    "speculative-work",
    "thread-safe",
    "throttle",
)


def misspelt(name: str) -> str:
    """Why `assume` does not take the name, "" if it does."""
    plain = name.partition(":")[0]
    if plain in NAMES or not {*"*?["}.isdisjoint(plain):
        return ""
    return f"`{name}` is no assumption{suggestion(plain, NAMES)}"
