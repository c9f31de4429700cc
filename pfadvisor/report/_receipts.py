"""Receipts in words: one of them, and the history with the error of the model."""

from __future__ import annotations

from collections.abc import Sequence

from pfadvisor.measure.compare import Comparison
from pfadvisor.measure.receipts import Receipt, mean_error


def receipt(one: Receipt) -> str:
    """Predicted against measured."""
    low, high = one.predicted
    verdict = "inside" if one.inside else "outside"
    return (
        f"{one.place}\n"
        f"  program    {one.before:.3f} s before, {one.after:.3f} s after"
        f" ({one.before / max(one.after, 1e-9):.2f}x), same output\n"
        f"  predicted  {low:.2f}x to {high:.2f}x for the loop\n"
        f"  measured   {one.measured:.2f}x, {verdict} of what was predicted\n"
        f"  from       {one.constants}\n"
    )


def lost(place: str, seconds: float, found: Comparison) -> str:
    """A loop that is too short a part of its program to be measured there."""
    return (
        f"{place}\n"
        f"  program    {found.before:.3f} s before, {found.after:.3f} s after, same output\n"
        f"  measured   nothing: the loop takes {seconds:.3f} s of it, and runs differ by more\n"
        "  Take a larger input, or more --runs. No receipt was kept.\n"
    )


def history(receipts: Sequence[Receipt]) -> str:
    """All receipts, and how far predictions were off."""
    if not receipts:
        return "No receipts yet: `pfadvisor measure PATH:LINE -- CMD` writes them.\n"
    lines = []
    for one in receipts:
        low, high = one.predicted
        mark = "inside" if one.inside else f"off by {max(one.error, 1 / one.error):.2f}"
        lines.append(
            f"{one.day}  {low:5.2f} to {high:5.2f}  {one.measured:5.2f}  {mark:12} {one.place}"
        )
    inside = sum(one.inside for one in receipts)
    lines.append(
        f"{inside} of {len(receipts)} inside the predicted interval; predictions are off by a "
        f"factor of {mean_error(receipts):.2f} in the mean"
    )
    return "\n".join(["day         predicted       measured", *lines]) + "\n"
