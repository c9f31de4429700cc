"""The names of all assumptions that a loop can rest on, as `assume` takes them."""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "benign-cache",
    "copied-result",
    "distinct-keys",
    "effects-past-failure",
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
