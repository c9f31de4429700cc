"""Lines of subprocess: what a child gives back, and where it works."""

from __future__ import annotations

from dataclasses import replace

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.refinement import ABSENT, NOT_NONE, NUMBER, Literal, Mark, special


@special
def child(effect: Effect, literal: Literal) -> Effect:
    """A child that is put into a folder is taken to meet others there."""
    folder = literal("cwd")
    if folder is ABSENT or folder is None:
        return effect
    return replace(effect, writes=(*effect.writes, "process:cwd"))


@special
def child_text(effect: Effect, literal: Literal) -> Effect:
    """subprocess gives text if any of these asks for it, else bytes."""
    effect = child(effect, literal)
    asked = [literal(name) for name in ("text", "universal_newlines", "encoding", "errors")]
    if all(value is ABSENT or value is None or value is False for value in asked):
        return replace(effect, returns="bytes")
    if any(value in (NOT_NONE, NUMBER) and name > 1 for name, value in enumerate(asked)):
        return replace(effect, returns="str")
    constant = any(not isinstance(value, Mark) and value not in (None, False) for value in asked)
    return replace(effect, returns="str") if constant else effect
